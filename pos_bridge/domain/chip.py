"""What a chip card and its issuer say to each other, as it is seen outside the card room: nothing here names a card."""

from dataclasses import dataclass
from enum import Enum

CODE_LENGTH = 2
MAX_SCRIPTS = 256
_AUTHENTICATION = range(8, 17)
_AID = range(5, 17)
_TVR_LENGTH, _TSI_LENGTH = 5, 2
UNREACHABLE_CODE = b"Z3"


class HostWord(Enum):
    """What became of the request that the card's cryptogram asked for; the value is its number on the card link."""

    APPROVED = 1
    DECLINED = 2
    UNREACHABLE = 3  # no definite answer: the card is told so, and asked for an AAC


@dataclass(frozen=True, slots=True)
class IssuerAnswer:
    """What the card is told (EMV 4.4 book 3, 10.9 and 10.10).

    `code`: authorisation response code, tag 8A, two characters. `authentication`: issuer authentication data, tag 91,
    8 to 16 bytes, or empty. `scripts`: templates 71 and 72 one after the other as they came, at most 256 bytes.
    """

    word: HostWord
    code: bytes
    authentication: bytes = b""
    scripts: bytes = b""

    def __post_init__(self) -> None:
        if len(self.code) != CODE_LENGTH or not (self.code.isalnum() and self.code.isascii()):
            raise ValueError("an authorisation response code is two letters or digits")
        if self.authentication and len(self.authentication) not in _AUTHENTICATION:
            raise ValueError("issuer authentication data has 8 to 16 bytes")
        if len(self.scripts) > MAX_SCRIPTS:
            raise ValueError("issuer scripts have at most 256 bytes")


NO_ANSWER = IssuerAnswer(HostWord.UNREACHABLE, UNREACHABLE_CODE)


class Verified(Enum):
    """How the card holder was verified (EMV 4.4 book 3, 10.5); the value is its number on the card link."""

    NOT_AT_ALL = 1  # no CVM required, or none succeeded: TVR says which
    SIGNATURE = 2  # the receipt needs a line to sign on
    PIN_AT_READER = 3  # checked by the card, entered at the reader
    PIN_ONLINE = 4  # went to the issuer, encrypted by the PIN pad


@dataclass(frozen=True, slots=True)
class ChipReceipt:
    """What a receipt shows of a chip: AID (4F, 5 to 16 bytes), TVR (95, 5 bytes), TSI (9B, 2 bytes), verification."""

    aid: bytes
    tvr: bytes
    tsi: bytes
    verified: Verified

    def __post_init__(self) -> None:
        if len(self.aid) not in _AID or len(self.tvr) != _TVR_LENGTH or len(self.tsi) != _TSI_LENGTH:
            raise ValueError("an AID has 5 to 16 bytes, a TVR 5 and a TSI 2")


@dataclass(frozen=True, slots=True)
class SecondAnswer:
    """The card's last word. `agreed`: it gave a TC to an approval. `receipt`: None for a stripe, or a card pulled."""

    agreed: bool
    receipt: ChipReceipt | None = None
