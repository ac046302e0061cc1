"""The same request again, another one meanwhile, and questions about it: one payment, one answer, for 48 hours."""

import asyncio
from dataclasses import replace

import pytest

from pos_bridge.domain.authorisation import No, Unknown, Yes
from pos_bridge.domain.happening import Reversed
from pos_bridge.domain.ledger import KnownLeg
from pos_bridge.domain.leg import Cause, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import (
    AlreadyApproved,
    Closed,
    Contradiction,
    NeverSeen,
    NotPaid,
    NotRecordable,
    PaidByCard,
    PaidInCash,
    Running,
    Split,
)
from pos_bridge.domain.session import Trust
from tests.checkout.fakes import CODE, MemoryJournal, ScriptedProcessor, World, ask
from tests.checkout.sales import sold
from tests.checkout.story import story, until


@story
async def test_a_decline_is_final_and_repeated():
    world = World(ScriptedProcessor(answers=[No(Cause.ISSUER)]))
    first = await world.lane.pay(ask())
    assert isinstance(first, NotPaid)
    assert first.cause is Cause.ISSUER
    assert await world.lane.pay(ask()) == first
    assert len(world.processor.asked) == 1
    world.restart()
    assert await world.lane.pay(ask()) == first, "also by the next engine"


@story
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


@story
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


@story
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


@pytest.mark.parametrize("first", ["abort", "status"])
def test_a_request_that_was_said_not_to_exist_is_never_paid_afterwards(first):
    @story
    async def run():
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

    run()


@story
async def test_not_seen_is_never_said_when_the_door_cannot_be_closed():
    world = World()
    world.journal.broken = True
    assert await world.lane.status(ask().till.request) == Running()
    world.journal.unreadable = True
    assert await world.lane.status(ask().till.request) == Running()
    assert not await world.lane.abort(ask().till.request)
    assert await world.lane.pay(ask()) == NotRecordable()


@story
async def test_a_sale_approved_for_a_till_that_never_heard_is_not_charged_again():
    world = World()
    first = await world.lane.pay(ask(1, sale=9))
    assert isinstance(first, PaidByCard)
    assert await world.lane.pay(ask(2, sale=9)) == AlreadyApproved(first.key)
    part = Split(bytes(32), 0)
    assert isinstance(await world.lane.pay(ask(3, sale=9, partial_ok=True, split=part)), PaidByCard), "a split says so"
    await world.lane.told(first.key)
    world.journal.told.update(world.journal.legs)
    assert isinstance(await world.lane.pay(ask(4, sale=9)), PaidByCard)


@pytest.mark.parametrize("tender", list(Tender))
def test_no_second_tender_is_taken_while_what_became_of_the_first_is_not_known(tender):
    @story
    async def run():
        world = World()
        first = await world.lane.pay(ask(1, sale=9))
        assert isinstance(first, PaidByCard)
        await world.settled()
        leg = world.journal.legs[first.key]
        for cause, expected in ((Cause.IN_DOUBT, Running(person=True)), (Cause.TOO_LATE, None)):
            world.journal.legs[first.key] = replace(leg, state=State.UNRESOLVED, cause=cause)
            world.restart()
            told = await world.lane.pay(ask(2, sale=9, tender=tender))
            assert told == expected if expected else isinstance(told, PaidByCard | PaidInCash)
        assert isinstance(await world.lane.pay(ask(3, sale=10, tender=tender)), PaidByCard | PaidInCash), "another sale"

    run()


@pytest.mark.parametrize("tender", list(Tender))
def test_no_second_tender_is_taken_after_a_restart_before_the_processor_is_there(tender, impatient):
    """Told *not paid* by the run that knew, a sale may be tried again at once; the next run does not know yet."""

    @story
    async def run():
        world = World(ScriptedProcessor(answers=[Unknown(wrong=True)], reversals=[Unknown()]))
        assert isinstance(await world.lane.pay(ask(1, sale=9)), NotPaid)
        await world.crash()
        world.processor.trusted, world.processor.is_ready = Trust.UNKNOWN, False
        assert await world.settler.recover() == 1
        assert await world.lane.pay(ask(2, sale=9, tender=tender)) == Running()
        assert await world.lane.status(ask(2).till.request) == NeverSeen(), "nothing was begun"
        world.processor.trusted, world.processor.is_ready = Trust.TRUSTED, True
        world.processor.answers = [Yes(Amount(12_34), CODE)]
        again = await world.lane.pay(ask(3, sale=9, tender=tender))
        assert isinstance(again, PaidByCard | PaidInCash), "it is known again that nothing will stand"
        world.processor.reversals = [Reversed(None)]
        await world.settled()

    run()


@story
async def test_no_second_tender_is_taken_for_a_leg_that_cannot_be_found():
    """A damaged file: its request opened a leg, which may have been paid."""
    journal = Lossy()
    world = World()
    world.journal = journal
    world.restart()
    first = await world.lane.pay(ask(1, sale=9, tender=Tender.CASH))
    assert isinstance(first, PaidInCash)
    await world.lane.told(first.key)
    journal.lost = first.key
    assert await world.lane.pay(ask(2, sale=9, tender=Tender.CASH)) == Running()


class Lossy(MemoryJournal):
    lost: LegKey | None = None

    async def find_leg(self, key: LegKey) -> KnownLeg | None:
        return None if key == self.lost else await super().find_leg(key)


@story
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


@pytest.mark.parametrize("cause", [Cause.TOO_LATE, Cause.CARD_NEEDED, None])
def test_an_unresolved_leg_is_told_as_what_it_is(cause):
    """Money that a person gives back; or, out of a damaged journal, not known at all: then never *not paid*."""

    @story
    async def run():
        world = World()
        key = await sold(world)
        world.journal.legs[key] = replace(world.journal.legs[key], state=State.UNRESOLVED, cause=cause)
        world.restart()
        expected = Running(person=True) if cause is None else NotPaid(key, cause)
        assert await world.lane.status(ask().till.request) == expected
        assert await world.lane.pay(ask()) == expected
        assert len(world.processor.asked) == 1

    run()
