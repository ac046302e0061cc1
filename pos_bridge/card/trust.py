"""Whom a card room seals for: the processor's offline root and the lowest epoch accepted, from a root-owned file.

The engine is not trusted with this: a key of its own would let it read every card.
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from pos_bridge.domain.sealing_key import SealingKey
from pos_bridge.wire import trust_words


class TrustFileError(Exception):
    """The trust file is not there, or not what `trust_words.parse` reads."""


@dataclass(frozen=True, slots=True)
class Trust:
    """`roots`: one; two while the processor changes over."""

    roots: tuple[Ed25519PublicKey, ...]
    lowest_epoch: int

    def accepts(self, key: SealingKey, now_s: float) -> bool:
        """Signed by a root, not rolled back, not expired (`now_s`: seconds since 1970)."""
        if key.epoch < self.lowest_epoch or now_s > key.not_after_s:
            return False
        return any(_signed(root, key) for root in self.roots)


def read_trust(path: str) -> Trust:
    """Raises TrustFileError."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib would load urllib into the room
            words = trust_words.parse(file.read(trust_words.MAX_FILE + 1))
            return Trust(tuple(map(Ed25519PublicKey.from_public_bytes, words.roots)), words.lowest_epoch)
    except (OSError, ValueError):
        raise TrustFileError from None


def _signed(root: Ed25519PublicKey, key: SealingKey) -> bool:
    try:
        root.verify(key.signature, key.signed_bytes())
    except InvalidSignature:
        return False
    return True
