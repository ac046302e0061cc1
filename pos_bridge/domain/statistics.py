"""Sales by day and part of the day, of which nothing can be read about one of them.

A number is told only if it counts SMALLEST payments or more. One that is not told cannot be had by subtraction either,
even by somebody who knows what each day came to (the day's totals are on the books): so others of that day are withheld
with it. Never by card, by till, by tender or by person: the type that comes in has none of them.
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
    """The places of a row that are not told, though its sum may be known: what is small, and what would reveal it.

    Those that are not told are two or more, and each of them could be SMALLEST or more for all that anybody can
    compute. Where the row is too small for that, none of it is told, the zeros neither.
    """
    hidden = {place for place, count in enumerate(counts) if 0 < count < SMALLEST}
    if not hidden:
        return frozenset()
    others = sorted((count, place) for place, count in enumerate(counts) if count >= SMALLEST)
    for _, place in others:
        if _is_safe(hidden, counts):
            break
        hidden.add(place)
    return frozenset(hidden) if _is_safe(hidden, counts) else frozenset(range(len(counts)))


def _is_safe(hidden: set[int], counts: Sequence[int]) -> bool:
    """Each of the hidden is 1 at least; the rest of their sum may be any one's."""
    most = sum(counts[place] for place in hidden) - (len(hidden) - 1)
    return len(hidden) > 1 and most >= SMALLEST


def total(cells: Iterable[Cell]) -> Cell:
    told = tuple(cells)
    return Cell(sum(cell.payments for cell in told), sum(cell.dollars for cell in told))


def _band(hour: int) -> int:
    return next(number for number, (begin, end) in enumerate(BANDS) if begin <= hour < end)


def _dollars(cents: int) -> int:
    """To the nearest dollar, half a dollar up."""
    return (cents + _CENTS // 2) // _CENTS
