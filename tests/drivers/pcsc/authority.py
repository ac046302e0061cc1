"""A scheme, an issuer, a card: their keys, and the certificates of EMV book 2, made here, not by what checks them."""

import hashlib
from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives.asymmetric import rsa

from tests.drivers.pcsc.script import tlv

RID, INDEX = "A000000003", "92"


@dataclass(frozen=True)
class Pair:
    """An RSA key in numbers."""

    modulus: bytes
    exponent: bytes
    private: int

    def sign(self, block: bytes) -> bytes:
        assert len(block) == len(self.modulus)
        number = int.from_bytes(self.modulus, "big")
        return pow(int.from_bytes(block, "big"), self.private, number).to_bytes(len(block), "big")


@cache
def pair(bits: int, role: str, exponent: int = 65537) -> Pair:
    """One a role, for the whole run."""
    assert role
    numbers = rsa.generate_private_key(exponent, bits).private_numbers()
    public = numbers.public_numbers
    return Pair(public.n.to_bytes(bits // 8, "big"), b"\x03" if exponent == 3 else b"\x01\0\x01", numbers.d)


def scheme() -> Pair:
    return pair(1408, "scheme")


def issuer() -> Pair:
    return pair(1152, "issuer")  # 144 of the 140 bytes that a certificate of 176 can hold: there is a remainder


def chip() -> Pair:
    return pair(1024, "chip")


@cache
def signed(key: Pair, kind: str, fields: bytes, more: bytes = b"") -> bytes:
    """Header, format, fields, hash, trailer; `more` is hashed behind the fields and not signed (book 2, annex A2)."""
    inside = bytes.fromhex(kind) + fields
    digest = hashlib.sha1(inside + more).digest()
    return key.sign(b"\x6a" + inside + digest + b"\xbc")


def certificate(
    above: Pair,
    kind: str,
    name: bytes,
    of: Pair,
    *,
    expires="1249",
    serial="000001",
    kinds="0101",
    padding="BB",
    more=b"",
) -> bytes:
    """`name`: 4 bytes of issuer, 10 of card number. `kinds`: hash, key. `more`: a card's certificate covers it too."""
    space = len(above.modulus) - (36 if kind == "02" else 42)
    kept, left = of.modulus[:space].ljust(space, bytes.fromhex(padding)), of.modulus[space:]
    sizes = bytes((len(of.modulus), len(of.exponent)))
    fields = name + bytes.fromhex(expires + serial + kinds) + sizes + kept
    return signed(above, kind, fields, left + of.exponent + more)


def issuer_objects(number: str, key: Pair | None = None, **changes: str) -> dict[str, str]:
    above, key = scheme(), key or issuer()
    made = certificate(above, "02", bytes.fromhex(number[:6] + "FF"), key, **changes)
    left = key.modulus[len(above.modulus) - 36 :]
    return {"8F": INDEX, "90": made.hex(), "92": left.hex(), "9F32": key.exponent.hex()}


def chip_objects(number: str, static: str, key: Pair | None = None, **changes: str) -> dict[str, str]:
    above, key = issuer(), key or chip()
    made = certificate(above, "04", bytes.fromhex(number.ljust(20, "F")), key, more=bytes.fromhex(static), **changes)
    left = key.modulus[len(above.modulus) - 42 :]
    return {"9F46": made.hex(), "9F47": key.exponent.hex(), "9F48": left.hex()}


def static_signature(static: str, key: Pair | None = None, *, head="01DAC1", padding="BB") -> str:
    """93: the data authentication code is DA C1."""
    key = key or issuer()
    fields = bytes.fromhex(head).ljust(len(key.modulus) - 23, bytes.fromhex(padding))
    return signed(key, "03", fields, bytes.fromhex(static)).hex()


def dynamic_signature(dynamic: str, terminal: str, *, algorithm="01", padding="BB", length="") -> str:
    """9F4B over the card's own `dynamic` data and what the terminal sent."""
    key, data = chip(), bytes.fromhex(dynamic)
    head = bytes.fromhex(algorithm + (length or f"{len(data):02X}"))
    fields = (head + data).ljust(len(key.modulus) - 23, bytes.fromhex(padding))
    return signed(key, "05", fields, bytes.fromhex(terminal)).hex()


def key_table(*, expires="2049-12-31", revoked="[]") -> str:
    """A [[key]] of the terminal's configuration."""
    key = scheme()
    raw = bytes.fromhex(RID + INDEX) + key.modulus + key.exponent
    return f"""
[[key]]
rid = "{RID}"
index = "{INDEX}"
modulus = "{key.modulus.hex()}"
exponent = "{key.exponent.hex()}"
expires = {expires}
checksum = "{hashlib.sha1(raw).hexdigest()}"
revoked = {revoked}
"""


def as_records(objects: dict[str, str]) -> list[str]:
    """One object a record, as each may fill one alone."""
    return [tlv("70", tlv(tag, value)) for tag, value in objects.items()]
