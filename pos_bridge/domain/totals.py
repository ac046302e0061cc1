"""A business period's money by tender and kind, and how two books of it differ, leg by leg."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from pos_bridge.domain.authorisation import HeldLeg
from pos_bridge.domain.happening import Standing
from pos_bridge.domain.leg import MOVED_STATES, SETTLED, Kind, State, Tender
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
    """A leg of the period as recorded: `cents` is what it moved, or would move if it is not settled.

    `counted`: what earlier periods have of it. If that is not what it moved, this period takes it back.
    """

    key: LegKey | None
    tender: Tender
    kind: Kind
    state: State
    cents: int
    counted: int = 0


@dataclass(frozen=True, slots=True)
class Period:
    """The legs since a day end. `number`: how many day ends were before it, 0 and up.

    `earlier`: legs that moved before it and are not at their end yet. `begun_ms`: the beginning of the hour of that day
    end by the till's clock (milliseconds since 1970 UTC); 0 for the first period. `up_to`: the newest row
    that was there when this was read, so that a day end can close just what was told of it. `ended_ms`: by when it had
    ended, if it did; its legs are then as they were at its end.
    """

    number: int
    legs: tuple[PeriodLeg, ...]
    earlier: tuple[PeriodLeg, ...] = ()
    begun_ms: int = 0
    up_to: int = 0
    ended_ms: int | None = None


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

    `taken_back`: of what earlier periods have in their totals, what no longer stood in this one. All totals of all
    periods, less all that was taken back, are what stands. `differences` is None where the processor could not be
    asked; those of days that ended without an agreement are among them.
    """

    number: int
    totals: dict[tuple[Tender, Kind], Total]
    unsettled: int
    half_paid: int
    differences: tuple[Difference, ...] | None
    taken_back: dict[tuple[Tender, Kind], Total] = field(default_factory=dict)


_CLAIMS_MONEY = MOVED_STATES | {State.AUTHORISED}
_HOLDS_MONEY = frozenset({Standing.AUTHORISED, Standing.CAPTURED, Standing.REFUNDED, Standing.IN_PROGRESS})
_NOTHING = frozenset({None, Standing.TOMBSTONE, Standing.DECLINED, Standing.REVERSED})

# What the processor may say of a leg that stands like this here. A state that is not here is on its way: both agree
# about it once it has arrived.
_AGREES: dict[State, frozenset[Standing | None]] = {
    State.AUTHORISED: frozenset({Standing.AUTHORISED}),
    State.CAPTURING: frozenset({Standing.AUTHORISED, Standing.CAPTURED, Standing.IN_PROGRESS}),
    State.CAPTURED: frozenset({Standing.CAPTURED}),
    State.CAPTURE_LOST: _NOTHING | {Standing.AUTHORISED},
    State.GIVING_BACK: frozenset({Standing.CAPTURED}),
    State.GIVEN_BACK: frozenset({Standing.CAPTURED}),
    State.REVERSED: _NOTHING,
    State.DECLINED: _NOTHING,
    State.ENDED: _NOTHING,
    State.REFUNDED: frozenset({Standing.REFUNDED}),
    State.REFUND_DECLINED: _NOTHING,
}


def totals(legs: Iterable[PeriodLeg]) -> dict[tuple[Tender, Kind], Total]:
    """By tender and kind what moved. An approval that is not confirmed, or was never captured, has not."""
    return _by_kind((leg, leg.cents) for leg in legs if leg.state in MOVED_STATES)


def taken_back(legs: Iterable[PeriodLeg]) -> dict[tuple[Tender, Kind], Total]:
    """By tender and kind what earlier periods have in their totals and no longer stands: voided after the day end."""
    return _by_kind((leg, leg.counted) for leg in legs if leg.counted)


def _by_kind(moves: Iterable[tuple[PeriodLeg, int]]) -> dict[tuple[Tender, Kind], Total]:
    found: dict[tuple[Tender, Kind], Total] = {}
    for leg, cents in moves:
        place = leg.tender, leg.kind
        found[place] = found.get(place, Total()).plus(cents)
    return found


def unsettled(legs: Iterable[PeriodLeg]) -> tuple[PeriodLeg, ...]:
    """Those that are not at their end, and those whose end is an alarm (approved, never captured)."""
    return tuple(leg for leg in legs if leg.state not in SETTLED or leg.state is State.CAPTURE_LOST)


def differences(legs: Iterable[PeriodLeg], held: Iterable[HeldLeg]) -> tuple[Difference, ...]:
    """Every card leg about which the two do not agree: first those of the journal, then those it does not have.

    `held` is what the processor says of these legs and of others since the period began. A leg whose key is forgotten
    here cannot be compared, and one that is on its way agrees with everything.
    """
    there = {leg.key: leg for leg in held if leg.standing is not Standing.NOT_SEEN}
    found = []
    for here in legs:
        if here.tender is Tender.CARD and here.key is not None:
            other = there.pop(here.key, None)
            gap = _gap(here, other)
            if gap is not None:
                found.append(_difference(here.key, gap, here, other))
    unknown_here = (other for other in there.values() if other.standing in _HOLDS_MONEY)
    found.extend(_difference(other.key, Gap.ONLY_THERE, None, other) for other in unknown_here)
    return tuple(found)


def _gap(here: PeriodLeg, there: HeldLeg | None) -> Gap | None:
    standing = None if there is None else there.standing
    if here.state not in _AGREES:
        return None
    if standing not in _AGREES[here.state]:
        return Gap.ONLY_HERE if standing is None else Gap.STATE
    if there is None or here.state not in _CLAIMS_MONEY:
        return None
    if (here.kind is Kind.SALE) is not (there.kind is Kind.SALE):
        return Gap.STATE
    return None if here.cents == there.amount.cents else Gap.AMOUNT


def _difference(key: LegKey, gap: Gap, here: PeriodLeg | None, there: HeldLeg | None) -> Difference:
    standing, cents = (None, None) if there is None else (there.standing, there.amount.cents)
    return Difference(key, gap, here, standing, cents)
