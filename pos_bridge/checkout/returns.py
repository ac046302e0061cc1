"""Points go back as the money does: noted in the vault before a refund begins, settled by what the journal says after.

Asked about every sale whose money goes back, as only the vault knows which gave points; of most it gave none, and then
nothing is written. Like everything of the vault it never decides about money: what fails here is tried again by the
hour, and what a crash left is found in the vault at the next start.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pos_bridge.checkout.ports import Journal
from pos_bridge.domain.give_back import NOTHING_STANDS
from pos_bridge.domain.ledger import KnownLeg
from pos_bridge.domain.leg import REFUNDED_STATES, TAKEN_BACK_STATES, State
from pos_bridge.domain.leg_key import LegKey

Told = TypeVar("Told")

_MAY_GO = frozenset({State.REVERSING, State.GIVING_BACK, State.UNRESOLVED})


class PointsOfSales(Protocol):
    """What of ports.Vault is needed here."""

    async def returned(self, key: LegKey, cents: int, *, settled: bool) -> None: ...

    async def returning(self) -> tuple[LegKey, ...]: ...


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Cents of a sale that went back for certain; `settled`: nothing else is on its way."""

    cents: int
    settled: bool


async def given_back(journal: Journal, sale: LegKey) -> GivenBack:
    """As the journal says now. Raises JournalUnwritableError."""
    leg, refunds = await journal.find_leg(sale), await journal.refunds_of(sale)
    if leg is not None and leg.state in TAKEN_BACK_STATES:
        return GivenBack(_cents((leg,)), settled=True)
    made = [refund for refund in refunds if refund.state in REFUNDED_STATES]
    open_ = [refund for refund in refunds if refund.state not in REFUNDED_STATES | NOTHING_STANDS]
    return GivenBack(_cents(made), settled=not open_ and (leg is None or leg.state not in _MAY_GO))


class Returns:
    """`failed` is told what went wrong in the vault. `within_s`: how long a refund waits for its note."""

    def __init__(
        self, vault: PointsOfSales, journal: Journal, *, failed: Callable[[Exception], object], within_s: float
    ) -> None:
        self._vault = vault
        self._journal = journal
        self._failed = failed
        self._within_s = within_s
        self._tasks: set[asyncio.Task[None]] = set()
        self._unnoted: set[LegKey] = set()  # whose note could not be written: as long as this process lives
        self._under_way: Counter[LegKey] = Counter()  # noted, though the journal may not have heard of it yet

    async def along(self, sales: Iterable[LegKey], give_back: Callable[[], Awaitable[Told]]) -> Told:
        """Run `give_back`, after which the points of these sales follow; its answer waits for the note alone."""
        sales = tuple(sales)
        self._under_way.update(sales)
        try:
            for sale in sales:
                await self._note(sale)
            return await give_back()
        finally:
            self._under_way.subtract(sales)
            self._under_way += Counter()  # without those that are at zero
            for sale in sales:
                self._later(self.follow(sale))

    async def follow(self, sale: LegKey) -> None:
        """What went back for certain is taken back. Raises nothing: it is tried again by `settle`."""
        try:
            back = await given_back(self._journal, sale)
            await self._vault.returned(sale, back.cents, settled=back.settled and not self._under_way[sale])
        except Exception as error:  # noqa: BLE001 - whatever the vault or the journal does, it stops nothing
            self._unnoted.add(sale)
            self._failed(error)
        else:
            self._unnoted.discard(sale)

    async def settle(self) -> None:
        """At the start, and by the hour."""
        try:
            noted = await self._vault.returning()
        except Exception as error:  # noqa: BLE001 - as above
            self._failed(error)
            noted = ()
        for sale in {*noted, *self._unnoted}:
            await self.follow(sale)

    async def close(self) -> None:
        """Wait for what is on its way."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _note(self, sale: LegKey) -> None:
        try:
            async with asyncio.timeout(self._within_s):
                await self._vault.returned(sale, 0, settled=False)
        except Exception as error:  # noqa: BLE001 - the money goes back all the same
            self._unnoted.add(sale)
            self._failed(error)

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _cents(legs: Iterable[KnownLeg]) -> int:
    return sum((leg.approved or leg.amount).cents for leg in legs)
