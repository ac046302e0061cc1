"""The card link: what engine and card room say to each other, one message a packet, version 1.

The room may be hostile once it has met a hostile reader, so every message has one length or a tight bound and is
checked here, on the engine's side as on the room's. Card data never crosses: there is no message that could hold it.
How they are written is cardlink_codec.py's.
"""

from dataclasses import dataclass
from enum import Enum

from pos_bridge.domain.card import ReadFailure, SealedCard
from pos_bridge.domain.chip import IssuerAnswer, SecondAnswer
from pos_bridge.domain.money import MAX_CENTS
from pos_bridge.domain.sealing_key import SealingKey

MAX_MESSAGE = 8192
MAX_DRIVER = 32
MAX_DEVICE = 255
MAX_PROMPT_MS = 600_000
MAX_BAD_SWIPES = 3  # the third is the answer
CONVERSATION_S = 120.0  # what a room gives a chip and its PIN, once the card is in
ISSUER_S = 180.0  # the longest that a chip in a room waits for its issuer
LEG_KEY_LENGTH = 16
_TIME_PARTS = ((0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 99))  # seconds first


class LinkError(Exception):
    """A packet that is not a message of this link. Says what kind of fault, never what was in it."""


class ReaderState(Enum):
    """What a reader's device looks like, asked without arming it."""

    PRESENT = 1
    ABSENT = 2
    BUSY = 3


# What a reader that could not be opened looks like.
SEEN_STATES = {ReadFailure.READER_ABSENT: ReaderState.ABSENT, ReadFailure.READER_BUSY: ReaderState.BUSY}


class Notice(Enum):
    """What the customer should be shown while the room goes on waiting."""

    SWIPE_AGAIN = 1
    CARD_INSERTED = 2  # a chip card is in this reader: the others are let go


# ---- engine to room ----


@dataclass(frozen=True, slots=True)
class Status:
    """Is the reader there? Answered by ReaderIs; the room then ends."""

    driver: str
    device: str

    def __post_init__(self) -> None:
        _check_reader(self.driver, self.device)


@dataclass(frozen=True, slots=True, repr=False)
class Read:
    """Arm the reader, read one card, seal it for this leg. Answered by Armed, Show*, then Sealed or Failed."""

    driver: str
    device: str
    prompt_ms: int
    leg_key: bytes
    cents: int
    currency: int
    sealing_key: SealingKey
    local_time: int  # yymmddhhmmss in the store's own time, as decimal digits
    refund: bool = False
    fallback: bool = False  # the chip could not be read: a stripe that says *chip* counts, and is flagged
    pin_pad: str = ""  # the device of a PIN pad that belongs to a chip reader; empty: none

    def __post_init__(self) -> None:
        _check_reader(self.driver, self.device)
        if not 0 < self.prompt_ms <= MAX_PROMPT_MS:
            raise ValueError("a prompt lasts 1 to 600000 ms")
        if len(self.leg_key) != LEG_KEY_LENGTH:
            raise ValueError("a leg key has 16 bytes")
        if not (0 < self.cents <= MAX_CENTS and 0 < self.currency <= 999):  # noqa: PLR2004 - ISO 4217 has three digits
            raise ValueError("amount or currency out of range")
        if not _is_time(self.local_time):
            raise ValueError("a local time is yymmddhhmmss")
        if self.pin_pad:
            _check_device(self.pin_pad)


@dataclass(frozen=True, slots=True)
class Issuer:
    """After Sealed of a chip: what its issuer said. Answered by CardSaid; the room then ends."""

    answer: IssuerAnswer


@dataclass(frozen=True, slots=True)
class Finish:
    """Withdraw: switch the reader's lamp off, wipe, and end without an answer."""


# ---- room to engine ----


@dataclass(frozen=True, slots=True)
class Ready:
    """The room is started and locked down. `locks` has a bit for each lock in force (card/lockdown.py)."""

    locks: int

    def __post_init__(self) -> None:
        if not 0 <= self.locks < 2**32:
            raise ValueError("locks is a 32-bit set")


@dataclass(frozen=True, slots=True)
class Armed:
    """The reader is flushed and listening: from now on a card counts."""


@dataclass(frozen=True, slots=True)
class Show:
    notice: Notice


@dataclass(frozen=True, slots=True, repr=False)
class Sealed:
    card: SealedCard


@dataclass(frozen=True, slots=True)
class CardSaid:
    """The chip's last word, after Issuer."""

    answer: SecondAnswer


@dataclass(frozen=True, slots=True)
class Failed:
    reason: ReadFailure


@dataclass(frozen=True, slots=True)
class ReaderIs:
    state: ReaderState


Request = Status | Read | Issuer | Finish
Report = Ready | Armed | Show | Sealed | CardSaid | Failed | ReaderIs


def _check_reader(driver: str, device: str) -> None:
    if not (0 < len(driver) <= MAX_DRIVER and driver.isascii() and driver.isidentifier()):
        raise ValueError("a driver's name is an identifier of at most 32 characters")
    _check_device(device)


def _check_device(device: str) -> None:
    if not (0 < len(device.encode()) <= MAX_DEVICE and device.isprintable()):
        raise ValueError("a device is a path of at most 255 bytes")


def _is_time(number: int) -> bool:
    parts = [number // 100**place % 100 for place in range(6)]
    within = all(low <= part <= high for part, (low, high) in zip(parts, _TIME_PARTS, strict=True))
    return within and 0 < number < 100**6
