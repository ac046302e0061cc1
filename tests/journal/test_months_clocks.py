"""Whatever the till's clock does, what leads from a sale to its key stays for its 18 months, and goes after them."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.journal import months
from pos_bridge.journal.hours import month
from pos_bridge.journal.journal_file import LINK_MONTHS, JournalFile
from pos_bridge.journal.verify import SoundFile, verify
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


@pytest.mark.parametrize("heard", [True, False])
def test_a_till_that_hears_nobody_for_years_begins_each_month(tmp_path, heard):
    """Its clock is right, and nobody says so. `heard`: once, in the beginning."""
    clock = Clock()
    with closing(JournalFile.open(tmp_path / "journal", 1, clock)) as journal:
        if heard:
            journal.believe(clock.now)
        for _ in range(26):
            clock.turn(days=28)
            journal.rest()
        assert len(months.files(tmp_path / "journal")) == 25
        assert months.files(tmp_path / "journal")[-1].stem == month(clock.now) == "2028-11"


@given(
    heard=st.lists(st.integers(0, 27), min_size=1, max_size=20),
    off=st.dictionaries(st.integers(0, 19), st.integers(-3000, 30_000), max_size=4),
    stopped=st.sets(st.integers(0, 19), max_size=4),
)
def test_the_file_in_use_is_of_this_month_as_soon_as_that_can_be_known(heard, off, stopped):
    """Month after month, in each of which the clock is right on one day and the processor says so.

    `off`: in these months it was off by so many days before that. `stopped`: in these the till was off until that day.
    """
    with TemporaryDirectory() as name:
        clock, folder, sales = Clock(), Path(name) / "journal", {}
        journal = JournalFile.open(folder, 1, clock)
        try:
            for turn, day in enumerate(heard):
                begun = START.replace(year=2026 + turn // 12, month=1 + turn % 12, day=1)
                if turn in stopped:
                    journal.close()
                clock.now = begun + timedelta(days=off.get(turn, 0))
                if turn in stopped:
                    journal = JournalFile.open(folder, 1, clock)
                sales[sold(journal)] = turn
                clock.now = begun + timedelta(days=day)
                journal.believe(clock.now)
                sales[sold(journal)] = turn
                names = [path.stem for path in months.files(folder)]
                ahead = [name for name in names if name > month(clock.now)]
                assert len(ahead) <= 1 + sum(each <= turn for each in off), "each time that it was off, one"
                assert months.months_between(month(clock.now), names[-1]) <= max(1, len(ahead))
                if not ahead:
                    assert names[-1] == month(clock.now)
                for key, made in sales.items():
                    assert turn - made >= LINK_MONTHS or journal.find_leg(key) is not None
                    assert turn - made <= LINK_MONTHS + 1 + len(off) or journal.find_leg(key) is None
            assert all(isinstance(report, SoundFile) for report in verify(folder))
        finally:
            journal.close()
