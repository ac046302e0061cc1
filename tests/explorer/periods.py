"""The period that runs, as the books have it: a day end reads it. As journal/periods.py, without a disk."""

from pos_bridge.domain.ledger import KnownLeg
from pos_bridge.domain.leg import MOVED_STATES, SETTLED, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.totals import Period, PeriodLeg
from tests.explorer.books import FIRST_STEPS, Books, Row

_NEVER_MOVED = frozenset({State.DECLINED, State.ENDED, State.REFUND_DECLINED, State.CASH_CANCELLED})


def this_period(books: Books) -> Period:
    """As journal/periods.py: a leg counts in the period in which its money moved."""
    begun = books.periods[-1]
    newest: dict[LegKey | None, tuple[int, Row]] = {}
    first: dict[LegKey | None, Row] = {}
    for number in range(begun + 1, len(books.rows)):
        row = books.rows[number]
        newest[row.key] = (number, row)
        first.setdefault(row.key, row)
    taken_up = {
        key
        for key, row in first.items()
        if key is not None and row.state not in FIRST_STEPS and books.legs[key].tender is Tender.CARD
    }
    before = {key for key in taken_up if _state_at(books, key, begun) in MOVED_STATES}
    waiting = [leg.key for leg in books.unsettled() if leg.key not in newest]
    legs = [key for key in waiting if books.legs[key].state not in MOVED_STATES or books.last[key] > begun]
    for _, row in sorted(newest.values(), key=lambda found: found[0]):
        moved_before = row.state in MOVED_STATES and row.key in before
        if row.key is not None and row.state not in _NEVER_MOVED and not moved_before:
            legs.append(row.key)
    earlier = [key for key in waiting if key not in legs]
    earlier += [
        row.key for _, row in newest.values() if row.key is not None and row.state not in SETTLED and row.key in before
    ]
    legs_now, earlier_now = (tuple(_in_period(books.legs[key]) for key in found) for found in (legs, earlier))
    return Period(len(books.periods) - 1, legs_now, earlier_now, 0, books.head.sequence)


def _state_at(books: Books, key: LegKey, row: int) -> State | None:
    states = [found.state for found in books.rows[: row + 1] if found.key == key]
    return states[-1] if states else None


def _in_period(leg: KnownLeg) -> PeriodLeg:
    cents = leg.amount.cents if leg.approved is None else leg.approved.cents
    return PeriodLeg(leg.key, leg.tender, leg.kind, leg.state, cents if leg.due is None else leg.due)
