"""One transaction's data: what the card gave, what the terminal knows, and what has been found so far. No I/O.

It lives as long as the conversation, in the card room; `repr` shows nothing of it.
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TypeVar

from drivers.pcsc.asks import Ask, PinBlock, Reply
from drivers.pcsc.scheme import Application
from drivers.pcsc.terminal import Terminal
from drivers.reader import Tender
from pos_bridge.wire.apdu import Command, Response
from pos_bridge.wire.emv_dol import Wanted, fill
from pos_bridge.wire.emv_results import TSI_LENGTH, TVR_LENGTH, Profile, Tsi, Tvr
from pos_bridge.wire.emv_tags import Tag

_T = TypeVar("_T")
# A part of the conversation that ends with a T (asks.py).
Step = Generator[Ask, Reply, _T]

PURCHASE, REFUND = b"\x00", b"\x20"  # 9C: the first two digits of ISO 8583's processing code
UNPREDICTABLE_LENGTH = 4  # 9F37
_CHIP_ENTRY = b"\x05"  # 9F39
_CENTURY_TURNS = 50  # years 50 to 99 are of 1900 (book 4, 6.7.3)


def send(command: Command) -> Step[Response]:
    """One exchange with the card."""
    reply = yield command
    if not isinstance(reply, Response):
        raise TypeError("a command is answered by a response")
    return reply


def full_year(yymmdd: int) -> int:
    """A date of six digits as eight (EMV 4.4 book 4, 6.7.3)."""
    return yymmdd + (20_000_000 if yymmdd // 10_000 < _CENTURY_TURNS else 19_000_000)


_NO_PROFILE, _NO_RESULTS, _NO_STATUS = Profile(0), Tvr(0), Tsi(0)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """RSA. `modulus` without leading zeros, so that its length is the length of a signature."""

    modulus: bytes
    exponent: int


@dataclass(slots=True, repr=False)
class Session:
    """Built once an application is chosen; filled step by step.

    `card`: data objects from the card, never of the terminal's. `own`: the terminal's. `hashed`: what was sent
    for PDOL and CDOLs so far, which a CDA signature covers. `combined_key`: the card's, where CDA is done. `pin`: for
    the issuer only; no list of the card's can ask for it.
    """

    terminal: Terminal
    tender: Tender
    application: Application
    aid: bytes
    profile: Profile = _NO_PROFILE
    tvr: Tvr = _NO_RESULTS
    tsi: Tsi = _NO_STATUS
    hashed: bytes = b""
    combined_key: PublicKey | None = None
    pin: PinBlock | None = None
    card: dict[int, bytes] = field(default_factory=dict)
    own: dict[int, bytes] = field(default_factory=dict)

    @property
    def today(self) -> int:
        """The store's date as yyyymmdd."""
        return full_year(self.tender.local_time // 1_000_000)

    def values(self) -> dict[int, bytes]:
        """All that a list can ask for. What the terminal is the source of, no card can set (book 3, 5.4)."""
        found: dict[int, bytes] = {
            Tag.TVR: int(self.tvr).to_bytes(TVR_LENGTH, "big"),
            Tag.TSI: int(self.tsi).to_bytes(TSI_LENGTH, "big"),
        }
        return {**self.card, **self.own, **found}

    def fill(self, dol: tuple[Wanted, ...]) -> bytes:
        return fill(dol, self.values())


def open_session(
    terminal: Terminal, tender: Tender, application: Application, aid: bytes, unpredictable: bytes
) -> Session:
    """`unpredictable`: UNPREDICTABLE_LENGTH random bytes, 9F37, for the whole transaction."""
    session = Session(terminal, tender, application, aid)
    time = f"{tender.local_time:012d}"
    session.own = {
        **dict(terminal.fixed),
        Tag.TERMINAL_AID: application.aid,
        Tag.AID: aid,
        Tag.DF_NAME: aid,
        Tag.TERMINAL_VERSION: application.version.to_bytes(2, "big"),
        Tag.TERMINAL_COUNTRY: _digits(terminal.country, 4),
        Tag.CAPABILITIES: terminal.capabilities(online_pin=bool(tender.pin_pad)),
        Tag.FLOOR_LIMIT: application.floor_limit.to_bytes(4, "big"),
        Tag.CURRENCY: _digits(tender.currency, 4),
        Tag.CURRENCY_EXPONENT: bytes((terminal.exponent,)),
        Tag.AMOUNT: _digits(tender.cents, 12),
        Tag.AMOUNT_BINARY: tender.cents.to_bytes(4, "big"),
        Tag.OTHER_AMOUNT: bytes(6),
        Tag.OTHER_AMOUNT_BINARY: bytes(4),
        Tag.DATE: bytes.fromhex(time[:6]),
        Tag.TIME: bytes.fromhex(time[6:]),
        # A room lives for one tender and counts nothing: day, hour, minute and second are a number of their own at a
        # till, which has one tender at a time.
        Tag.SEQUENCE: bytes.fromhex(time[4:]),
        Tag.KIND: REFUND if tender.refund else PURCHASE,
        Tag.ENTRY_MODE: _CHIP_ENTRY,
        Tag.UNPREDICTABLE: unpredictable,
        Tag.CVM_RESULTS: bytes.fromhex("3F0000"),
    }
    return session


def _digits(number: int, length: int) -> bytes:
    return bytes.fromhex(f"{number:0{length}d}")
