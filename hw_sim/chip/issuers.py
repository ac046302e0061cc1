"""What card and issuer of the simulated store share: AIDs, cryptogram versions and issuer master keys. All for testing.

The keys stand for nothing: they are SHA-256 of a public sentence, made valid two-key TDES keys. Card (hw_sim.chip) and
issuer (hw_sim.processor) compute with them by code of their own each.
"""

import hashlib
from dataclasses import dataclass
from enum import Enum

from hw_sim.cards import Brand


class Cryptogram(Enum):
    """How a brand's cards make their application cryptogram; the value is the CVN as issuer application data has it.

    VISA_10: no session key, ARPC method 1. VISA_18: common session key, ARPC method 2. MASTERCARD_16: session key of
    ATC and unpredictable number, ARPC method 1 under the card's master key. INTERAC_133: the same session key, also
    for the ARPC, method 1. (The classes of pyemv.cvn; Amex and Discover cards here use VISA_10's arithmetic.)
    """

    VISA_10 = 0x0A
    VISA_18 = 0x12
    MASTERCARD_16 = 0x10
    INTERAC_133 = 0x85


@dataclass(frozen=True, slots=True)
class Scheme:
    """One application of a brand. `aid`: 4F; its first 5 bytes are the RID. `version`: 9F08 of its cards, 9F09 here."""

    brand: Brand
    aid: bytes
    label: str
    cryptogram: Cryptogram
    version: bytes


SCHEMES = {
    scheme.brand: scheme
    for scheme in (
        Scheme(Brand.VISA, bytes.fromhex("A0000000031010"), "VISA CREDIT", Cryptogram.VISA_18, b"\x00\x96"),
        Scheme(Brand.MASTERCARD, bytes.fromhex("A0000000041010"), "MASTERCARD", Cryptogram.MASTERCARD_16, b"\x00\x02"),
        Scheme(Brand.AMEX, bytes.fromhex("A000000025010402"), "AMERICAN EXPRESS", Cryptogram.VISA_10, b"\x00\x01"),
        Scheme(Brand.DISCOVER, bytes.fromhex("A0000001523010"), "DISCOVER", Cryptogram.VISA_10, b"\x00\x01"),
        Scheme(Brand.INTERAC, bytes.fromhex("A0000002771010"), "INTERAC", Cryptogram.INTERAC_133, b"\x00\x01"),
    )
}


def issuer_master_key(brand: Brand) -> bytes:
    """For application cryptograms: 16 bytes, odd parity in each."""
    return _key(brand, "application cryptogram")


def script_key(brand: Brand) -> bytes:
    """For the MAC of issuer scripts (secure messaging, integrity): 16 bytes, odd parity."""
    return _key(brand, "script integrity")


def _key(brand: Brand, use: str) -> bytes:
    raw = hashlib.sha256(f"pos-bridge simulated issuer {brand.name} {use}".encode()).digest()[:16]
    return bytes(byte ^ 1 if byte.bit_count() % 2 == 0 else byte for byte in raw)
