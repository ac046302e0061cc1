"""The day end: what was sold and given back since the last one, and every leg about which the processor disagrees.

Reads only, but for the one commit that ends the period and the note that a day was compared. The processor's own batch
is the processor's business.
"""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Protocol

from pos_bridge.domain.authorisation import HeldLeg, Holding, Unknown
from pos_bridge.domain.happening import Standing
from pos_bridge.domain.ledger import JournalUnwritableError, KnownBasket, KnownLeg
from pos_bridge.domain.leg import State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.totals import (
    Difference,
    Period,
    PeriodLeg,
    Reckoning,
    differences,
    taken_back,
    totals,
    unsettled,
)

MARGIN_MS = 2 * 3600 * 1000  # the clocks of till and processor differ, and a leg begins before it moves money


class Books(Protocol):
    """What is read of a journal: of the engine's own, or of its files beside it."""

    async def period(self) -> Period: ...

    async def closed_day(self, number: int) -> Period | None: ...

    async def days_to_compare(self) -> tuple[int, ...]: ...

    async def find_leg(self, key: LegKey) -> KnownLeg | None: ...

    async def open_baskets(self) -> tuple[KnownBasket, ...]: ...


class Ledger(Protocol):
    """What is asked of a processor. Needs no session, and changes nothing."""

    async def held_since(self, begun_ms: int) -> tuple[HeldLeg, ...] | Unknown: ...

    async def look_up(self, key: LegKey) -> Holding | Unknown: ...


class ClosableBooks(Books, Protocol):
    async def close_period(self, up_to: int, request: bytes, *, agreed: bool) -> int: ...

    async def closed_by(self, request: bytes) -> int | None: ...

    async def note_day_agreed(self, number: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Comparison:
    """What journal and processor do not agree about: in the period that runs, and in days that ended unagreed.

    `running` is None where the processor could not be asked about all of it.
    """

    running: tuple[Difference, ...] | None
    closed: dict[int, tuple[Difference, ...]] = field(default_factory=dict)

    @property
    def differences(self) -> tuple[Difference, ...] | None:
        """All of them, each leg once."""
        if self.running is None:
            return None
        every = (*self.running, *(found for day in self.closed.values() for found in day))
        return tuple({found.key: found for found in reversed(every)}.values())[::-1]

    @property
    def agreed(self) -> tuple[int, ...]:
        """The days that ended unagreed and agree now."""
        return tuple(number for number, found in self.closed.items() if not found)


class DayEnds:
    """Each request of a till ends one day, and is told of that one whenever it comes again.

    A day that ended although its till was told of a failure is told to the next request for a day end.
    """

    def __init__(self, books: ClosableBooks, ledger: Ledger) -> None:
        self._books = books
        self._ledger = ledger
        self._in_doubt: bytes | None = None  # it was told of failure, and nobody could read whether its day ended
        self._untold: int | None = None
        self._instead: dict[bytes, int] = {}  # requests that were told of a day that another one had ended

    async def period(self) -> Reckoning:
        """The period that runs. Raises JournalUnwritableError."""
        period = await self._books.period()
        await self._settle_doubt()
        if self._untold is not None and not (totals(period.legs) or taken_back(period.legs)):
            return await self._told_again(self._untold)
        comparison = await compare(self._books, self._ledger)
        await self._note(comparison.agreed)
        return await self._reckoned(period, comparison.differences)

    async def closed(self, request: bytes) -> Reckoning | None:
        """The period that this request ended, now or in an earlier run. Raises JournalUnwritableError."""
        await self._settle_doubt()
        number = self._instead.get(request)
        if number is None:
            number = await self._books.closed_by(request)
        if number is None:
            return None
        told = await self._told_again(number)
        if number == self._untold:
            self._untold = None
        return told

    async def close(self, request: bytes) -> Reckoning:
        """The period that runs, and it has ended. Raises JournalUnwritableError: it has not, as far as can be known.

        What moves while the processor is asked belongs to the next period: it is not in these totals.
        """
        told = await self.closed(request)
        if told is None and self._untold is not None:
            self._instead[request] = self._untold
            told = await self.closed(request)
        if told is not None:
            return told
        period = await self._books.period()
        comparison = await compare(self._books, self._ledger)
        reckoning = await self._reckoned(period, comparison.differences)
        try:
            await self._books.close_period(period.up_to, request, agreed=comparison.running == ())
        except JournalUnwritableError:  # a commit that failed can stand all the same
            self._in_doubt = request
            await self._settle_doubt()
            if self._untold is None:
                raise
            self._untold = None
        await self._note(comparison.agreed)
        return reckoning

    async def _settle_doubt(self) -> None:
        if self._in_doubt is not None:
            self._untold = await self._books.closed_by(self._in_doubt)
            self._in_doubt = None

    async def _told_again(self, number: int) -> Reckoning:
        """As it was when it ended; what is open or differs, as that is now."""
        day = await self._books.closed_day(number)
        if day is None:
            raise JournalUnwritableError("a day end is there, and its day is not")
        found = await compare_closed(self._books, self._ledger, number)
        if found == ():
            await self._note((number,))
        return await self._reckoned(day, found, await as_they_are_now(self._books, day.legs))

    async def _reckoned(
        self, period: Period, found: tuple[Difference, ...] | None, now: Iterable[PeriodLeg] | None = None
    ) -> Reckoning:
        return Reckoning(
            number=period.number,
            totals=totals(period.legs),
            unsettled=len(unsettled((*period.legs, *period.earlier) if now is None else now)),
            half_paid=len(await self._books.open_baskets()),
            differences=found,
            taken_back=taken_back(period.legs),
        )

    async def _note(self, agreed: Iterable[int]) -> None:
        with suppress(JournalUnwritableError):  # then they are compared once more
            for number in agreed:
                await self._books.note_day_agreed(number)


async def compare(books: Books, ledger: Ledger) -> Comparison:
    """The period that runs, and each day that ended while the processor was away or did not agree."""
    running = await _twice(books.period, books, ledger)
    closed = {}
    for number in await books.days_to_compare() if running is not None else ():
        found = await compare_closed(books, ledger, number)
        if found is None:
            return Comparison(None)
        closed[number] = found
    return Comparison(running, closed)


async def compare_closed(books: Books, ledger: Ledger, number: int) -> tuple[Difference, ...] | None:
    """A day that ended: its legs as they are now. None where the processor does not answer."""
    return await _twice(lambda: _closed_as_now(books, number), books, ledger)


async def as_they_are_now(books: Books, legs: Iterable[PeriodLeg]) -> tuple[PeriodLeg, ...]:
    """Legs of a day that ended may have gone on since. (One whose key is forgotten is told as it was.)"""
    found = []
    for leg in legs:
        known = None if leg.key is None else await books.find_leg(leg.key)
        found.append(leg if known is None else await _as_listed(books, known))
    return tuple(found)


async def _closed_as_now(books: Books, number: int) -> Period:
    day = await books.closed_day(number)
    if day is None:
        return Period(number, (), ended_ms=0)
    return replace(day, legs=await as_they_are_now(books, day.legs))


_Read = Callable[[], Awaitable[Period]]


async def _twice(read: _Read, books: Books, ledger: Ledger) -> tuple[Difference, ...] | None:
    """What the two books do not agree about, leg by leg; None where the processor does not answer.

    Two looks at different moments can differ about a sale that runs: so what differs is looked at again.
    """
    first = await _look(read, books, ledger)
    if not first:
        return first
    again = await _look(read, books, ledger)
    keys = {difference.key for difference in first}
    return None if again is None else tuple(difference for difference in again if difference.key in keys)


async def _look(read: _Read, books: Books, ledger: Ledger) -> tuple[Difference, ...] | None:
    period = await read()  # first: a leg only goes on, so what the processor says of it next is no older
    listed = await ledger.held_since(max(0, period.begun_ms - MARGIN_MS))
    if isinstance(listed, Unknown):
        return None
    ended_ms = period.ended_ms
    held = tuple(other for other in listed if ended_ms is None or other.begun_ms <= ended_ms + MARGIN_MS)
    legs = [*period.legs, *period.earlier]
    asked = await _looked_up(ledger, legs, {other.key for other in held})
    if asked is None:
        return None
    here = {leg.key for leg in legs}
    for other in held:  # begun before this period or after it, or never paid
        known = None if other.key in here else await books.find_leg(other.key)
        if known is not None:
            legs.append(await _as_listed(books, known))
    return differences(legs, (*held, *asked))


async def _looked_up(ledger: Ledger, legs: Iterable[PeriodLeg], listed: set[LegKey]) -> tuple[HeldLeg, ...] | None:
    """Legs that went on in this period and began long before it: the processor's list does not have them."""
    found = []
    for leg in legs:
        if leg.tender is Tender.CASH or leg.key is None or leg.key in listed:
            continue
        holding = await ledger.look_up(leg.key)
        if isinstance(holding, Unknown):
            return None
        if holding.standing is not Standing.NOT_SEEN:
            found.append(HeldLeg(leg.key, leg.kind, holding.standing, holding.amount or Amount(max(1, leg.cents)), 0))
    return tuple(found)


async def _as_listed(books: Books, known: KnownLeg) -> PeriodLeg:
    """A leg as a period has it. Of a sale given back whose answer was never known, its refund tells the amount."""
    moved = known.amount if known.approved is None else known.approved
    if known.state is State.GIVEN_BACK and known.approved is None:
        refund = await books.find_leg(LegKey.refund_of(known.key))
        moved = moved if refund is None else refund.amount
    return PeriodLeg(known.key, known.tender, known.kind, known.state, moved.cents if known.due is None else known.due)
