"""When a sale was written down, as far as the journal knows: its day and its hour, in whatever month's file it is."""

from datetime import UTC, date, datetime

import pytest

from pos_bridge.domain.access import Recorded
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.journal.beside_engine import JournalBesideEngine
from pos_bridge.journal.journal import Journal
from tests.checkout.story import story
from tests.journal.makers import Clock, card, cash, paid, refund, refunded

LAST_OF_NOVEMBER = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
LATE, NEXT = Recorded(date(2026, 11, 30), 23), Recorded(date(2026, 12, 1), 0)


@pytest.fixture
def clock() -> Clock:
    return Clock(LAST_OF_NOVEMBER)


def test_of_every_sale_the_newest_row(journal, folder, clock):
    before, waiting = paid(journal), card()
    journal.open_leg(waiting)
    assert journal.recorded(before.key) == LATE
    clock.turn(hours=1)
    coins = cash()
    journal.open_leg(coins)
    back = refund(before.key)
    journal.open_leg(back)
    journal.advance(refunded(back))
    expected = {before.key: LATE, waiting.key: LATE, coins.key: NEXT, back.key: NEXT, LegKey.fresh(): None}
    assert {key: journal.recorded(key) for key in expected} == expected

    @story
    async def on_a_thread_and_beside():
        beside = JournalBesideEngine(folder, clock)
        assert {key: await beside.recorded(key) for key in expected} == expected
        assert [leg.key for leg in await beside.refunds_of(before.key)] == [back.key]
        asked = Journal(journal)
        try:
            assert {key: await asked.recorded(key) for key in expected} == expected
        finally:
            asked.close()

    on_a_thread_and_beside()
