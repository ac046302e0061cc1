"""One card sale: what is durable when, what is sent, and what the till is told, for each thing that can go wrong."""

import asyncio

import pytest

from pos_bridge.domain.authorisation import Unknown, Yes
from pos_bridge.domain.card import SEALED_LENGTH, Brand, CardFacts, EntryMode, ReadFailure, SealedByRoom, SealedCard
from pos_bridge.domain.happening import Reversed
from pos_bridge.domain.leg import Cause, Flow
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import (
    NotPaid,
    NotRecordable,
    PaidByCard,
)
from pos_bridge.log import events
from tests.checkout.fakes import VISA, ScriptedProcessor, ScriptedReaders, World, ask
from tests.checkout.story import story, until


@story
async def test_a_card_sale_is_durable_before_it_is_sent_and_before_it_is_told():
    world = World()
    outcome = await world.lane.pay(ask())
    assert isinstance(outcome, PaidByCard)
    assert (outcome.approved, outcome.approval_code, outcome.card) == (Amount(12_34), "A1B2C3", VISA)
    assert world.journal.words()[:2] == ["intent", "capturing"]
    await world.settled()
    assert world.journal.words() == ["intent", "capturing", "captured"]


@story
async def test_nothing_is_sent_while_the_intent_is_not_durable():
    world = World()
    world.journal.broken = True
    assert await world.lane.pay(ask()) == NotRecordable()
    assert world.processor.asked == []
    assert not (await world.lane.health()).journal_writable
    world.journal.broken = False
    assert isinstance(await world.lane.pay(ask()), PaidByCard), "the next try works"
    assert (await world.lane.health()).journal_writable


@story
async def test_an_approval_that_cannot_be_recorded_is_told_as_not_paid_and_reversed():
    world = World()
    world.journal.break_after = 1
    outcome = await world.lane.pay(ask())
    assert isinstance(outcome, NotPaid)
    assert outcome.cause is Cause.NO_ANSWER
    await until(lambda: bool(world.processor.reversed))
    world.journal.broken, world.journal.break_after = False, None
    await world.settled()
    assert world.journal.words() == ["intent", "reversing", "reversed"]
    assert world.processor.captured == []


@pytest.mark.parametrize("failure", list(ReadFailure))
def test_each_reason_of_the_card_room_ends_the_leg_with_nothing_sent(failure):
    @story
    async def run():
        world = World(readers=ScriptedReaders(failure))
        outcome = await world.lane.pay(ask())
        assert isinstance(outcome, NotPaid)
        assert world.journal.words() == ["intent", "ended"]
        assert world.processor.asked == []

    run()


@story
async def test_a_lost_answer_is_asked_again_with_the_same_key_and_bytes():
    world = World(ScriptedProcessor(answers=[Unknown(), Unknown(), Yes(Amount(12_34), "A1B2C3")]))
    assert isinstance(await world.lane.pay(ask()), PaidByCard)
    assert len(world.processor.asked) == 3
    assert world.processor.asked[0] == world.processor.asked[1] == world.processor.asked[2]


@story
async def test_an_answer_that_never_comes_is_reversed_and_told_as_not_paid():
    world = World(ScriptedProcessor(answers=[Unknown()], reversals=[Unknown(), Reversed(None)]))
    outcome = await world.lane.pay(ask())
    assert isinstance(outcome, NotPaid)
    assert outcome.cause is Cause.NO_ANSWER
    assert len(world.processor.asked) == 3
    assert world.journal.words()[-1] == "reversing", "durable before the till is told"
    await world.settled()
    assert world.journal.words() == ["intent", "reversing", "reversed"]
    assert await world.lane.status(ask().till.request) == outcome


@story
async def test_nothing_is_sent_again_after_the_time_the_processor_was_given():
    processor = ScriptedProcessor(answers=[Unknown()], gated=True)
    world = World(processor)
    paying = asyncio.create_task(world.lane.pay(ask()))
    await until(lambda: bool(processor.asked))
    processor.now_ms += 45_000
    processor.gate.set()
    assert isinstance(await paying, NotPaid)
    assert len(processor.asked) == 1


@pytest.mark.parametrize("answer", [Unknown(wrong=True), Yes(Amount(12_35), "A1B2C3"), Yes(Amount(1), "A1B2C3")])
def test_a_processor_that_lies_is_reversed_and_reported(answer):
    @story
    async def run():
        world = World(ScriptedProcessor(answers=[answer]))
        assert isinstance(await world.lane.pay(ask()), NotPaid)
        await world.settled()
        assert len(world.processor.reversed) == 1
        assert events.ReversalBegun(Cause.WRONG_ANSWER) in world.log.events

    run()


@story
async def test_a_partial_approval_is_an_answer_where_the_till_allowed_it():
    world = World(ScriptedProcessor(answers=[Yes(Amount(10_00), "A1B2C3")]))
    outcome = await world.lane.pay(ask(partial_ok=True))
    assert isinstance(outcome, PaidByCard)
    assert outcome.approved == Amount(10_00)


@story
async def test_interac_is_captured_in_one_message():
    facts = CardFacts(Brand.INTERAC, 6933, EntryMode.CHIP)
    world = World(readers=ScriptedReaders(SealedCard(facts, SealedByRoom(bytes(8), bytes(SEALED_LENGTH)))))
    assert isinstance(await world.lane.pay(ask()), PaidByCard)
    assert world.processor.asked[0].flow is Flow.ONE_MESSAGE
    assert world.journal.words() == ["intent", "captured"]
    assert world.processor.captured == []


@story
async def test_a_fault_of_this_program_leaves_no_leg_behind():
    """Whatever was sent is undone at once, not at the next start; the caller hears of the fault."""
    world = World(ScriptedProcessor(answers=[]))  # its list is empty: authorise raises
    with pytest.raises(IndexError):
        await world.lane.pay(ask())
    await world.settled()
    assert world.journal.words() == ["intent", "reversing", "reversed"]
    assert isinstance(await world.lane.status(ask().till.request), NotPaid)
    world.processor.answers = [Yes(Amount(12_34), "A1B2C3")]
    assert isinstance(await world.lane.pay(ask(2)), PaidByCard), "the lane is free"


def test_entry_modes_and_brands_agree_with_the_protocol():
    from pos_bridge.protocol import processor_v1_pb2 as pb

    for brand in Brand:
        assert pb.Brand.Name(brand.value) == f"BRAND_{brand.name}"
    for mode in EntryMode:
        assert pb.EntryMode.Name(mode.value) == f"ENTRY_MODE_{mode.name}"
    for flow in Flow:
        assert pb.AuthoriseRequest.Flow.Name(flow.value) == f"FLOW_{flow.name}"
