"""A lane: cash and card, one payment at a time, withdrawn or stopped; and its health."""

import asyncio

from pos_bridge.domain.card import SEALED_LENGTH, SealedByRoom, SealedCard
from pos_bridge.domain.leg import Cause, Tender
from pos_bridge.domain.outcome import (
    Busy,
    Closed,
    NotPaid,
    PaidByCard,
    PaidInCash,
)
from tests.checkout.fakes import VISA, ScriptedProcessor, ScriptedReaders, World, ask
from tests.checkout.story import story, until


@story
async def test_cash_is_rounded_and_needs_no_processor():
    world = World(ScriptedProcessor(is_ready=False))
    outcome = await world.lane.pay(ask(tender=Tender.CASH, cents=12_33))
    assert isinstance(outcome, PaidInCash)
    assert outcome.due == 12_35
    assert world.journal.words() == ["cash_taken"]


@story
async def test_a_processor_that_is_away_costs_no_leg():
    world = World(ScriptedProcessor(is_ready=False))
    assert await world.lane.pay(ask()) == NotPaid(None, Cause.UNREACHABLE)
    assert world.journal.words() == []
    world.processor.is_ready = True
    assert await world.lane.pay(ask()) == NotPaid(None, Cause.UNREACHABLE), "final"
    world.restart()
    assert await world.lane.pay(ask()) == Closed(), "and so it stays: a late copy is not paid"
    assert world.processor.asked == []


@story
async def test_a_second_payment_is_told_which_one_runs():
    world = World(readers=ScriptedReaders(None))
    first = asyncio.create_task(world.lane.pay(ask(1)))
    await until(lambda: bool(world.readers.prompts))
    assert await world.lane.pay(ask(2)) == Busy("S1")
    assert await world.lane.abort(ask(1).till.request)
    assert (await first) == NotPaid((await first).key, Cause.ABORTED)  # type: ignore[union-attr] # it is NotPaid
    world.readers.card = SealedCard(VISA, SealedByRoom(bytes(8), bytes(SEALED_LENGTH)))
    assert isinstance(await world.lane.pay(ask(2)), PaidByCard), "Busy is not remembered"


@story
async def test_an_abort_after_sending_loses_to_the_payment():
    processor = ScriptedProcessor(gated=True)
    world = World(processor)
    paying = asyncio.create_task(world.lane.pay(ask()))
    await until(lambda: bool(processor.asked))
    assert await world.lane.abort(ask().till.request)
    processor.gate.set()
    assert isinstance(await paying, PaidByCard)


@story
async def test_an_abort_that_comes_with_the_card_wins_while_nothing_was_sent():
    world = World(readers=ScriptedReaders(None))
    paying = asyncio.create_task(world.lane.pay(ask()))
    await until(lambda: bool(world.readers.prompts))
    await world.lane.abort(ask().till.request)
    outcome = await paying
    assert isinstance(outcome, NotPaid)
    assert outcome.cause is Cause.ABORTED
    assert world.processor.asked == []
    assert world.journal.words() == ["intent", "ended"]


@story
async def test_stopping_withdraws_a_waiting_sale_and_lets_a_sent_one_end():
    world = World(readers=ScriptedReaders(None))
    waiting = asyncio.create_task(world.lane.pay(ask(1)))
    await until(lambda: bool(world.readers.prompts))
    await world.lane.close()
    outcome = await waiting
    assert isinstance(outcome, NotPaid)
    assert outcome.cause is Cause.STOPPED
    assert await world.lane.pay(ask(2)) == NotPaid(None, Cause.STOPPED)

    processor = ScriptedProcessor(gated=True)
    world = World(processor)
    sent = asyncio.create_task(world.lane.pay(ask(1)))
    await until(lambda: bool(processor.asked))
    closing = asyncio.create_task(world.lane.close())
    await asyncio.sleep(0)
    processor.gate.set()
    assert isinstance(await sent, PaidByCard)
    await closing
    await world.settler.close()


@story
async def test_an_outcome_that_cannot_be_written_shows_in_the_health():
    world = World()
    world.journal.break_after = 1
    await world.lane.pay(ask())
    assert not (await world.lane.health()).journal_writable
    world.journal.broken, world.journal.break_after = False, None
    await world.settled()
    assert (await world.lane.health()).journal_writable
