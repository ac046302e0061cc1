"""Sales by day and part of the day, of which nothing can be read about one of them.

A number is told only if it counts SMALLEST payments or more. One that is not told cannot be had by subtraction either,
even by somebody who knows what each day came to (the day's totals are on the books) and how this is done: so another of
that day is withheld with it, or the whole day. Never by card, by till, by tender or by person: the type that comes in
has none of them.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

SMALLEST = 5  # payments behind a number that is told; no setting, as one that is set to 1 protects nobody
BANDS = ((0, 12), (12, 15), (15, 18), (18, 24))  # of the day: from this hour, up to that one
_CENTS = 100


@dataclass(frozen=True, slots=True)
class Paid:
    """One payment of a sale: the local day and hour (0 to 23) that the journal has of it, and its cents."""

    day: date
    hour: int
    cents: int


@dataclass(frozen=True, slots=True)
class Cell:
    """`payments` made in a part of a day, and what they came to in whole dollars."""

    payments: int
    dollars: int


@dataclass(frozen=True, slots=True)
class Day:
    """`cells`: one for each of BANDS; None where it is not told."""

    day: date
    cells: tuple[Cell | None, ...]

    @property
    def told(self) -> Cell:
        """All that is told of the day: never more than that."""
        return total(cell for cell in self.cells if cell is not None)


def by_day(paid: Iterable[Paid]) -> tuple[Day, ...]:
    """The days on which somebody paid, in order."""
    payments: Counter[tuple[date, int]] = Counter()
    cents: Counter[tuple[date, int]] = Counter()
    for each in paid:
        place = each.day, _band(each.hour)
        payments[place] += 1
        cents[place] += each.cents
    return tuple(_day(day, payments, cents) for day in sorted({day for day, _ in payments}))


def _day(day: date, payments: Counter[tuple[date, int]], cents: Counter[tuple[date, int]]) -> Day:
    counts = tuple(payments[day, band] for band in range(len(BANDS)))
    hidden = withheld(counts)
    cells = (None if band in hidden else Cell(count, _dollars(cents[day, band])) for band, count in enumerate(counts))
    return Day(day, tuple(cells))


def withheld(counts: Sequence[int]) -> frozenset[int]:
    """The places of a row that are not told, though its sum and this rule may be known: what is small, and what would
    reveal it.

    Those are the two smallest that are not zero, where either of them could be SMALLEST or more for all that anybody
    can compute. Otherwise none of the row is told, the zeros neither: then any of them could, unless the whole row
    hardly comes to so much.
    """
    some = sorted((count, place) for place, count in enumerate(counts) if count)
    if not some or some[0][0] >= SMALLEST:
        return frozenset()
    two, rest = some[:2], [count for count, _ in some[2:]]
    if len(two) > 1 and _could_be_large([count for count, _ in two], rest):
        return frozenset(place for _, place in two)
    return frozenset(range(len(counts)))


def _could_be_large(two: Sequence[int], rest: Sequence[int]) -> bool:
    """Whether the two hidden, of which everybody knows that one is small, that neither is zero, and that both are less
    than any of the rest, could be large and small in either order. Of a sum that is just enough for that it is not
    used, so that a whole row which is not told could be such a one.
    """
    both, bound = sum(two), min(rest, default=sum(two) + 1)
    if bound < SMALLEST or max(two) >= bound:
        return False
    return both > SMALLEST + 1 and max(SMALLEST, both - SMALLEST + 1) <= min(both, bound) - 1


def total(cells: Iterable[Cell]) -> Cell:
    told = tuple(cells)
    return Cell(sum(cell.payments for cell in told), sum(cell.dollars for cell in told))


def _band(hour: int) -> int:
    return next(number for number, (begin, end) in enumerate(BANDS) if begin <= hour < end)


def _dollars(cents: int) -> int:
    """To the nearest dollar, half a dollar up."""
    return (cents + _CENTS // 2) // _CENTS
