"""What is told of ended hours: nothing of the one that runs, and all of it once that is over."""

from datetime import timedelta
from pathlib import Path

from pos_bridge.domain.leg import Kind, State, Tender
from pos_bridge.journal.lately import Sort, counted, lately
from pos_bridge.journal.months import files
from tests.journal.makers import Clock, cash, opened, paid

BY_CARD, IN_CASH = (
    Sort(tender, Kind.SALE, end) for tender, end in zip(Tender, (State.CAPTURED, State.CASH_TAKEN), strict=True)
)


def test_an_hour_is_told_when_it_is_over(tmp_path: Path):
    clock = Clock()
    journal = opened(tmp_path, clock)
    try:
        assert lately(tmp_path, clock(), 10) == ()
        paid(journal, 5000)
        journal.open_leg(cash(1233))
        paid(journal, 200)
        assert counted(tmp_path, clock()) == {}
        assert lately(tmp_path, clock(), 10) == ()
        clock.turn(hours=1)
        assert counted(tmp_path, clock()) == {BY_CARD: 2, IN_CASH: 1}
        told = lately(tmp_path, clock(), 10)
        assert [(each.tender, each.outcome, each.cents) for each in told] == [
            ("card", "captured", 200),
            ("card", "captured", 5000),
            ("cash", "cash_taken", 1235),
        ], "in no order of time"
        assert {each.hour for each in told} == {14}
        journal.open_leg(cash(100))
        assert counted(tmp_path, clock()) == {BY_CARD: 2, IN_CASH: 1}
        assert lately(tmp_path, clock() - timedelta(hours=2), 10) == (), "a clock that was set back tells less"
        clock.turn(hours=1)
        assert [each.hour for each in lately(tmp_path, clock(), 2)] == [15, 14]
    finally:
        journal.close()


def test_the_first_sale_of_a_month_does_not_show_by_what_is_gone(tmp_path: Path):
    """It is what begins the month's file."""
    clock = Clock()
    journal = opened(tmp_path, clock)
    try:
        for cents in (100, 200):
            paid(journal, cents)
        clock.turn(hours=24 * 31)
        before = lately(tmp_path, clock(), 10)
        assert len(before) == 2
        paid(journal, 300)
        assert len(files(tmp_path)) == 2
        assert lately(tmp_path, clock(), 10) == before
        clock.turn(hours=1)
        assert [each.cents for each in lately(tmp_path, clock(), 10)] == [300, 100, 200]
        assert [each.cents for each in lately(tmp_path, clock(), 2)] == [300, 200], "the newest"
    finally:
        journal.close()


def test_without_a_journal_there_is_nothing(tmp_path: Path):
    assert lately(tmp_path, Clock()(), 10) == ()
    assert counted(tmp_path, Clock()()) == {}
