"""The day end: what was sold and given back since the last one, and every leg about which the processor disagrees.

Reads only, but for the one commit that ends the period. The processor's own batch is the processor's business.
"""

from collections.abc import Iterable
from typing import Protocol

from pos_bridge.domain.authorisation import HeldLeg, Holding, Unknown
from pos_bridge.domain.happening import Standing
from pos_bridge.domain.ledger import KnownBasket, KnownLeg
from pos_bridge.domain.leg import Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.totals import Difference, Period, PeriodLeg, Reckoning, differences, totals, unsettled

MARGIN_MS = 2 * 3600 * 1000  # the clocks of till and processor differ, and a leg begins before it moves money


class Books(Protocol):
    """What is read of a journal: of the engine's own, or of its files beside it."""

    async def period(self) -> Period: ...

    async def find_leg(self, key: LegKey) -> KnownLeg | None: ...

    async def open_baskets(self) -> tuple[KnownBasket, ...]: ...


class Ledger(Protocol):
    """What is asked of a processor. Needs no session, and changes nothing."""

    async def held_since(self, begun_ms: int) -> tuple[HeldLeg, ...] | Unknown: ...

    async def look_up(self, key: LegKey) -> Holding | Unknown: ...


class ClosableBooks(Books, Protocol):
    async def close_period(self, up_to: int) -> int: ...


async def reckon(books: Books, ledger: Ledger) -> Reckoning:
    """The period that runs. Raises JournalUnwritableError."""
    return await _reckoned(await books.period(), books, ledger)


async def close(books: ClosableBooks, ledger: Ledger) -> Reckoning:
    """The same, and the period has ended. Raises JournalUnwritableError: it has not.

    What moves while the processor is asked belongs to the next period: it is not in these totals.
    """
    period = await books.period()
    reckoning = await _reckoned(period, books, ledger)
    await books.close_period(period.up_to)
    return reckoning


async def _reckoned(period: Period, books: Books, ledger: Ledger) -> Reckoning:
    return Reckoning(
        number=period.number,
        totals=totals(period.legs),
        unsettled=len(unsettled((*period.legs, *period.earlier))),
        half_paid=len(await books.open_baskets()),
        differences=await compare(books, ledger),
    )


async def compare(books: Books, ledger: Ledger) -> tuple[Difference, ...] | None:
    """What the two books do not agree about, leg by leg; None where the processor does not answer.

    Two looks at different moments can differ about a sale that runs: so what differs is looked at again.
    """
    first = await _look(books, ledger)
    if not first:
        return first
    again = await _look(books, ledger)
    keys = {difference.key for difference in first}
    return None if again is None else tuple(difference for difference in again if difference.key in keys)


async def _look(books: Books, ledger: Ledger) -> tuple[Difference, ...] | None:
    period = await books.period()  # first: a leg only goes on, so what the processor says of it next is no older
    held = await ledger.held_since(max(0, period.begun_ms - MARGIN_MS))
    if isinstance(held, Unknown):
        return None
    legs = [*period.legs, *period.earlier]
    asked = await _looked_up(ledger, legs, {other.key for other in held})
    if asked is None:
        return None
    here = {leg.key for leg in legs}
    for other in held:  # begun before this period, or never paid
        known = None if other.key in here else await books.find_leg(other.key)
        if known is not None:
            legs.append(_as_listed(known))
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


def _as_listed(known: KnownLeg) -> PeriodLeg:
    moved = known.amount if known.approved is None else known.approved
    return PeriodLeg(known.key, known.tender, known.kind, known.state, moved.cents if known.due is None else known.due)
