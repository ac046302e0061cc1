"""What is told of a day gives nobody away, whoever computes with it."""

from collections import defaultdict
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.domain.statistics import BANDS, SMALLEST, Cell, Paid, by_day, withheld

DAY = date(2026, 10, 3)
HOURS = [begin for begin, _ in BANDS]
KNOWN = 14  # payments in one part of a day
ROWS = st.lists(st.integers(0, 14), min_size=len(BANDS), max_size=len(BANDS)).map(tuple)


def day_of(*counts: int, cents: int = 1000) -> tuple[Paid, ...]:
    return tuple(Paid(DAY, hour, cents) for hour, count in zip(HOURS, counts, strict=True) for _ in range(count))


def test_a_small_number_could_be_a_large_one():
    """For whoever knows what is told of a day, what it came to in all, and the rule by which it was told."""
    alike: defaultdict[tuple[tuple[int | None, ...], int], list[tuple[int, ...]]] = defaultdict(list)
    for counts in product(range(KNOWN + 1), repeat=len(BANDS)):
        hidden = withheld(counts)
        assert {place for place, count in enumerate(counts) if 0 < count < SMALLEST} <= hidden
        told = tuple(None if place in hidden else count for place, count in enumerate(counts))
        alike[(told, sum(counts))].append(counts)
    for (shown, _), rows in alike.items():
        unknown = [place for place, count in enumerate(shown) if count is None]
        left = sum(rows[0][place] for place in unknown)
        if not SMALLEST < left <= KNOWN:
            continue  # a day of so few: nothing of it is told; or one of which not all that look alike are here
        assert all(max(row[place] for row in rows) >= SMALLEST for place in unknown)


@given(ROWS)
def test_no_more_is_withheld_than_must_be(counts):
    hidden = withheld(counts)
    if not any(0 < count < SMALLEST for count in counts):
        assert hidden == frozenset()
    assert all(counts[place] > 0 for place in hidden) or len(hidden) == len(counts)


@given(st.lists(st.builds(Paid, st.dates(DAY, date(2026, 10, 9)), st.integers(0, 23), st.integers(1, 10**8))))
def test_what_is_told_is_true_and_never_small(paid):
    days = by_day(paid)
    assert [day.day for day in days] == sorted({each.day for each in paid})
    for day in days:
        for (begin, end), cell in zip(BANDS, day.cells, strict=True):
            here = [each.cents for each in paid if each.day == day.day and begin <= each.hour < end]
            if cell is not None:
                assert cell.payments == len(here)
                assert not 0 < cell.payments < SMALLEST
                assert abs(cell.dollars * 100 - sum(here)) <= 50


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ((0, 0, 0, 0), None),
        ((9, 8, 7, 6), (9, 8, 7, 6)),
        ((9, 0, 0, 6), (9, 0, 0, 6)),
        ((9, 2, 7, 0), (9, None, None, 0)),
        ((9, 4, 3, 0), (9, None, None, 0)),
        ((9, 3, 3, 0), (None,) * 4),
        ((9, 2, 3, 0), (None,) * 4),
        ((9, 1, 1, 0), (None,) * 4),
        ((5, 5, 2, 4), (None,) * 4),
        ((0, 2, 0, 0), (None,) * 4),
        ((3, 0, 0, 0), (None,) * 4),
        ((2, 2, 2, 2), (None,) * 4),
    ],
)
def test_by_hand(counts, told):
    days = by_day(day_of(*counts))
    if told is None:
        assert days == ()
        return
    (day,) = days
    assert tuple(cell and cell.payments for cell in day.cells) == told


def test_what_it_came_to_is_in_whole_dollars():
    (day,) = by_day(day_of(5, 0, 0, 7, cents=1239))
    assert day.cells == (Cell(5, 62), Cell(0, 0), Cell(0, 0), Cell(7, 87))
    assert day.told == Cell(12, 149)
