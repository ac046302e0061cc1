"""The schemes that a chip terminal takes: applications with their action codes, public keys (EMV 4.4 book 2, 11.2).

Every value is checked when it is built. Where it comes from is terminal.py's business.
"""

import hashlib
import hmac
from dataclasses import dataclass

from pos_bridge.domain.card import Brand
from pos_bridge.wire.emv_dol import Wanted, parse_dol
from pos_bridge.wire.emv_tags import Tag
from pos_bridge.wire.tlv import TlvError

RID_LENGTH = 5
UNPREDICTABLE_LENGTH = 4  # 9F37
MAX_AID = 16
_AID = range(RID_LENGTH, MAX_AID + 1)
_TAC = range(1 << 40)
_MAX_FLOOR = 0xFFFF_FFFF
_MODULUS = range(64, 249)  # book 2, annex B2.1: at most 1984 bits
_EXPONENTS = (3, 65537)
_CHECKSUM = 20
_SERIAL = 3
_INDEX = range(256)


@dataclass(frozen=True, slots=True)
class Application:
    """One that the store takes. `aid`: what a card's DF name is, or, where `partial`, begins with.

    The action codes are numbers of 5 bytes with the bits of a TVR. `floor_limit`: cents, 0 where all is asked online.
    `ddol`, `tdol`: the lists used where the card has none.
    """

    aid: bytes
    brand: Brand
    partial: bool
    version: int
    tac_denial: int
    tac_online: int
    tac_default: int
    floor_limit: int
    ddol: tuple[Wanted, ...]
    tdol: tuple[Wanted, ...]

    def __post_init__(self) -> None:
        if len(self.aid) not in _AID:
            raise ValueError("aid: 5 to 16 bytes")
        if not all(code in _TAC for code in (self.tac_denial, self.tac_online, self.tac_default)):
            raise ValueError("an action code has 5 bytes")
        if not 0 <= self.floor_limit <= _MAX_FLOOR:
            raise ValueError("floor_limit: 0 to 4294967295 cents")
        if Wanted(Tag.UNPREDICTABLE, UNPREDICTABLE_LENGTH) not in self.ddol:
            raise ValueError("ddol: 9F37 is missing, or not all of it (EMV 4.4 book 2, 6.5.1)")

    @property
    def rid(self) -> bytes:
        return self.aid[:RID_LENGTH]

    def takes(self, name: bytes) -> bool:
        """Whether a card's application of this DF name is this one (book 1, 12.3.1)."""
        return name == self.aid or (self.partial and name.startswith(self.aid))


@dataclass(frozen=True, slots=True)
class SchemeKey:
    """A scheme's public key (CAPK; EMV 4.4 book 2, 11.2.2).

    `expires`: its last day, yyyymmdd. `checksum`: SHA-1 over RID, index, modulus and exponent. `revoked`: serial
    numbers of issuer certificates under this key that are void.
    """

    rid: bytes
    index: int
    modulus: bytes
    exponent: int
    expires: int
    checksum: bytes
    revoked: frozenset[bytes] = frozenset()

    def __post_init__(self) -> None:
        if len(self.rid) != RID_LENGTH or self.index not in _INDEX:
            raise ValueError("rid, index: 5 bytes and 1 byte")
        if len(self.modulus) not in _MODULUS or not self.modulus[0]:
            raise ValueError("modulus: 64 to 248 bytes, the first one not zero")
        if self.exponent not in _EXPONENTS:
            raise ValueError("exponent: 03 or 010001")
        if len(self.checksum) != _CHECKSUM or any(len(serial) != _SERIAL for serial in self.revoked):
            raise ValueError("checksum, revoked: 20 bytes, and 3 bytes each")
        if not hmac.compare_digest(self.checksum, checksum(self.rid, self.index, self.modulus, self.exponent)):
            raise ValueError("checksum: it is not this key's; a digit of the key is wrong")


def checksum(rid: bytes, index: int, modulus: bytes, exponent: int) -> bytes:
    """As schemes publish it beside a key (book 2, 11.2.2)."""
    raw = rid + bytes((index,)) + modulus + exponent.to_bytes((exponent.bit_length() + 7) // 8, "big")
    return hashlib.sha1(raw, usedforsecurity=False).digest()


def read_dol(raw: bytes) -> tuple[Wanted, ...]:
    """Raises ValueError."""
    try:
        return parse_dol(raw)
    except TlvError as error:
        raise ValueError(str(error)) from None
