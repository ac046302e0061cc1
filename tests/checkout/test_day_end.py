"""The day end: what a day has, and what the day after it has."""

import asyncio

import pytest

from pos_bridge.domain.authorisation import HeldLeg, Unknown
from pos_bridge.domain.happening import Standing
from pos_bridge.domain.ledger import Advance, JournalUnwritableError
from pos_bridge.domain.leg import State, Tender
from pos_bridge.domain.outcome import Voided
from pos_bridge.domain.totals import Total
from tests.checkout.bank import Bank
from tests.checkout.baskets import part, yes
from tests.checkout.days import CARD_SALE, CASH_SALE, asks
from tests.checkout.fakes import ScriptedProcessor, World, ask, give_back_ask
from tests.checkout.sales import sold
from tests.checkout.story import story


@story
async def test_a_day_whose_books_agree():
    world = World(Bank())
    await sold(world, 1, cents=10_00)
    await sold(world, 2, cents=5_00)
    await world.lane.pay(ask(3, tender=Tender.CASH, cents=12_33))
    shown = await world.lane.period()
    assert (shown.number, shown.unsettled, shown.half_paid, shown.differences) == (0, 0, 0, ())
    assert shown.totals == {CARD_SALE: Total(2, 15_00), CASH_SALE: Total(1, 12_35)}
    assert await world.lane.close_period(asks(1)) == shown
    after = await world.lane.period()
    assert (after.number, after.totals, after.differences) == (1, {}, ())


@story
async def test_what_is_not_settled_and_what_is_half_paid_is_counted():
    world = World(ScriptedProcessor(answers=[yes(10_00)], captures=[Unknown()]))
    await world.lane.pay(part(1, 30_00, 0, tender=Tender.CARD))
    shown = await world.lane.period()
    assert (shown.unsettled, shown.half_paid) == (1, 1)
    await world.settler.close()
    (leg,) = world.journal.legs.values()
    await world.journal.advance(Advance(leg.key, State.CAPTURE_LOST, approved=leg.approved))
    shown = await world.lane.period()
    assert (shown.unsettled, shown.totals) == (1, {})


@story
async def test_what_is_sold_while_the_processor_is_asked_belongs_to_the_next_day():
    class Slow(Bank):
        async def held_since(self, begun_ms: int) -> tuple[HeldLeg, ...] | Unknown:
            begun.set()
            await self.gate.wait()
            return await super().held_since(begun_ms)

    begun = asyncio.Event()
    bank = Slow()
    world = World(bank)
    await world.lane.pay(ask(1, tender=Tender.CASH, cents=10_00))
    closing = asyncio.create_task(world.lane.close_period(asks(4)))
    await begun.wait()
    await world.lane.pay(ask(2, tender=Tender.CASH, cents=20_00))
    bank.gate.set()
    assert (await closing).totals == {CASH_SALE: Total(1, 10_00)}
    assert (await world.lane.close_period(asks(5))).totals == {CASH_SALE: Total(1, 20_00)}
    assert (await world.lane.period()).totals == {}


@story
async def test_a_period_that_cannot_be_ended_has_not_ended():
    world = World(Bank())
    await sold(world)
    world.journal.broken = True
    with pytest.raises(JournalUnwritableError):
        await world.lane.close_period(asks(6))
    assert not (await world.lane.health()).journal_writable
    world.journal.broken = False
    assert (await world.lane.period()).number == 0


@story
async def test_a_void_after_the_day_end_is_in_the_day_of_the_void():
    bank = Bank()
    world = World(bank)
    key = await sold(world)
    await sold(world, 2, cents=5_00)
    await world.lane.close_period(asks(1))
    assert isinstance(await world.lane.give_back(give_back_ask(3, key)), Voided)
    await world.settled()
    assert bank.accounts[key].standing is Standing.REVERSED
    second = await world.lane.close_period(asks(2))
    assert (second.totals, second.taken_back, second.differences) == ({}, {CARD_SALE: Total(1, 12_34)}, ())
    first = await world.lane.closed_period(asks(1))
    assert first is not None
    assert (first.totals, first.taken_back, first.differences) == ({CARD_SALE: Total(2, 17_34)}, {}, ())
