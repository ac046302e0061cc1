"""A lane: what is charged, what is durable when, and what the till is told, for each thing that can go wrong."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace

import pytest

from pos_bridge import events
from pos_bridge.domain.authorisation import No, Unknown, Yes
from pos_bridge.domain.card import Brand, CardFacts, EntryMode, ReadFailure, SealedByRoom, SealedCard
from pos_bridge.domain.leg import Cause, Flow, Reversed, State, Tender
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import (
    AlreadyApproved,
    Busy,
    Closed,
    Contradiction,
    NeverSeen,
    NotPaid,
    NotRecordable,
    PaidByCard,
    PaidInCash,
    Running,
)
from tests.checkout.fakes import VISA, ScriptedProcessor, ScriptedReaders, World, ask

Story = Callable[[], Coroutine[None, None, None]]


def told(test: Story) -> Callable[[], None]:
    """Run an async test to its end."""

    def run() -> None:
        asyncio.run(asyncio.wait_for(test(), 20))

    run.__name__ = test.__name__
    return run


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.005)


@told
async def test_a_card_sale_is_durable_before_it_is_sent_and_before_it_is_told():
    world = World()
    outcome = await world.lane.pay(ask())
    assert isinstance(outcome, PaidByCard)
    assert (outcome.approved, outcome.approval_code, outcome.card) == (Amount(12_34), "A1B2C3", VISA)
    assert world.journal.words()[:2] == ["intent", "capturing"]
    await world.settled()
    assert world.journal.words() == ["intent", "capturing", "captured"]


@told
async def test_nothing_is_sent_while_the_intent_is_not_durable():
    world = World()
    world.journal.broken = True
    assert await world.lane.pay(ask()) == NotRecordable()
    assert world.processor.asked == []
    assert not (await world.lane.health()).journal_writable
    world.journal.broken = False
    assert isinstance(await world.lane.pay(ask()), PaidByCard), "the next try works"
    assert (await world.lane.health()).journal_writable


@told
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


@told
async def test_cash_is_rounded_and_needs_no_processor():
    world = World(ScriptedProcessor(is_ready=False))
    outcome = await world.lane.pay(ask(tender=Tender.CASH, cents=12_33))
    assert isinstance(outcome, PaidInCash)
    assert outcome.due == 12_35
    assert world.journal.words() == ["cash_taken"]


@told
async def test_a_processor_that_is_away_costs_no_leg():
    world = World(ScriptedProcessor(is_ready=False))
    assert await world.lane.pay(ask()) == NotPaid(None, Cause.UNREACHABLE)
    assert world.journal.words() == []
    world.processor.is_ready = True
    assert await world.lane.pay(ask()) == NotPaid(None, Cause.UNREACHABLE), "final"
    world.restart()
    assert await world.lane.pay(ask()) == Closed(), "and so it stays: a late copy is not paid"
    assert world.processor.asked == []


@pytest.mark.parametrize("failure", list(ReadFailure))
def test_each_reason_of_the_card_room_ends_the_leg_with_nothing_sent(failure):
    async def story():
        world = World(readers=ScriptedReaders(failure))
        outcome = await world.lane.pay(ask())
        assert isinstance(outcome, NotPaid)
        assert world.journal.words() == ["intent", "ended"]
        assert world.processor.asked == []

    told(story)()


@told
async def test_a_decline_is_final_and_repeated():
    world = World(ScriptedProcessor(answers=[No(Cause.ISSUER)]))
    first = await world.lane.pay(ask())
    assert isinstance(first, NotPaid)
    assert first.cause is Cause.ISSUER
    assert await world.lane.pay(ask()) == first
    assert len(world.processor.asked) == 1
    world.restart()
    assert await world.lane.pay(ask()) == first, "also by the next engine"


@told
async def test_a_lost_answer_is_asked_again_with_the_same_key_and_bytes():
    world = World(ScriptedProcessor(answers=[Unknown(), Unknown(), Yes(Amount(12_34), "A1B2C3")]))
    assert isinstance(await world.lane.pay(ask()), PaidByCard)
    assert len(world.processor.asked) == 3
    assert world.processor.asked[0] == world.processor.asked[1] == world.processor.asked[2]


@told
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


@told
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
    async def story():
        world = World(ScriptedProcessor(answers=[answer]))
        assert isinstance(await world.lane.pay(ask()), NotPaid)
        await world.settled()
        assert len(world.processor.reversed) == 1
        assert events.ReversalBegun(Cause.WRONG_ANSWER) in world.log.events

    told(story)()


@told
async def test_a_partial_approval_is_an_answer_where_the_till_allowed_it():
    world = World(ScriptedProcessor(answers=[Yes(Amount(10_00), "A1B2C3")]))
    outcome = await world.lane.pay(ask(partial_ok=True))
    assert isinstance(outcome, PaidByCard)
    assert outcome.approved == Amount(10_00)


@told
async def test_interac_is_captured_in_one_message():
    facts = CardFacts(Brand.INTERAC, 6933, EntryMode.CHIP)
    world = World(readers=ScriptedReaders(SealedCard(facts, SealedByRoom(bytes(8), bytes(1392)))))
    assert isinstance(await world.lane.pay(ask()), PaidByCard)
    assert world.processor.asked[0].flow is Flow.ONE_MESSAGE
    assert world.journal.words() == ["intent", "captured"]
    assert world.processor.captured == []


@told
async def test_the_same_request_at_the_same_time_is_one_payment():
    processor = ScriptedProcessor(gated=True)
    world = World(processor)
    both = [asyncio.create_task(world.lane.pay(ask())) for _ in range(2)]
    await until(lambda: bool(processor.asked))
    assert await world.lane.status(ask().till.request) == Running()
    processor.gate.set()
    first, second = await asyncio.gather(*both)
    assert first == second
    assert len(processor.asked) == 1


@told
async def test_another_body_under_the_same_request_is_refused_live_and_later():
    processor = ScriptedProcessor(gated=True)
    world = World(processor)
    paying = asyncio.create_task(world.lane.pay(ask()))
    await until(lambda: bool(processor.asked))
    other = ask(cents=99_99, content=7)
    assert await world.lane.pay(other) == Contradiction()
    processor.gate.set()
    await paying
    assert await world.lane.pay(other) == Contradiction()
    world.restart()
    assert await world.lane.pay(other) == Contradiction()
    assert len(processor.asked) == 1


@told
async def test_a_second_payment_is_told_which_one_runs():
    world = World(readers=ScriptedReaders(None))
    first = asyncio.create_task(world.lane.pay(ask(1)))
    await until(lambda: bool(world.readers.prompts))
    assert await world.lane.pay(ask(2)) == Busy("S1")
    assert await world.lane.abort(ask(1).till.request)
    assert (await first) == NotPaid((await first).key, Cause.ABORTED)  # type: ignore[union-attr] # it is NotPaid
    world.readers.card = SealedCard(VISA, SealedByRoom(bytes(8), bytes(1392)))
    assert isinstance(await world.lane.pay(ask(2)), PaidByCard), "Busy is not remembered"


@told
async def test_a_caller_that_vanishes_does_not_stop_the_payment():
    processor = ScriptedProcessor(gated=True)
    world = World(processor)
    paying = asyncio.create_task(world.lane.pay(ask()))
    await until(lambda: bool(processor.asked))
    paying.cancel()
    await asyncio.gather(paying, return_exceptions=True)
    processor.gate.set()
    assert isinstance(await world.lane.pay(ask()), PaidByCard)
    assert len(processor.asked) == 1


@told
async def test_an_abort_after_sending_loses_to_the_payment():
    processor = ScriptedProcessor(gated=True)
    world = World(processor)
    paying = asyncio.create_task(world.lane.pay(ask()))
    await until(lambda: bool(processor.asked))
    assert await world.lane.abort(ask().till.request)
    processor.gate.set()
    assert isinstance(await paying, PaidByCard)


@told
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


@pytest.mark.parametrize("first", ["abort", "status"])
def test_a_request_that_was_said_not_to_exist_is_never_paid_afterwards(first):
    async def story():
        world = World()
        if first == "abort":
            assert await world.lane.abort(ask().till.request) is False
        else:
            assert await world.lane.status(ask().till.request) == NeverSeen()
        assert await world.lane.pay(ask()) == Closed()
        world.restart()
        assert await world.lane.pay(ask()) == Closed()
        assert await world.lane.status(ask().till.request) == Closed()
        assert world.processor.asked == []

    told(story)()


@told
async def test_not_seen_is_never_said_when_the_door_cannot_be_closed():
    world = World()
    world.journal.broken = True
    assert await world.lane.status(ask().till.request) == Running()
    world.journal.unreadable = True
    assert await world.lane.status(ask().till.request) == Running()
    assert not await world.lane.abort(ask().till.request)
    assert await world.lane.pay(ask()) == NotRecordable()


@told
async def test_a_sale_approved_for_a_till_that_never_heard_is_not_charged_again():
    world = World()
    first = await world.lane.pay(ask(1, sale=9))
    assert isinstance(first, PaidByCard)
    assert await world.lane.pay(ask(2, sale=9)) == AlreadyApproved(first.key)
    assert isinstance(await world.lane.pay(ask(3, sale=9, partial_ok=True)), PaidByCard), "a split says so"
    await world.lane.told(first.key)
    world.journal.told.update(world.journal.legs)
    assert isinstance(await world.lane.pay(ask(4, sale=9)), PaidByCard)


@told
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


@told
async def test_a_stuck_reversal_blocks_nobody():
    world = World(ScriptedProcessor(answers=[Unknown(), Unknown(), Unknown(), Yes(Amount(12_34), "A1B2C3")]))
    world.processor.reversals = [Unknown()]
    assert isinstance(await world.lane.pay(ask(1)), NotPaid)
    assert isinstance(await world.lane.pay(ask(2)), PaidByCard)
    assert isinstance(await world.lane.pay(ask(3, tender=Tender.CASH)), PaidInCash)
    await world.settler.close()


@told
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


@told
async def test_a_capture_the_processor_refuses_is_an_alarm_and_a_late_reversal_needs_a_person():
    world = World(ScriptedProcessor(captures=[Unknown(), False]))
    await world.lane.pay(ask(1))
    await world.settled()
    assert world.journal.words()[-1] == "capture_lost"
    assert events.CaptureLost() in world.log.events

    world = World(ScriptedProcessor(answers=[Unknown()], reversals=[Reversed(Cause.TOO_LATE)]))
    await world.lane.pay(ask(1))
    await world.settled()
    assert world.journal.words()[-1] == "unresolved"
    assert events.PersonNeeded(Cause.TOO_LATE) in world.log.events
    world.restart()
    assert await world.settler.recover() == 0


def test_entry_modes_and_brands_agree_with_the_protocol():
    from pos_bridge.protocol import processor_v1_pb2 as pb

    for brand in Brand:
        assert pb.Brand.Name(brand.value) == f"BRAND_{brand.name}"
    for mode in EntryMode:
        assert pb.EntryMode.Name(mode.value) == f"ENTRY_MODE_{mode.name}"
    for flow in Flow:
        assert pb.AuthoriseRequest.Flow.Name(flow.value) == f"FLOW_{flow.name}"


@told
async def test_an_answer_is_remembered_as_long_as_the_journal_knows_its_request_and_no_longer():
    """A till may use a ServiceID again after 48 h: a new sale is not given the answer, or the card, of an old one."""
    world = World()
    first = await world.lane.pay(ask())
    world.clock_s += 48 * 3600 - 1
    assert await world.lane.pay(ask()) == first
    world.clock_s += 2
    world.journal.requests.clear()  # as the journal does
    assert await world.lane.status(ask().till.request) == NeverSeen()
    world.journal.requests.clear()
    world.journal.told.update(world.journal.legs)
    again = await world.lane.pay(ask(content=2))
    assert isinstance(again, PaidByCard)
    assert again != first
    assert len(world.processor.asked) == 2


@told
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


@told
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


@pytest.mark.parametrize("cause", [Cause.TOO_LATE, Cause.CARD_NEEDED, None])
def test_an_unresolved_leg_is_told_as_what_it_is(cause):
    """Money that a person gives back; or, out of a damaged journal, not known at all: then never *not paid*."""

    async def story():
        world = World()
        await world.lane.pay(ask())
        await world.settled()
        (key,) = world.journal.legs
        world.journal.legs[key] = replace(world.journal.legs[key], state=State.UNRESOLVED, cause=cause)
        world.restart()
        expected = Running() if cause is None else NotPaid(key, cause)
        assert await world.lane.status(ask().till.request) == expected
        assert await world.lane.pay(ask()) == expected
        assert len(world.processor.asked) == 1

    told(story)()


@told
async def test_an_outcome_that_cannot_be_written_shows_in_the_health():
    world = World()
    world.journal.break_after = 1
    await world.lane.pay(ask())
    assert not (await world.lane.health()).journal_writable
    world.journal.broken, world.journal.break_after = False, None
    await world.settled()
    assert (await world.lane.health()).journal_writable
