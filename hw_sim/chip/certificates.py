"""What a card shows to prove that it is genuine (EMV 4.4 book 2, 5 and 6): certificates and signatures over its data.

Made by the cards' own arithmetic; a terminal's checking of it has no part here. Knows nothing of faults.
"""

import hashlib
from dataclasses import dataclass

from hw_sim.chip.keys import EXPIRY_MMYY, RsaKey

_HEADER, _TRAILER, _FILLER = 0x6A, 0xBC, 0xBB
_ISSUER, _STATIC, _CARD, _DYNAMIC = 2, 3, 4, 5  # formats of the signed data
_SHA_1, _RSA = 1, 1
_FRAME = 22  # header, hash and trailer
_DATE = bytes.fromhex(EXPIRY_MMYY)
_ISSUER_SERIAL, _CARD_SERIAL = bytes.fromhex("0A0001"), bytes.fromhex("0C0001")
AUTHENTICATION_CODE = bytes.fromhex("DAC1")  # tag 9F45: the issuer's own, seen only by who checked the signature
DYNAMIC_NUMBER_LENGTH = 8


@dataclass(frozen=True, slots=True)
class KeyCertificate:
    """A public key certificate and what of the key did not fit into it (tags 90 and 92, or 9F46 and 9F48)."""

    certificate: bytes
    remainder: bytes
    exponent: bytes


def issuer_certificate(authority: RsaKey, issuer: RsaKey, number: str) -> KeyCertificate:
    """Tag 90 (table 6): it names the issuer by the first digits of the card's number."""
    head = bytes((_ISSUER,)) + bytes.fromhex(number[:6].ljust(8, "F")) + _DATE + _ISSUER_SERIAL
    return _certified(authority, head, issuer, b"")


def card_certificate(issuer: RsaKey, card: RsaKey, number: str, static: bytes) -> KeyCertificate:
    """Tag 9F46 (table 14), over the card's static data too."""
    head = bytes((_CARD,)) + bytes.fromhex(number.ljust(20, "F")) + _DATE + _CARD_SERIAL
    return _certified(issuer, head, card, static)


def signed_static_data(issuer: RsaKey, static: bytes) -> bytes:
    """Tag 93 (table 7)."""
    head = bytes((_STATIC, _SHA_1)) + AUTHENTICATION_CODE
    return _signed(issuer, _padded(head, issuer), static)


def signed_dynamic_data(card: RsaKey, dynamic: bytes, terminals: bytes) -> bytes:
    """Tag 9F4B (tables 16 and 19): `dynamic` is the card's own part, `terminals` what the terminal sent for it."""
    head = bytes((_DYNAMIC, _SHA_1, len(dynamic))) + dynamic
    return _signed(card, _padded(head, card), terminals)


def transaction_hash(data: bytes) -> bytes:
    """What a combined signature covers beside the cryptogram (6.6.1)."""
    return hashlib.sha1(data, usedforsecurity=False).digest()


def _certified(signer: RsaKey, head: bytes, key: RsaKey, static: bytes) -> KeyCertificate:
    modulus, exponent = key.modulus_bytes, key.exponent_bytes
    head += bytes((_SHA_1, _RSA, len(modulus), len(exponent)))
    room = signer.size - _FRAME - len(head)
    remainder = modulus[room:]
    inside = (head + modulus[:room]).ljust(signer.size - _FRAME, bytes((_FILLER,)))
    return KeyCertificate(_signed(signer, inside, remainder + exponent + static), remainder, exponent)


def _padded(head: bytes, signer: RsaKey) -> bytes:
    return head.ljust(signer.size - _FRAME, bytes((_FILLER,)))


def _signed(signer: RsaKey, inside: bytes, beside: bytes) -> bytes:
    digest = hashlib.sha1(inside + beside, usedforsecurity=False).digest()
    return signer.sign(bytes((_HEADER,)) + inside + digest + bytes((_TRAILER,)))
