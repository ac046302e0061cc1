"""The signature beside a report: which till made it, and that nobody changed it since.

Ed25519 by the till's signing key. A text of three lines: the format, `signer` with the public key, `signature` over a
label and the report's bytes. The label keeps it apart from all else that this key signs. It proves the till, not that
the till told the truth.
"""

import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SUFFIX = ".sig"
_FORMAT = b"pos-bridge evidence 1"
_LABEL = b"pos-bridge evidence v1\0"
_TEXT = re.compile(re.escape(_FORMAT) + rb"\nsigner ([0-9a-f]{64})\nsignature ([0-9a-f]{128})\n")
LONGEST = 512  # bytes of a signature's file that are worth reading


@dataclass(frozen=True, slots=True)
class Signer:
    """A till's signing key, by its public half in 64 hexadecimal digits."""

    key: str


def signer_of(key: Ed25519PrivateKey) -> Signer:
    return Signer(key.public_key().public_bytes_raw().hex())


def sealed(report: bytes, key: Ed25519PrivateKey) -> bytes:
    """The text to lie beside it."""
    signature = key.sign(_LABEL + report).hex()
    return _FORMAT + f"\nsigner {signer_of(key).key}\nsignature {signature}\n".encode()


def verify(report: bytes, seal: bytes) -> Signer:
    """Who sealed it. Raises ValueError, without the data, for anything but the seal of these very bytes."""
    found = _TEXT.fullmatch(seal)
    if found is None:
        raise ValueError("no seal")
    try:
        by = Ed25519PublicKey.from_public_bytes(bytes.fromhex(found[1].decode()))
        by.verify(bytes.fromhex(found[2].decode()), _LABEL + report)
    except (ValueError, InvalidSignature):
        raise ValueError("not the seal of this") from None
    return Signer(found[1].decode())
