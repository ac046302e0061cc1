"""Days of the explorer's books, as journal/periods.py reads them: what each day has, and no other day has."""

from typing import TYPE_CHECKING

from pos_bridge.domain.leg import MOVED_STATES, SETTLED, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.totals import Period, PeriodLeg
from tests.explorer.refusals import FIRST_STEPS

if TYPE_CHECKING:  # they import each other
    from tests.explorer.books import Books, Row

_NEVER_MOVED = frozenset({State.DECLINED, State.ENDED, State.REFUND_DECLINED, State.CASH_CANCELLED})


def running(books: "Books") -> Period:
    begun, last = books.periods[-1], books.head.sequence
    told = _Told(books, begun, last)
    waiting = [leg.key for leg in books.unsettled() if leg.key not in told.newest]
    new = [key for key in waiting if books.legs[key].state not in MOVED_STATES or books.last[key] > begun]
    legs = [*(told.leg(key, books.rows[books.last[key]]) for key in new), *told.gone_on()]
    earlier = [told.leg(key, books.rows[books.last[key]]) for key in waiting if key not in new]
    return Period(len(books.days), tuple(legs), (*earlier, *told.counted_before()), 0, last)


def closed(books: "Books", number: int) -> Period | None:
    """Its legs as they were when it ended."""
    if not 0 <= number < len(books.days):
        return None
    begun, last = books.periods[number], books.periods[number + 1]
    return Period(number, _Told(books, begun, last).gone_on(), (), 0, last, books.days[number].ended_ms)


class _Told:
    def __init__(self, books: "Books", begun: int, last: int) -> None:
        self._books = books
        self.newest: dict[LegKey, Row] = {}
        first: dict[LegKey, State] = {}
        for row in books.rows[begun + 1 : last + 1]:
            if row.key is not None and row.state is not None:
                self.newest.pop(row.key, None)  # in the order of their newest rows
                self.newest[row.key] = row
                first.setdefault(row.key, row.state)
        self._before: dict[LegKey, int] = {}
        for key, state in first.items():
            if state not in FIRST_STEPS and books.legs[key].tender is Tender.CARD:
                then = [row for row in books.rows[: begun + 1] if row.key == key]
                if then and then[-1].state in MOVED_STATES:
                    self._before[key] = self._cents(key, then[-1])

    def gone_on(self) -> tuple[PeriodLeg, ...]:
        found = ((key, row) for key, row in self.newest.items() if not self._is_counted(key, row))
        return tuple(self.leg(key, row) for key, row in found if row.state not in _NEVER_MOVED or key in self._before)

    def counted_before(self) -> tuple[PeriodLeg, ...]:
        found = ((key, row) for key, row in self.newest.items() if self._is_counted(key, row))
        return tuple(self.leg(key, row) for key, row in found if row.state not in SETTLED)

    def leg(self, key: LegKey, row: "Row") -> PeriodLeg:
        leg, counted = self._books.legs[key], 0 if self._is_counted(key, row) else self._before.get(key, 0)
        assert row.state is not None
        return PeriodLeg(key, leg.tender, leg.kind, row.state, self._cents(key, row), counted)

    def _is_counted(self, key: LegKey, row: "Row") -> bool:
        return row.state in MOVED_STATES and self._before.get(key) == self._cents(key, row)

    def _cents(self, key: LegKey, row: "Row") -> int:
        leg, refund = self._books.legs[key], self._books.legs.get(LegKey.refund_of(key))
        if row.state is State.GIVEN_BACK and row.approved is None and refund is not None:
            return refund.amount.cents
        cents = leg.amount.cents if row.approved is None else row.approved
        return cents if leg.due is None else leg.due
