"""What is written to a journal, as plain values: each write is an entry."""

from dataclasses import dataclass

from pos_bridge.domain.ledger import Advance, JournalHead, Opening
from pos_bridge.domain.leg_key import LegKey


@dataclass(frozen=True, slots=True)
class Opened:
    opening: Opening
    at_ms: int


@dataclass(frozen=True, slots=True)
class Advanced:
    change: Advance
    at_ms: int


@dataclass(frozen=True, slots=True)
class RequestClosed:
    request: bytes


@dataclass(frozen=True, slots=True)
class Told:
    key: LegKey


@dataclass(frozen=True, slots=True)
class BasketCancelled:
    reference: bytes


@dataclass(frozen=True, slots=True)
class PeriodClosed:
    """After the row `up_to`, or after the newest one."""

    up_to: int | None = None
    request: bytes | None = None
    agreed: bool = False
    at_ms: int = 0


@dataclass(frozen=True, slots=True)
class DayAgreed:
    number: int


@dataclass(frozen=True, slots=True)
class EpochChanged:
    digest: bytes


@dataclass(frozen=True, slots=True)
class HeadRefused:
    head: JournalHead


@dataclass(frozen=True, slots=True)
class RefusedHeadAccepted:
    pass


Entry = (
    Opened
    | Advanced
    | RequestClosed
    | Told
    | BasketCancelled
    | PeriodClosed
    | DayAgreed
    | EpochChanged
    | HeadRefused
    | RefusedHeadAccepted
)
