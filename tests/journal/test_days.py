"""Days, by hand: what each has when a leg goes on after it, who ended it, and what it is after a fault."""

import asyncio

import pytest

from pos_bridge.checkout import day_end
from pos_bridge.domain.authorisation import Unknown
from pos_bridge.domain.ledger import Advance, JournalUnwritableError
from pos_bridge.domain.leg import Cause, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.totals import PeriodLeg, Reckoning, Total, taken_back, totals
from pos_bridge.journal import months
from pos_bridge.journal.journal import Journal
from pos_bridge.journal.quarantine import quarantine
from tests.journal.day_story import SALE, moved
from tests.journal.makers import Clock, captured, capturing, card, forge, opened, paid, refund, refund_too_late, resumed

REQUESTS = [bytes(range(first, first + 32)) for first in range(8)]


def test_a_void_after_the_day_end_is_taken_back_on_the_day_of_the_void(journal):
    sale = paid(journal, 5000)
    journal.close_period()
    journal.advance(Advance(sale.key, State.REVERSING, Cause.VOIDED))
    journal.close_period()
    journal.advance(Advance(sale.key, State.REVERSED, Cause.VOIDED))
    assert journal.period().legs == (PeriodLeg(sale.key, *SALE, State.REVERSED, 5000),)
    first, second = journal.closed_day(0), journal.closed_day(1)
    assert first is not None
    assert second is not None
    assert (moved(first), moved(second), moved(journal.period())) == ({SALE: 5000}, {SALE: -5000}, {})
    assert journal.closed_day(2) is None


@pytest.mark.parametrize("turned", [False, True])
def test_a_refund_that_is_undone_after_the_day_end(journal, clock, turned):
    sale = paid(journal, 5000)
    back = refund(sale.key, 2000, present=True)
    journal.open_leg(back)
    journal.advance(Advance(back.key, State.REFUNDED, None, Amount(2000)))
    journal.close_period()
    if turned:
        clock.turn(days=31)
    for state in (State.REVERSING, State.UNRESOLVED, State.REFUND_DECLINED):
        journal.advance(Advance(back.key, state, Cause.DECIDED))
    assert taken_back(journal.period().legs)[Tender.CARD, Kind.CARD_REFUND].cents == 2000
    assert totals(journal.period().legs) == {}


def test_a_sale_given_back_moved_as_much_as_its_refund(journal):
    """Its answer was never known, so the journal has what was asked; the processor had approved a part of it."""
    sale = card(1000)
    journal.open_leg(sale)
    for state in (State.REVERSING, State.GIVING_BACK):
        journal.advance(Advance(sale.key, state, Cause.TOO_LATE))
    journal.close_period()
    back = refund_too_late(sale.key, 600)
    journal.open_leg(back)
    journal.advance(Advance(back.key, State.REFUNDED, None, Amount(600)))
    journal.advance(Advance(sale.key, State.GIVEN_BACK, Cause.TOO_LATE))
    period = journal.period()
    assert moved(period) == {SALE: -400, (Tender.CARD, Kind.REFUND): 600}
    assert {total.cents for total in totals(period.legs).values()} == {600}


def test_a_request_ends_one_day_in_whatever_run(folder, clock):
    journal = opened(folder, clock)
    sale = paid(journal, 700)
    assert journal.closed_by(REQUESTS[0]) is None
    assert journal.close_period(None, REQUESTS[0]) == 0
    journal.close()
    journal = opened(folder, clock)
    assert journal.close_period(None, REQUESTS[0]) == journal.closed_by(REQUESTS[0]) == 0
    assert journal.period().number == 1
    day = journal.closed_day(0)
    assert day is not None
    assert [(leg.key, leg.cents) for leg in day.legs] == [(sale.key, 700)]
    clock.turn(days=10)  # December comes: what is carried over is forgotten in its time
    assert journal.closed_by(REQUESTS[0]) is None
    assert journal.close_period(None, REQUESTS[0]) == 1
    clock.turn(days=2, hours=2)
    journal.rest()
    for path in months.files(folder):
        with months.read_only(path) as connection:
            assert connection.execute("SELECT count(*) FROM days WHERE request IS NOT NULL").fetchone() == (0,)
    assert journal.closed_day(0) == day
    journal.close()


def test_a_request_is_known_over_the_turn_of_a_month(folder, clock):
    clock.turn(days=7, hours=9)  # 30 November, before midnight
    journal = opened(folder, clock)
    paid(journal)
    journal.close_period(None, REQUESTS[0])
    clock.turn(hours=5)
    paid(journal)
    assert len(months.files(folder)) == 2
    assert journal.closed_by(REQUESTS[0]) == 0
    journal.close()


def test_a_day_is_compared_again_until_the_processor_agrees(journal):
    for number, agreed in enumerate((True, False, False)):
        paid(journal)
        assert journal.close_period(agreed=agreed) == number
    assert journal.days_to_compare() == (1, 2)
    journal.note_day_agreed(1)
    journal.note_day_agreed(77)
    assert journal.days_to_compare() == (2,)


def test_a_day_end_never_goes_back(journal):
    """Two at the same time, told of the same rows."""
    told = journal.period().up_to
    sale = paid(journal)
    assert journal.close_period() == 0
    assert journal.close_period(told) == 1
    assert journal.period().legs == ()
    first, second = journal.closed_day(0), journal.closed_day(1)
    assert first is not None
    assert second is not None
    assert first.legs == (PeriodLeg(sale.key, *SALE, State.CAPTURED, sale.amount.cents),)
    assert second.legs == ()


def test_day_ends_of_a_damaged_month_go_along(folder, clock):
    journal = opened(folder, clock)
    sale = card(300)
    journal.open_leg(sale)
    journal.advance(capturing(sale))
    journal.close_period(None, REQUESTS[0])
    journal.advance(captured(sale))
    journal.close()
    forge(folder / "2026-11.db", "UPDATE requests SET hour = hour + 1")
    quarantine(folder, clock)
    journal = resumed(folder, clock)
    assert journal.close_period(None, REQUESTS[0]) == 0
    assert journal.days_to_compare() == (0,)
    journal.close()


@pytest.mark.parametrize("table", ["period", "trust"])
def test_a_row_that_is_gone_is_damage(journal, folder, table):
    paid(journal)
    forge(folder / "2026-11.db", f"DELETE FROM {table}")  # under a running engine
    with pytest.raises(JournalUnwritableError):
        journal.period() if table == "period" else journal.is_refused()


def test_a_day_end_whose_sync_failed_and_that_stands_is_told(folder, lying):
    """It is whole in the log all the same: the journal is opened anew, which syncs that, and the day is there."""

    class Away:
        async def held_since(self, begun_ms: int) -> Unknown:
            return Unknown()

        async def look_up(self, key: LegKey) -> Unknown:
            return Unknown()

    async def told() -> list[Reckoning]:
        ends = day_end.DayEnds(journal, Away())
        lying.fail_at = "COMMIT"
        return [await ends.close(REQUESTS[0]), await ends.close(REQUESTS[0]), await ends.close(REQUESTS[1])]

    file = opened(folder, Clock())
    paid(file, 700)
    journal = Journal(file)
    first, again, second = asyncio.run(told())
    journal.close()
    assert first == again
    assert (first.number, first.totals) == (0, {SALE: Total(1, 700)})
    assert (second.number, second.totals) == (1, {})
