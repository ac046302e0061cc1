"""RSA keys of the simulated schemes, their issuers and their cards: fixed, published in keys.json, worth nothing.

A scheme has one certification authority key, one issuer and one key on all its cards. A terminal gets the authorities'
public halves only, as it would from the schemes. Arithmetic by Python's own integers.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hw_sim.cards import Brand
from hw_sim.chip.issuers import SCHEMES

INDEX = 0xF1  # of each authority's key: schemes number their live ones from below
EXPIRY_MMYY = "1249"
RID_LENGTH = 5
_FILE = Path(__file__).with_name("keys.json")


@dataclass(frozen=True, slots=True, repr=False)
class RsaKey:
    """A private key. `size` in bytes."""

    modulus: int
    exponent: int
    private: int

    @property
    def size(self) -> int:
        return (self.modulus.bit_length() + 7) // 8

    @property
    def modulus_bytes(self) -> bytes:
        return self.modulus.to_bytes(self.size, "big")

    @property
    def exponent_bytes(self) -> bytes:
        return self.exponent.to_bytes((self.exponent.bit_length() + 7) // 8, "big")

    def sign(self, block: bytes) -> bytes:
        """EMV 4.4 book 2, annex B2.1: the private function on a block of the modulus's size."""
        return pow(int.from_bytes(block, "big"), self.private, self.modulus).to_bytes(self.size, "big")


@dataclass(frozen=True, slots=True)
class AuthorityKey:
    """What a terminal has of an authority (EMV 4.4 book 2, table 30): `checksum` is SHA-1 of RID, index and key."""

    rid: bytes
    index: int
    modulus: bytes
    exponent: bytes
    expiry_mmyy: str

    @property
    def checksum(self) -> bytes:
        parts = (self.rid, bytes((self.index,)), self.modulus, self.exponent)
        return hashlib.sha1(b"".join(parts), usedforsecurity=False).digest()


def authority_key(brand: Brand) -> RsaKey:
    return _keys()[brand, "authority"]


def issuer_key(brand: Brand) -> RsaKey:
    return _keys()[brand, "issuer"]


def card_key(brand: Brand) -> RsaKey:
    return _keys()[brand, "card"]


def authority_keys() -> tuple[AuthorityKey, ...]:
    """The public keys for a terminal, one for each scheme."""
    return tuple(
        AuthorityKey(scheme.aid[:RID_LENGTH], INDEX, key.modulus_bytes, key.exponent_bytes, EXPIRY_MMYY)
        for brand, scheme in SCHEMES.items()
        for key in (authority_key(brand),)
    )


@cache
def _keys() -> dict[tuple[Brand, str], RsaKey]:
    held = json.loads(_FILE.read_bytes())
    return {
        (Brand[brand], what): _key(entry["exponent"], *(int(prime, 16) for prime in entry["primes"]))
        for brand, keys in held.items()
        for what, entry in keys.items()
    }


def _key(exponent: int, p: int, q: int) -> RsaKey:
    return RsaKey(p * q, exponent, pow(exponent, -1, (p - 1) * (q - 1)))
