"""What the devices around a till are asked, and how it ends: a line display, a printer, a pad to answer on.

Texts here are the till's or our own; they are shown, printed or asked, and kept nowhere. None stands in a repr.
"""

from dataclasses import dataclass
from enum import Enum

MAX_ENTRIES = 20
MAX_LIMIT_S = 300.0


class DeviceKind(Enum):
    CUSTOMER_DISPLAY = "customer_display"
    PRINTER = "printer"
    CUSTOMER_PAD = "customer_pad"


class DeviceFault(Enum):
    """Why a device did not do it. Nothing is said of what it was given."""

    ABSENT = "absent"  # not there, unplugged, or no device at all
    TAKEN = "taken"  # another program, or another request, has it
    STALLED = "stalled"  # it does not take in, or does not answer, in time
    NO_PAPER = "no_paper"


@dataclass(frozen=True, slots=True, repr=False)
class Question:
    """Lines to show. With `entries` one of them is chosen, else it is yes or no. ValueError for more than 20 entries.

    `default`: the entry (from 1) that is marked at first; whoever answers nothing has not chosen it.
    """

    lines: tuple[str, ...]
    entries: tuple[str, ...] = ()
    default: int | None = None

    def __post_init__(self) -> None:
        if len(self.entries) > MAX_ENTRIES or not (self.default is None or 1 <= self.default <= len(self.entries)):
            raise ValueError("a menu has 1 to 20 entries, and its default is one of them")


@dataclass(frozen=True, slots=True)
class Confirmed:
    yes: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """`number`: the entry, from 1."""

    number: int


class NoAnswer(Enum):
    """Asked, and nothing was answered."""

    CANCELLED = "cancelled"  # by the customer
    TOO_LATE = "too_late"


Answer = Confirmed | Chosen | NoAnswer | DeviceFault
