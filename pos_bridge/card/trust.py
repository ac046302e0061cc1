"""Whom a card room seals for: the processor's offline root and the lowest epoch accepted, from a root-owned file.

The engine is not trusted with this: a key of its own would let it read every card.
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from pos_bridge.domain.sealing_key import SealingKey

_MAX_FILE = 4096
_ROOT_LENGTH = 32


class TrustFileError(Exception):
    """The trust file is not there, or not two lines: `root <64 hex digits>` and `lowest-epoch <integer>`."""


@dataclass(frozen=True, slots=True)
class Trust:
    root: Ed25519PublicKey
    lowest_epoch: int

    def accepts(self, key: SealingKey, now_s: float) -> bool:
        """Signed by the root, not rolled back, not expired (`now_s`: seconds since 1970)."""
        if key.epoch < self.lowest_epoch or now_s > key.not_after_s:
            return False
        try:
            self.root.verify(key.signature, key.signed_bytes())
        except InvalidSignature:
            return False
        return True


def read_trust(path: str) -> Trust:
    """Raises TrustFileError. Blank lines and lines that begin with # are passed over."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib would load urllib into the room
            return _parse(file.read(_MAX_FILE + 1))
    except (OSError, ValueError, UnicodeError):
        raise TrustFileError from None


def _parse(raw: bytes) -> Trust:
    if len(raw) > _MAX_FILE:
        raise ValueError("a trust file has two lines")
    words: dict[str, str] = {}
    for line in raw.decode("ascii").splitlines():
        if line.strip() and not line.startswith("#"):
            word, value = line.split()
            if word in words:
                raise ValueError("a word of the trust file is there twice")
            words[word] = value
    if words.keys() != {"root", "lowest-epoch"} or not words["lowest-epoch"].isdecimal():
        raise ValueError("a trust file says root and lowest-epoch")
    root = bytes.fromhex(words["root"])
    if len(root) != _ROOT_LENGTH:
        raise ValueError("the root is an Ed25519 public key of 32 bytes")
    return Trust(Ed25519PublicKey.from_public_bytes(root), int(words["lowest-epoch"]))
