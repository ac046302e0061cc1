"""A refund that the customer waits for with the card."""

import asyncio

import pytest

from pos_bridge.domain.authorisation import AskRefund, No, Unknown, Yes
from pos_bridge.domain.card import ReadFailure
from pos_bridge.domain.happening import Reversed
from pos_bridge.domain.leg import Cause, Kind, State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import (
    Busy,
    Contradiction,
    NotRecordable,
    NotRefunded,
    Refunded,
    Running,
)
from tests.checkout.fakes import CODE, SEALED, VISA, ScriptedProcessor, World, refund_ask
from tests.checkout.sales import sold
from tests.checkout.story import story, until

BACK = Yes(Amount(12_34), CODE)


@story
async def test_a_refund_to_the_card_prompts_for_it_and_is_durable_before_it_is_sent_and_told():
    world = World()
    sale = await sold(world)
    outcome = await world.lane.refund(refund_ask(2, sale))
    assert isinstance(outcome, Refunded)
    assert (outcome.sale, outcome.amount, outcome.approval_code, outcome.card) == (sale, Amount(12_34), CODE, VISA)
    assert world.journal.words_of(outcome.key) == ["refund_intent", "refunded"]
    assert world.journal.legs[outcome.key].kind is Kind.CARD_REFUND
    (asked,) = world.processor.refunded
    assert asked.present is not None
    assert asked.present.card == SEALED
    assert asked.not_after_ms == 1_000_000 + 45_000
    assert len(world.readers.prompts) == 2
    assert await world.lane.refund(refund_ask(2, sale)) == outcome
    assert await world.lane.refund(refund_ask(2, sale, content=5)) == Contradiction()
    world.restart()
    assert await world.lane.refund(refund_ask(2, sale)) == outcome
    assert len(world.processor.refunded) == 1


@pytest.mark.parametrize("failure", list(ReadFailure))
def test_each_reason_of_the_card_room_ends_it_with_nothing_sent(failure):
    @story
    async def run():
        world = World()
        sale = await sold(world)
        world.readers.card = failure
        outcome = await world.lane.refund(refund_ask(2, sale))
        assert isinstance(outcome, NotRefunded)
        assert world.journal.words()[-2:] == ["refund_intent", "ended"]
        assert world.processor.refunded == []
        world.restart()
        assert await world.lane.refund(refund_ask(2, sale)) == outcome

    run()


@pytest.mark.parametrize("cause", [Cause.ISSUER, Cause.OTHER_CARD, Cause.EXCEEDS, Cause.LATE])
def test_a_no_to_the_only_try_is_definite(cause):
    @story
    async def run():
        world = World(ScriptedProcessor(refunds=[No(cause)]))
        sale = await sold(world)
        outcome = await world.lane.refund(refund_ask(2, sale))
        assert isinstance(outcome, NotRefunded)
        assert outcome.cause is cause
        world.restart()
        assert await world.lane.refund(refund_ask(2, sale)) == outcome
        assert world.processor.reversed == []

    run()


@story
async def test_a_lost_answer_is_asked_again_with_the_same_bytes():
    world = World(ScriptedProcessor(refunds=[Unknown(), Unknown(), BACK]))
    sale = await sold(world)
    assert isinstance(await world.lane.refund(refund_ask(2, sale)), Refunded)
    first, *others = world.processor.refunded
    assert others == [first, first]


@pytest.mark.parametrize(
    "answers",
    [
        [Unknown()],
        [Unknown(wrong=True)],
        [Yes(Amount(12_33), CODE)],
        [Unknown(), No(Cause.LATE)],
        [Unknown(), No(Cause.EXCEEDS)],
    ],
)
def test_what_is_not_known_of_it_is_undone_by_its_key(answers):
    @story
    async def run():
        world = World(ScriptedProcessor(refunds=answers))
        sale = await sold(world)
        outcome = await world.lane.refund(refund_ask(2, sale))
        assert isinstance(outcome, NotRefunded)
        assert outcome.key is not None
        assert outcome.cause is Cause.NO_ANSWER
        assert world.processor.reversed == [outcome.key]
        assert world.journal.words_of(outcome.key) == ["refund_intent", "reversing", "reversed"]
        world.restart()
        assert await world.lane.refund(refund_ask(2, sale)) == outcome
        assert len(world.processor.refunded) <= 3

    run()


@pytest.mark.parametrize("end", [Cause.TOO_LATE, None])
def test_it_is_not_told_as_not_refunded_before_it_is_undone(end, impatient):
    """A refund that was settled meanwhile stands: nothing takes it back, so nobody may have been told otherwise."""

    @story
    async def run():
        world = World(ScriptedProcessor(refunds=[Unknown()], reversals=[Unknown()]))
        sale = await sold(world)
        assert await world.lane.refund(refund_ask(2, sale)) == Running()
        assert await world.lane.refund(refund_ask(3, sale)) == NotRefunded(None, Cause.EXCEEDS), "it may stand"
        world.processor.reversals = [Reversed(end)]
        await world.settled()
        world.restart()
        told = await world.lane.status(refund_ask(2, sale).till.request)
        refund = next(leg for leg in world.journal.legs.values() if leg.kind is Kind.CARD_REFUND)
        if end is None:
            assert told == NotRefunded(refund.key, Cause.NO_ANSWER)
        else:
            assert told == Running(person=True)
            assert refund.state is State.UNRESOLVED

    run()


@story
async def test_it_names_its_sale_and_never_more_than_is_left_of_it():
    world = World()
    sale = await sold(world)
    assert await world.lane.refund(refund_ask(2, None)) == NotRefunded(None, Cause.WRONG_STATE)
    assert await world.lane.refund(refund_ask(3, sale, cents=12_35)) == NotRefunded(None, Cause.EXCEEDS)
    assert isinstance(await world.lane.refund(refund_ask(4, sale, cents=10_00)), Refunded)
    assert await world.lane.refund(refund_ask(5, sale, cents=2_35)) == NotRefunded(None, Cause.EXCEEDS)
    assert len(world.readers.prompts) == 2, "nobody is asked for a card in vain"
    unknown = await world.lane.refund(refund_ask(6, LegKey.fresh()))
    assert isinstance(unknown, Refunded), "another lane's: the processor decides"


@story
async def test_an_abort_works_until_it_is_sent():
    world = World()
    sale = await sold(world)
    world.readers.card = None
    asked = refund_ask(2, sale)
    refunding = asyncio.create_task(world.lane.refund(asked))
    await until(lambda: len(world.readers.prompts) == 2)
    assert await world.lane.refund(refund_ask(3, sale)) == Busy("S2")
    assert await world.lane.abort(asked.till.request)
    outcome = await refunding
    assert isinstance(outcome, NotRefunded)
    assert outcome.cause is Cause.ABORTED
    assert world.processor.refunded == []


@story
async def test_stopping_withdraws_a_refund_that_waits_for_its_card():
    world = World()
    sale = await sold(world)
    world.readers.card = None
    refunding = asyncio.create_task(world.lane.refund(refund_ask(2, sale)))
    await until(lambda: len(world.readers.prompts) == 2)
    await world.lane.close()
    outcome = await refunding
    assert isinstance(outcome, NotRefunded)
    assert outcome.cause is Cause.STOPPED
    assert await world.lane.refund(refund_ask(3, sale)) == NotRefunded(None, Cause.STOPPED)


@story
async def test_a_processor_that_is_away_costs_no_leg_and_no_prompt():
    world = World()
    sale = await sold(world)
    world.processor.is_ready = False
    assert await world.lane.refund(refund_ask(2, sale)) == NotRefunded(None, Cause.UNREACHABLE)
    assert len(world.readers.prompts) == len(world.journal.legs) == 1


@story
async def test_a_crash_at_any_moment_leaves_no_refund_standing_that_was_not_told():
    for gate in ("card", "refund"):
        world = World(GatedRefund())
        sale = await sold(world)
        world.readers.card = None if gate == "card" else SEALED
        refunding = asyncio.create_task(world.lane.refund(refund_ask(2, sale)))
        await until(lambda: world.journal.words()[-1] == "refund_intent")  # noqa: B023 - looked at in the same turn
        if gate == "refund":
            await until(lambda: bool(world.processor.refunded))  # noqa: B023 - as above
        await world.crash()
        refunding.cancel()
        assert await world.settler.recover() == 1
        await world.settled()
        assert isinstance(await world.lane.refund(refund_ask(2, sale)), NotRefunded)
        assert len(world.processor.reversed) == 1


class GatedRefund(ScriptedProcessor):
    async def refund(self, ask: AskRefund) -> Yes | No | Unknown:
        self.refunded.append(ask)
        await self.gate.wait()
        return BACK


@pytest.mark.parametrize("at", [0, 1])
def test_a_write_that_fails_leaves_nothing_standing_and_nothing_untrue_told(at, impatient):
    @story
    async def run():
        world = World()
        sale = await sold(world)
        world.journal.break_after = at
        outcome = await world.lane.refund(refund_ask(2, sale))
        assert outcome == (NotRecordable() if at == 0 else Running())
        assert not (await world.lane.health()).journal_writable
        world.journal.broken, world.journal.break_after = False, None
        await world.settled()
        again = await world.lane.refund(refund_ask(2, sale))
        assert isinstance(again, Refunded if at == 0 else NotRefunded)
        assert len(world.processor.reversed) == at
        assert (await world.lane.health()).journal_writable

    run()


class FaultyRefund(ScriptedProcessor):
    async def refund(self, ask: AskRefund) -> Yes | No | Unknown:
        await super().refund(ask)
        raise RuntimeError


@story
async def test_a_fault_of_this_program_leaves_no_refund_and_no_open_end():
    world = World(FaultyRefund())
    sale = await sold(world)
    with pytest.raises(RuntimeError):
        await world.lane.refund(refund_ask(2, sale))
    await world.settled()
    assert isinstance(await world.lane.refund(refund_ask(2, sale)), NotRefunded)
    assert len(world.processor.reversed) == 1
