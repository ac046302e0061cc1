"""What goes on after the answer, and after a start: captures and reversals, until the processor has decided."""

import asyncio
from dataclasses import replace

from pos_bridge.domain.authorisation import Holding, Unknown, Yes
from pos_bridge.domain.happening import Reversed, Standing
from pos_bridge.domain.leg import Cause, State, Tender
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import (
    NotPaid,
    NotRecordable,
    PaidByCard,
    PaidInCash,
)
from pos_bridge.log import events
from tests.checkout.fakes import ScriptedProcessor, World, ask
from tests.checkout.story import story, until


@story
async def test_recovery_reverses_an_intent_and_finishes_a_capture():
    world = World()
    await world.lane.pay(ask(1))
    await world.settled()
    (captured,) = world.journal.legs
    world.journal.legs[captured] = replace(world.journal.legs[captured], state=State.CAPTURING)
    world.readers.card = None
    dying = asyncio.create_task(world.lane.pay(ask(2)))
    await until(lambda: len(world.journal.legs) == 2)
    dying.cancel()
    world.restart()
    assert await world.settler.recover() == 2
    await world.settled()
    assert [leg.state for leg in world.journal.legs.values()] == [State.CAPTURED, State.REVERSED]
    assert isinstance(await world.lane.status(ask(1).till.request), PaidByCard)
    assert isinstance(await world.lane.status(ask(2).till.request), NotPaid)


@story
async def test_a_stuck_reversal_blocks_nobody():
    world = World(ScriptedProcessor(answers=[Unknown(), Unknown(), Unknown(), Yes(Amount(12_34), "A1B2C3")]))
    world.processor.reversals = [Unknown()]
    assert isinstance(await world.lane.pay(ask(1)), NotPaid)
    assert isinstance(await world.lane.pay(ask(2)), PaidByCard)
    assert isinstance(await world.lane.pay(ask(3, tender=Tender.CASH)), PaidInCash)
    await world.settler.close()


@story
async def test_an_approval_that_came_back_with_the_power_is_not_paid_once_the_processor_has_reversed_it():
    world = World(ScriptedProcessor(captures=[False], look_ups=[Unknown(), Holding(Standing.REVERSED)]))
    await world.lane.pay(ask(1))  # as found on disk, though its sync failed and the till was told that it is not paid
    (key,) = world.journal.legs
    world.restart()
    await world.settler.recover()
    await world.settled()
    assert world.journal.legs[key].state is State.REVERSED
    assert isinstance(await world.lane.status(ask(1).till.request), NotPaid)
    assert isinstance(await world.lane.pay(ask(1)), NotPaid)
    assert events.CaptureLost() not in world.log.events


@story
async def test_a_capture_the_processor_refuses_is_an_alarm_and_a_reversal_without_its_card_needs_a_person():
    world = World(ScriptedProcessor(captures=[Unknown(), False]))
    await world.lane.pay(ask(1))
    await world.settled()
    assert world.journal.words()[-1] == "capture_lost"
    assert events.CaptureLost() in world.log.events

    world = World(ScriptedProcessor(answers=[Unknown()], reversals=[Reversed(Cause.CARD_NEEDED)]))
    await world.lane.pay(ask(1))
    await world.settled()
    assert world.journal.words()[-1] == "unresolved"
    assert events.PersonNeeded(Cause.CARD_NEEDED) in world.log.events
    world.restart()
    assert await world.settler.recover() == 0


@story
async def test_recovery_does_not_wait_for_a_disk():
    world = World()
    world.readers.card = None
    dying = asyncio.create_task(world.lane.pay(ask()))
    await until(lambda: world.journal.words() == ["intent"])
    dying.cancel()
    world.restart()
    world.journal.broken = True
    assert await world.settler.recover() == 1
    await until(lambda: bool(world.processor.reversed))
    outcome = await world.lane.status(ask().till.request)
    assert isinstance(outcome, NotPaid), "whatever happens, it ends reversed"
    assert await world.lane.pay(ask()) == outcome
    assert await world.lane.pay(ask(2)) == NotRecordable()
    world.journal.broken = False
    await world.settled()
    assert world.journal.words() == ["intent", "reversing", "reversed"]


@story
async def test_a_capture_refused_in_words_that_decide_nothing_is_told_once_and_tried_on():
    """Malformed, or a key used for something else: neither captured nor lost, and nobody's network is at fault."""
    refused = Unknown(refused=True)
    world = World(ScriptedProcessor(captures=[refused, refused, Unknown(), True]))
    assert isinstance(await world.lane.pay(ask()), PaidByCard)
    await world.settled()
    assert world.journal.words()[-1] == "captured"
    assert world.log.events == [events.CaptureStuck()]
