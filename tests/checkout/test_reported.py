"""What the cashier is told as *no answer*, store IT can tell apart: in the log when it begins, then in the journal."""

import asyncio

import pytest

from pos_bridge.domain.authorisation import Unknown, Yes
from pos_bridge.domain.happening import Reversed
from pos_bridge.domain.leg import Cause, State
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import NotPaid
from pos_bridge.log import events
from tests.checkout.fakes import CODE, ScriptedProcessor, World, ask
from tests.checkout.story import story, until


async def no_answer(world: World) -> None:
    world.processor.answers = [Unknown()]
    await world.lane.pay(ask())


async def wrong_answer(world: World) -> None:
    world.processor.answers = [Unknown(wrong=True)]
    await world.lane.pay(ask())


async def another_amount(world: World) -> None:
    world.processor.answers = [Yes(Amount(12_35), CODE)]
    await world.lane.pay(ask())


async def unrecorded(world: World) -> None:
    world.journal.break_after = 1  # the intent, and nothing after it
    await world.lane.pay(ask())
    world.journal.broken, world.journal.break_after = False, None


async def no_answer_and_no_disk(world: World) -> None:
    world.processor.answers = [Unknown()]
    await unrecorded(world)


async def recovered(world: World) -> None:
    await found_at_start(world)


async def recovered_without_a_disk(world: World) -> None:
    await found_at_start(world, broken=True)


async def found_at_start(world: World, *, broken: bool = False) -> None:
    world.processor.gated = True
    paying = asyncio.create_task(world.lane.pay(ask()))
    await until(lambda: bool(world.processor.asked))
    await world.crash()
    assert paying.cancelled()
    world.journal.broken = broken
    await world.settler.recover()
    world.journal.broken = False


@pytest.mark.parametrize(
    ("happens", "cause"),
    [
        (no_answer, Cause.NO_ANSWER),
        (wrong_answer, Cause.WRONG_ANSWER),
        (another_amount, Cause.WRONG_ANSWER),
        (unrecorded, Cause.UNRECORDED),
        (no_answer_and_no_disk, Cause.NO_ANSWER),
        (recovered, Cause.RECOVERED),
        (recovered_without_a_disk, Cause.RECOVERED),
    ],
)
def test_why_a_payment_is_undone_is_logged_and_journalled_and_the_cashier_is_told_that_nothing_is_known(happens, cause):
    @story
    async def run():
        world = World(ScriptedProcessor(answers=[Yes(Amount(12_34), CODE)], reversals=[Reversed(None)]))
        await happens(world)
        await world.settled()
        reported = [e for e in world.log.events if isinstance(e, events.ReversalBegun | events.ReversalEnded)]
        assert reported == [events.ReversalBegun(cause), events.ReversalEnded(cause)]
        (leg,) = world.journal.legs.values()
        assert (leg.state, leg.cause) == (State.REVERSED, cause)
        assert world.journal.words_of(leg.key)[-2:] == ["reversing", "reversed"], "listed as unresolved until it ended"
        told = await world.lane.status(ask().till.request)
        assert told == NotPaid(leg.key, Cause.NO_ANSWER)

    run()
