"""Split tenders, whatever happens: random tills, banks that lose answers, crashes anywhere; in memory and on disk."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pos_bridge.checkout import settle
from pos_bridge.domain.basket import BasketState
from pos_bridge.domain.ledger import KnownBasket, TillKeys
from pos_bridge.domain.leg import Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import NotPaid, Outcome, PaidByCard, PaidInCash, SaleAsk, Split, StatusAnswer
from pos_bridge.journal.journal import Journal
from tests.checkout.bank import Bank
from tests.checkout.fakes import World, ask
from tests.checkout.story import until

DUE = 60_03


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(settle, "_FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr(settle, "_LONGEST_PAUSE_S", 0.002)
    monkeypatch.setattr(settle, "_AFTER_THE_ANSWER_S", 0.001)


class Till:
    """Asks for what it believes to be due, at random by card or in cash; crashes and gives up now and then."""

    def __init__(self, world: World, bank: Bank, dice: random.Random) -> None:
        self.world = world
        self.bank = bank
        self.dice = dice
        self.reference = dice.randbytes(32)
        self.number = 0
        self.paid: dict[LegKey, int] = {}
        self.unpaid: set[LegKey] = set()
        self.cancelled = False

    def ask(self) -> SaleAsk:
        self.number += 1
        counted = sum(self.paid.values())
        left = max(1, DUE - counted)
        first = not counted  # as long as nothing is paid, each says anew what is due: all of it, most of the time
        cents = left if self.dice.random() < (0.9 if first else 0.3) else self.dice.randint(1, left + 200)
        tender = Tender.CASH if self.dice.random() < (0.05 if first else 0.4) else Tender.CARD
        made = ask(1, cents=cents, tender=tender, partial_ok=True, split=Split(self.reference, counted))
        keys = TillKeys(*(self.dice.randbytes(32) for _ in range(3)))
        confirm = self.dice.choice((None, None, 600))
        return SaleAsk(
            keys, f"S{self.number}", tender, made.amount, True, self.dice.randbytes(32), self.dice.randbytes(16), (),
            made.split, confirm,
        )  # fmt: skip

    async def pays(self) -> None:
        asked = self.ask()
        paying = asyncio.create_task(self.world.lane.pay(asked))
        outcome: Outcome | StatusAnswer
        if self.dice.random() < 0.3:
            await self.crashes()
            if paying.cancelled() or not paying.done():
                outcome = await self.world.lane.status(asked.till.request)
            else:
                outcome = paying.result()
        else:
            outcome = await paying
        match outcome:
            case PaidByCard():
                self.paid[outcome.key] = outcome.approved.cents
                if outcome.confirm:
                    await self.world.lane.confirm(outcome.key)
            case PaidInCash():
                self.paid[outcome.key] = outcome.exact.cents
            case NotPaid() if outcome.key is not None:
                self.unpaid.add(outcome.key)

    async def crashes(self) -> None:
        """Soon, anywhere."""
        for _ in range(self.dice.randint(0, self.dice.choice((6, 12, 60)))):
            await asyncio.sleep(self.dice.choice((0, 0, 0, 0.0005)))
        await self.world.crash()
        await self.world.settler.recover()
        await self.world.lane.resume()

    async def basket(self) -> KnownBasket | None:
        return await self.world.journal.find_basket(self.reference)

    async def looks(self) -> None:
        known = await self.basket()
        if known is None:
            return
        assert 0 <= known.basket.paid <= known.basket.due.cents
        assert (known.basket.state is BasketState.COMMITTED) <= (known.basket.remaining == 0)
        assert (
            known.reference in {half.reference for half in await self.world.lane.half_paid()}
        ) is known.basket.half_paid

    async def gives_up(self) -> None:
        giving_up = asyncio.create_task(self.world.lane.cancel_basket(self.reference))
        if self.dice.random() < 0.5:
            await self.crashes()
            known = await self.basket()
            if known is not None and not known.basket.cancelling:
                await self.world.lane.cancel_basket(self.reference)
        else:
            await giving_up
        self.cancelled = True


async def day(world: World, seed: int) -> None:
    dice = random.Random(seed)
    bank = Bank(chances=iter([dice.choice((0, 1, 2, 3, 3, 3, 9)) for _ in range(30)]))
    world.processor = bank
    world.restart()
    till = Till(world, bank, dice)
    for _ in range(dice.randint(1, 8)):
        await till.pays()
        await till.looks()
        if dice.random() < 0.15:
            await till.gives_up()
    await world.settled()
    known = await till.basket()
    if known is None:
        return
    if till.cancelled and known.basket.state is not BasketState.COMMITTED:
        await until(lambda: not world.lane._cancelling._tasks)
        await world.settled()
    await till.looks()
    await ends(world, bank, till)
    await world.lane.close()
    await world.settler.close()


async def ends(world: World, bank: Bank, till: Till) -> None:
    known = await till.basket()
    assert known is not None
    legs = [await world.journal.find_leg(key) for key in known.legs]
    by_card = sum(
        known.basket.left_of(place) for place, leg in enumerate(legs) if leg is not None and leg.tender is Tender.CARD
    )
    assert bank.charged() == by_card, "the bank and the journal say the same"
    for leg in legs:
        assert leg is not None
        assert leg.state is not State.INTENT
        if leg.key in till.unpaid:
            assert leg.state not in {State.CAPTURING, State.CAPTURED, State.AUTHORISED}, "told as not paid"
    taken = sum(leg.due or 0 for leg in legs if leg is not None and leg.state is State.CASH_TAKEN)
    handed_back = sum(leg.due or 0 for leg in legs if leg is not None and leg.kind is Kind.REFUND)
    if known.basket.cancelling:
        assert known.basket.state is BasketState.CANCELLED
        assert bank.charged() == 0
        assert taken == handed_back
    else:
        assert known.basket.paid == sum(till.paid.values())
        assert handed_back == 0


@contextmanager
def on_disk(folder: Path) -> Iterator[World]:
    journal = Journal.open(folder / "journal", 7, lambda: datetime(2026, 11, 23, 14, 40, tzinfo=UTC))
    try:
        world = World()
        world.journal = journal  # type: ignore[assignment] # met by what the lane needs of one
        world.restart()
        yield world
    finally:
        journal.close()


@pytest.mark.parametrize("first", range(0, 120, 20))
def test_in_memory(first):
    for seed in range(first, first + 20):
        asyncio.run(_in_memory(seed))


async def _in_memory(seed: int) -> None:
    try:
        await day(World(), seed)
    except BaseException as error:
        error.add_note(f"seed {seed}")
        raise


@pytest.mark.parametrize("seed", range(12))
def test_on_disk(tmp_path, seed):
    async def run() -> None:
        with on_disk(tmp_path) as world:
            await day(world, seed)

    asyncio.run(run())
