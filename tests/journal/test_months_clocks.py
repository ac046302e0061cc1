"""Whatever the till's clock does, what leads from a sale to its key stays for its 18 months, and goes after them."""

from contextlib import closing
from datetime import timedelta

import pytest

from pos_bridge.journal import months
from pos_bridge.journal.journal_file import LINK_MONTHS, JournalFile
from tests.journal.makers import START, Clock, cash


def sold(journal: JournalFile):
    opening = cash()
    journal.open_leg(opening)
    journal.mark_told(opening.key)
    return opening.key


def test_a_clock_that_is_years_ahead_for_an_hour_forgets_nothing_and_begins_nothing(tmp_path):
    clock = Clock()
    with closing(JournalFile.open(tmp_path / "journal", 1, clock)) as journal:
        key = sold(journal)
        clock.turn(days=26_000)
        journal.rest()
        other = sold(journal)
        assert journal.find_leg(key) is not None
        clock.turn(days=-26_000)
        clock.turn(days=31)
        sold(journal)
        assert [path.stem for path in months.files(tmp_path / "journal")] == ["2026-11", "2026-12"]
        assert None not in {journal.find_leg(key), journal.find_leg(other)}


def test_a_till_whose_first_day_was_in_the_past_keeps_its_links(tmp_path):
    """A dead battery says 2020."""
    clock = Clock()
    clock.turn(days=-2400)
    with closing(JournalFile.open(tmp_path / "journal", 1, clock)) as journal:
        key = sold(journal)
        clock.turn(days=2400)
        journal.believe(clock.now)
        sold(journal)
        assert [path.stem for path in months.files(tmp_path / "journal")] == ["2020-04", "2026-11"]
        for _ in range(LINK_MONTHS - 1):
            clock.turn(days=30)
            journal.believe(clock.now)
        assert journal.find_leg(key) is not None
        clock.turn(days=62)
        journal.believe(clock.now)
        assert journal.find_leg(key) is None


@pytest.mark.parametrize("off", [{1: 26_000}, {0: -2400, 2: 400}, {2: 700, 3: -45, 4: 45}])
def test_eighteen_months_whatever_a_clock_does(tmp_path, off):
    """A right clock is heard each third month; then it is off by so many days, and a sale is made all the same."""
    sales = {}
    clock = Clock()
    with closing(JournalFile.open(tmp_path / "journal", 1, clock)) as journal:
        for turn in range(9):
            clock.now = START + timedelta(days=92 * turn)
            journal.believe(clock.now)
            if turn < 3:
                sales[sold(journal)] = turn
            if turn in off:
                clock.turn(days=off[turn])
                journal.rest()
                sales[sold(journal)] = turn
            for key, made in sales.items():
                if 3 * (turn - made) < LINK_MONTHS:
                    assert journal.find_leg(key) is not None
                if 3 * (turn - made) > LINK_MONTHS + 3:
                    assert journal.find_leg(key) is None
