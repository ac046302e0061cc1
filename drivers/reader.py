"""The one seam between the card room and a card reader. Imported in the card room only, never by the engine.

A driver opens a device; what it gives is a Reader, turned by the room's own loop: the room waits on `fileno` and the
clock, the reader never blocks. Card data stays in the memory that the room handed over.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from pos_bridge.domain.card import CardFacts, ReadFailure, SealedByReader
from pos_bridge.domain.chip import IssuerAnswer, SecondAnswer


class SealingPlace(Enum):
    """Where the card is sealed, and so which machine ever holds clear card data."""

    READER = 1
    CARD_ROOM = 2


class ReadFailedError(Exception):
    """The reader will give no card for this ask. Carries one of the closed set of reasons and nothing else."""

    def __init__(self, reason: ReadFailure) -> None:
        super().__init__(reason.name)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Armed:
    """Flushed, quiet, lamp on: from now on a card counts."""


@dataclass(frozen=True, slots=True)
class NotYet:
    """The reader cannot be armed for now, for this reason; it goes on trying, and Armed follows once it is."""

    reason: ReadFailure


@dataclass(frozen=True, slots=True)
class BadRead:
    """Something came that is no whole swipe; forgotten, lamp off. `again` lights it for the next try."""


@dataclass(frozen=True, slots=True, repr=False)
class CardRead:
    """A card: `data` is its track without sentinels and LRC (ISO/IEC 7813), lying in the room's memory."""

    facts: CardFacts
    track: int
    data: memoryview


@dataclass(frozen=True, slots=True, repr=False)
class CardSealed:
    """A card that the reader itself sealed: the room has nothing to seal and hands it on."""

    facts: CardFacts
    payment: SealedByReader


@dataclass(frozen=True, slots=True)
class CardInserted:
    """A chip card was put in: what comes next is its conversation, and the other readers are let go."""


@dataclass(frozen=True, slots=True)
class PinAsked:
    """The card holder is asked for a PIN: from now on what takes too long is no failure of the chip."""


@dataclass(frozen=True, slots=True, repr=False)
class ChipAsks:
    """The chip wants its issuer asked (ARQC), or its data for a refund: `data` is BER-TLV in the room's memory.

    The reader goes on only once `tell` has brought the issuer's answer; until then `turn` sees whether the card stays.
    """

    facts: CardFacts
    data: memoryview


@dataclass(frozen=True, slots=True)
class ChipSaid:
    """The end of the conversation: the second GENERATE AC, or a card that was pulled before it (not agreed)."""

    answer: SecondAnswer


Event = Armed | NotYet | BadRead | CardRead | CardSealed | CardInserted | PinAsked | ChipAsks | ChipSaid


@dataclass(frozen=True, slots=True)
class Tender:
    """What the card is asked for. `cents` of ISO 4217 number `currency`; `local_time`: yymmddhhmmss in decimal digits.

    `fallback`: a stripe that says *chip* counts, because its chip could not be read. `pin_pad`: a device, or empty.
    """

    cents: int
    currency: int
    local_time: int
    refund: bool = False
    fallback: bool = False
    pin_pad: str = ""


class Reader(Protocol):
    """An open reader. Times are seconds of time.monotonic. Every method may raise ReadFailedError but `stop`."""

    def fileno(self) -> int:
        """What the room waits on."""

    def due(self) -> float:
        """When `turn` is wanted though no byte came; infinite when only bytes matter."""

    def turn(self, now: float, *, readable: bool) -> Event | None:
        """Take in what is there, at most once the size of the memory, or notice how long nothing came."""

    def again(self) -> None:
        """After a BadRead: ask for another swipe."""

    def tell(self, answer: IssuerAnswer) -> None:
        """After ChipAsks, once: what the issuer said. ChipSaid follows. Only a chip reader is ever told."""

    def stop(self) -> None:
        """Lamp off, memory wiped, port closed. Never raises."""


class Driver(Protocol):
    """How to reach one kind of reader."""

    @property
    def sealed_in(self) -> SealingPlace: ...

    @property
    def memory_needed(self) -> int:
        """Bytes of locked memory that `open` wants."""

    def probe(self, device: str) -> None:
        """Raises ReadFailedError unless the device is there and free. Arms nothing."""

    def open(self, device: str, tender: Tender, memory: memoryview, now: float) -> Reader:
        """Open and configure; the reader is not armed yet. After this no further file is opened."""
