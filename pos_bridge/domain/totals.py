"""A business period's money by tender and kind, and how two books of it differ, leg by leg."""

from dataclasses import dataclass
from enum import Enum

from pos_bridge.domain.happening import Standing
from pos_bridge.domain.leg import Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey


@dataclass(frozen=True, slots=True)
class Total:
    """`count` legs that moved `cents` in all (cash: as rounded, what lies in the drawer)."""

    count: int = 0
    cents: int = 0

    def plus(self, cents: int) -> "Total":
        return Total(self.count + 1, self.cents + cents)


@dataclass(frozen=True, slots=True)
class PeriodLeg:
    """A leg of the period as recorded: `cents` is what it moved, or would move if it is not settled."""

    key: LegKey | None
    tender: Tender
    kind: Kind
    state: State
    cents: int


@dataclass(frozen=True, slots=True)
class Period:
    """The legs since the last day end. `number`: how many day ends were before it, 0 and up."""

    number: int
    legs: tuple[PeriodLeg, ...]


class Gap(Enum):
    """How a leg differs between the journal and the processor."""

    ONLY_HERE = "only_here"  # the journal has it as paid or refunded, the processor does not know it
    ONLY_THERE = "only_there"  # the processor holds money under a key that the journal does not have
    AMOUNT = "amount"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class Difference:
    """One leg that the two books do not agree about; `here` and `there` are None where it is not."""

    key: LegKey
    gap: Gap
    here: PeriodLeg | None
    there: Standing | None
    there_cents: int | None


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A period told: totals by tender and kind of what moved, legs that are not settled, half-paid baskets.

    `differences` is None where the processor could not be asked.
    """

    number: int
    totals: dict[tuple[Tender, Kind], Total]
    unsettled: int
    half_paid: int
    differences: tuple[Difference, ...] | None
