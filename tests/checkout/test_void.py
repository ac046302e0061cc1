"""A whole sale taken back while that works, and what follows where it does not."""

import asyncio

import pytest

from pos_bridge.domain.authorisation import Unknown
from pos_bridge.domain.happening import Reversed
from pos_bridge.domain.leg import Cause, State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import (
    Contradiction,
    NotRefunded,
    PaidByCard,
    Refunded,
    Running,
    Voided,
)
from pos_bridge.domain.session import Trust
from tests.checkout.fakes import CODE, VISA, ScriptedProcessor, World, ask, give_back_ask
from tests.checkout.sales import sold
from tests.checkout.story import story, until

WHOLE = Amount(12_34)


@story
async def test_a_whole_sale_is_voided_and_the_intent_to_is_durable_first():
    world = World()
    sale = await sold(world)
    assert await world.lane.give_back(give_back_ask(2, sale)) == Voided(sale, WHOLE)
    await world.settled()
    assert world.journal.words() == ["intent", "capturing", "captured", "reversing", "reversed"]
    assert world.journal.legs[sale].cause is Cause.VOIDED
    assert world.processor.reversed == [sale]
    assert world.processor.refunded == []


@story
async def test_a_void_answers_again_and_after_a_restart_and_the_sale_answers_as_it_did():
    world = World()
    sale = await sold(world)
    first = await world.lane.give_back(give_back_ask(2, sale))
    assert await world.lane.give_back(give_back_ask(2, sale)) == first
    await world.settled()
    paid = await world.lane.status(ask(1).till.request)
    assert isinstance(paid, PaidByCard), "what became of that request"
    world.restart()
    assert await world.lane.give_back(give_back_ask(2, sale)) == first
    assert await world.lane.status(give_back_ask(2, sale).till.request) == first
    assert await world.lane.status(ask(1).till.request) == paid
    assert await world.lane.give_back(give_back_ask(2, sale, content=9)) == Contradiction()
    assert await world.lane.give_back(give_back_ask(3, sale)) == NotRefunded(None, Cause.VOIDED)
    assert world.processor.reversed == [sale]


@story
async def test_a_void_stops_the_capture_that_is_under_way():
    class SlowCapture(ScriptedProcessor):
        async def capture(self, key: LegKey, amount: Amount) -> bool | Unknown:
            self.captured.append(key)
            await self.gate.wait()
            return True

    world = World(SlowCapture())
    paid = await world.lane.pay(ask())
    assert isinstance(paid, PaidByCard)
    await until(lambda: bool(world.processor.captured))
    assert await world.lane.give_back(give_back_ask(2, paid.key)) == Voided(paid.key, WHOLE)
    world.processor.gate.set()
    await world.settled()
    assert world.journal.words() == ["intent", "capturing", "reversing", "reversed"]
    assert world.processor.captured == [paid.key], "and is not begun again"


@pytest.mark.usefixtures("impatient")
def test_a_void_that_takes_long_is_told_as_running_and_then_as_what_it_became():
    @story
    async def run():
        world = World(ScriptedProcessor(reversals=[Unknown()]))
        sale = await sold(world)
        assert await world.lane.give_back(give_back_ask(2, sale)) == Running()
        assert await world.lane.status(give_back_ask(2, sale).till.request) == Running()
        await world.crash()
        await world.settler.recover()
        assert await world.lane.give_back(give_back_ask(2, sale)) == Running()
        assert await world.lane.give_back(give_back_ask(3, sale)) == NotRefunded(None, Cause.WRONG_STATE)
        world.processor.reversals = [Reversed(None)]
        await world.settled()
        assert await world.lane.give_back(give_back_ask(2, sale)) == Voided(sale, WHOLE)

    run()


@pytest.mark.parametrize("cause", [Cause.TOO_LATE, Cause.CARD_NEEDED])
def test_nothing_but_a_void_will_do_for_a_sale_that_the_till_could_not_complete(cause):
    @story
    async def run():
        world = World(ScriptedProcessor(reversals=[Reversed(cause)]))
        sale = await sold(world)
        refused = NotRefunded(sale, cause)
        assert await world.lane.give_back(give_back_ask(2, sale, void_only=True)) == refused
        assert world.journal.legs[sale].state is State.CAPTURED, "it stands as it did"
        assert world.processor.refunded == []
        world.restart()
        assert await world.lane.give_back(give_back_ask(2, sale, void_only=True)) == refused
        assert await world.lane.give_back(give_back_ask(3, sale, void_only=True)) == NotRefunded(None, cause)
        assert world.processor.reversed == [sale], "what cannot be is not tried again"
        assert isinstance(await world.lane.status(ask(1).till.request), PaidByCard)

    run()


@story
async def test_a_void_that_comes_too_late_is_a_refund_of_the_same_request():
    world = World(ScriptedProcessor(reversals=[Reversed(Cause.TOO_LATE)]))
    sale = await sold(world)
    outcome = await world.lane.give_back(give_back_ask(2, sale))
    assert isinstance(outcome, Refunded)
    assert (outcome.sale, outcome.amount, outcome.approval_code, outcome.card) == (sale, WHOLE, CODE, VISA)
    await world.settled()
    assert world.journal.words_of(sale)[-2:] == ["reversing", "captured"]
    assert world.journal.words_of(outcome.key) == ["refund_intent", "refunded"]
    world.restart()
    assert await world.lane.give_back(give_back_ask(2, sale)) == outcome
    assert await world.lane.give_back(give_back_ask(3, sale)) == NotRefunded(None, Cause.EXCEEDS)
    assert len(world.processor.refunded) == 1


@story
async def test_a_card_that_is_needed_is_said_to_be_and_is_not_asked_for_behind_the_tills_back():
    world = World(ScriptedProcessor(reversals=[Reversed(Cause.CARD_NEEDED)]))
    sale = await sold(world)
    assert await world.lane.give_back(give_back_ask(2, sale)) == NotRefunded(sale, Cause.CARD_NEEDED)
    assert await world.lane.give_back(give_back_ask(3, sale)) == NotRefunded(None, Cause.CARD_NEEDED)
    assert await world.lane.give_back(give_back_ask(4, sale, 1_00)) == NotRefunded(None, Cause.CARD_NEEDED)
    assert world.processor.refunded == []


@story
async def test_a_void_needs_no_processor_to_begin_and_none_that_does_not_trust_this_journal():
    world = World()
    sale = await sold(world)
    world.processor.trusted = Trust.ROLLED_BACK
    assert await world.lane.give_back(give_back_ask(2, sale)) == NotRefunded(None, Cause.UNREACHABLE)
    assert world.journal.words()[-1] == "captured"
    world.processor.trusted, world.processor.is_ready = Trust.UNKNOWN, False
    voiding = asyncio.create_task(world.lane.give_back(give_back_ask(3, sale)))
    await until(lambda: world.journal.words()[-1] == "reversing")
    world.processor.trusted, world.processor.is_ready = Trust.TRUSTED, True
    assert await voiding == Voided(sale, WHOLE)
