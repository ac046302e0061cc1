"""Day ends: what moved since the last one, each movement in one period and no other."""

import pytest

from pos_bridge.domain.ledger import Advance
from pos_bridge.domain.leg import Cause, Kind, State, Tender
from pos_bridge.domain.totals import Period, PeriodLeg
from pos_bridge.journal import months
from tests.journal.makers import (
    START,
    captured,
    capturing,
    card,
    cash,
    cash_back,
    opened,
    owed,
    paid,
    refund,
    refunded,
    taken,
)

THIS_HOUR_MS = int(START.replace(minute=0, second=0, microsecond=0).timestamp()) * 1000


def legs(period: Period) -> dict[object, tuple[State, int]]:
    assert all(leg.key is not None for leg in period.legs)
    assert len({leg.key for leg in period.legs}) == len(period.legs)
    return {leg.key: (leg.state, leg.cents) for leg in period.legs}


def test_what_moved_or_may_have(journal):
    sale, coins, stuck, declined, ended = paid(journal, 5000), cash(1233), card(700), card(800), card(900)
    for opening in (coins, stuck, declined, ended):
        journal.open_leg(opening)
    journal.advance(Advance(declined.key, State.DECLINED, Cause.ISSUER))
    journal.advance(Advance(ended.key, State.ENDED, Cause.NO_CARD))
    back, change = refund(sale.key, 2000), cash_back(512, coins.key)
    journal.open_leg(back)
    journal.advance(refunded(back))
    journal.open_leg(change)
    period = journal.period()
    assert period.number == 0
    assert legs(period) == {
        sale.key: (State.CAPTURED, 5000),
        coins.key: (State.CASH_TAKEN, 1235),
        stuck.key: (State.INTENT, 700),
        back.key: (State.REFUNDED, 2000),
        change.key: (State.CASH_REFUNDED, 510),
    }
    assert PeriodLeg(back.key, Tender.CARD, Kind.REFUND, State.REFUNDED, 2000) in period.legs


def test_a_day_end_closes_what_was_told_of_the_period(journal):
    first = paid(journal, 5000)
    told = journal.period()
    later = paid(journal, 700)
    assert journal.close_period(told.up_to) == 0
    assert legs(told) == {first.key: (State.CAPTURED, 5000)}
    assert legs(journal.period()) == {later.key: (State.CAPTURED, 700)}


def test_a_day_end_begins_a_new_period(folder, clock):
    journal = opened(folder, clock)
    paid(journal)
    assert journal.close_period() == 0
    assert journal.period() == Period(1, (), begun_ms=THIS_HOUR_MS, up_to=journal.head.sequence)
    sale = paid(journal, 700)
    journal.close()
    journal = opened(folder, clock)
    assert legs(journal.period()) == {sale.key: (State.CAPTURED, 700)}
    assert journal.close_period() == 1
    assert journal.period() == Period(2, (), begun_ms=THIS_HOUR_MS, up_to=journal.head.sequence)
    journal.close()


def test_each_movement_counts_once(journal):
    approved, stuck, coins = card(100), card(200), owed(300)
    for opening in (approved, stuck, coins):
        journal.open_leg(opening)
    journal.advance(capturing(approved))
    assert legs(journal.period()) == {
        approved.key: (State.CAPTURING, 100),
        stuck.key: (State.INTENT, 200),
        coins.key: (State.CASH_DUE, 300),
    }
    journal.close_period()
    assert legs(journal.period()) == {stuck.key: (State.INTENT, 200), coins.key: (State.CASH_DUE, 300)}
    assert [(leg.key, leg.state) for leg in journal.period().earlier] == [(approved.key, State.CAPTURING)]
    journal.advance(captured(approved))  # counted when it was approved
    assert journal.period().earlier == ()
    journal.advance(capturing(stuck))
    journal.advance(taken(coins))
    assert legs(journal.period()) == {stuck.key: (State.CAPTURING, 200), coins.key: (State.CASH_TAKEN, 300)}


def test_what_was_taken_back_since_the_day_end_is_told(journal):
    voided, too_late, kept = paid(journal, 100), paid(journal, 200), paid(journal, 300)
    for sale in (voided, too_late):
        journal.advance(Advance(sale.key, State.REVERSING, Cause.VOIDED))
    assert legs(journal.period()) == {
        voided.key: (State.REVERSING, 100),
        too_late.key: (State.REVERSING, 200),
        kept.key: (State.CAPTURED, 300),
    }
    journal.close_period()
    journal.advance(Advance(voided.key, State.REVERSED, Cause.VOIDED))
    journal.advance(Advance(too_late.key, State.CAPTURED, Cause.TOO_LATE))  # it was not counted: it is now
    journal.advance(Advance(kept.key, State.REVERSING, Cause.VOIDED))
    assert legs(journal.period()) == {
        voided.key: (State.REVERSED, 100),
        too_late.key: (State.CAPTURED, 200),
        kept.key: (State.REVERSING, 300),
    }


@pytest.mark.parametrize("damaged", [False, True])
def test_a_period_goes_over_the_turn_of_a_month(journal, folder, clock, damaged):
    assert journal.period().begun_ms == 0
    counted = paid(journal, 50)
    journal.close_period()
    early, late, approved = paid(journal, 100), card(200), card(300)
    for opening in (late, approved):
        journal.open_leg(opening)
    journal.advance(capturing(approved))
    clock.turn(days=31)
    journal.advance(capturing(late))
    if damaged:
        old = months.files(folder)[0]
        old.chmod(0o600)
        old.write_bytes(b"x" * 4096)
        assert set(legs(journal.period())) == {late.key, approved.key}  # what can be read
        return
    journal.advance(Advance(counted.key, State.REVERSING, Cause.VOIDED))
    assert legs(journal.period()) == {
        early.key: (State.CAPTURED, 100),
        late.key: (State.CAPTURING, 200),
        approved.key: (State.CAPTURING, 300),
        counted.key: (State.REVERSING, 50),
    }
    assert journal.period().begun_ms == THIS_HOUR_MS, "also from the file of the month before"
    assert journal.close_period() == 1
    journal.advance(captured(approved))
    assert set(legs(journal.period())) == {counted.key}
