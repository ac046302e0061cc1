"""Giving back in cash, one thing at a time, and with a journal that fails."""

import asyncio

import pytest

from pos_bridge.domain.authorisation import No, Unknown
from pos_bridge.domain.happening import Reversed
from pos_bridge.domain.leg import Cause, Kind, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import (
    Busy,
    NotRecordable,
    NotRefunded,
    Refunded,
    RefundedInCash,
    Running,
    Voided,
)
from tests.checkout.fakes import ScriptedProcessor, World, ask, give_back_ask
from tests.checkout.sales import sold
from tests.checkout.story import story, until

WHOLE = Amount(12_34)


# ---- cash ----


@pytest.mark.parametrize("void_only", [False, True])
def test_cash_is_given_back_in_cash_and_rounded_as_it_was_taken(void_only):
    @story
    async def run():
        world = World(ScriptedProcessor(is_ready=False))
        sale = await sold(world, tender=Tender.CASH, cents=12_33)
        outcome = await world.lane.give_back(give_back_ask(2, sale, void_only=void_only))
        assert isinstance(outcome, RefundedInCash)
        assert (outcome.exact, outcome.due) == (Amount(12_33), 12_35)
        world.restart()
        assert await world.lane.give_back(give_back_ask(2, sale, void_only=void_only)) == outcome
        assert await world.lane.give_back(give_back_ask(3, sale)) == NotRefunded(None, Cause.EXCEEDS)
        assert world.journal.legs[outcome.key].kind is Kind.REFUND

    run()


@story
async def test_cash_is_given_back_in_parts_up_to_what_was_paid():
    world = World()
    sale = await sold(world, tender=Tender.CASH, cents=10_00)
    first = await world.lane.give_back(give_back_ask(2, sale, 3_33))
    assert isinstance(first, RefundedInCash)
    assert first.due == 3_35
    assert await world.lane.give_back(give_back_ask(3, sale, 6_68)) == NotRefunded(None, Cause.EXCEEDS)
    rest = await world.lane.give_back(give_back_ask(4, sale))
    assert isinstance(rest, RefundedInCash)
    assert (rest.exact, rest.due) == (Amount(6_67), 6_65)


# ---- one at a time, and a journal that fails ----


@story
async def test_everything_about_one_till_runs_in_one_lane():
    class SlowRefund(ScriptedProcessor):
        async def reverse(self, key: LegKey) -> Reversed | Unknown:
            await self.gate.wait()
            return await super().reverse(key)

    world = World(SlowRefund())
    sale = await sold(world)
    voiding = asyncio.create_task(world.lane.give_back(give_back_ask(2, sale)))
    again = asyncio.create_task(world.lane.give_back(give_back_ask(2, sale)))
    await until(lambda: world.journal.words()[-1] == "reversing")
    assert await world.lane.pay(ask(3)) == Busy("S2")
    assert await world.lane.give_back(give_back_ask(4, sale)) == Busy("S2")
    assert await world.lane.status(give_back_ask(2, sale).till.request) == Running()
    world.processor.gate.set()
    assert await voiding == await again == Voided(sale, WHOLE)
    assert world.processor.reversed == [sale]


@pytest.mark.parametrize("cents", [None, 1_00])
def test_nothing_is_begun_that_cannot_be_recorded(cents):
    @story
    async def run():
        world = World()
        sale = await sold(world)
        world.journal.broken = True
        assert await world.lane.give_back(give_back_ask(2, sale, cents)) == NotRecordable()
        assert not (await world.lane.health()).journal_writable
        assert (world.processor.refunded, world.processor.reversed) == ([], [])
        world.journal.broken = False
        assert isinstance(await world.lane.give_back(give_back_ask(2, sale, cents)), Voided | Refunded)
        assert (await world.lane.health()).journal_writable
        await world.settled()

    run()


@pytest.mark.parametrize("cents", [None, 1_00])
def test_an_end_that_cannot_be_recorded_is_told_where_a_crash_would_come_to_the_same(cents):
    @story
    async def run():
        world = World()
        sale = await sold(world)
        world.journal.break_after = 1
        giving = asyncio.create_task(world.lane.give_back(give_back_ask(2, sale, cents)))
        await until(lambda: bool(world.processor.refunded or world.processor.reversed))
        await asyncio.sleep(0.02)
        await world.crash()
        giving.cancel()
        world.journal.broken, world.journal.break_after = False, None
        await world.settler.recover()
        await world.settled()
        assert isinstance(await world.lane.give_back(give_back_ask(2, sale, cents)), Voided | Refunded)
        assert len({asked.key for asked in world.processor.refunded}) <= 1

    run()


def test_a_no_that_cannot_be_recorded_is_not_told(impatient):
    """The next start sends the refund again, and what stood in its way may be gone by then."""

    @story
    async def run():
        world = World(ScriptedProcessor(refunds=[No(Cause.WRONG_STATE)]))
        sale = await sold(world)
        world.journal.break_after = 1
        assert await world.lane.give_back(give_back_ask(2, sale, 1_00)) == Running()
        world.journal.broken, world.journal.break_after = False, None
        await world.settled()
        assert isinstance(await world.lane.give_back(give_back_ask(2, sale, 1_00)), NotRefunded)

    run()
