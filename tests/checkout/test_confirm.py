"""A till that confirms its payments: its word, twice, too late, never, and across a restart."""

import asyncio

import pytest

from pos_bridge.checkout.confirm import Confirming
from pos_bridge.domain.authorisation import Holding, Unknown
from pos_bridge.domain.happening import Reversed, Standing
from pos_bridge.domain.leg import Cause, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import NoSuchPayment, NotPaid, NotRecordable, PaidByCard, PaidInCash
from pos_bridge.log import events
from tests.checkout.fakes import INTERAC, ScriptedProcessor, ScriptedReaders, World, ask
from tests.checkout.story import story, until

WITHIN_S = 600


async def approved(world: World, within_s: int = WITHIN_S) -> PaidByCard:
    outcome = await world.lane.pay(ask(confirm_within_s=within_s))
    assert isinstance(outcome, PaidByCard)
    return outcome


@story
async def test_an_approval_waits_for_the_tills_word():
    world = World()
    paid = await approved(world)
    assert paid.confirm
    assert world.journal.words() == ["intent", "authorised"]
    assert not world.processor.captured
    first, second = await asyncio.gather(world.lane.confirm(paid.key), world.lane.confirm(paid.key))
    assert isinstance(first, PaidByCard)
    assert not first.confirm
    assert first == second == await world.lane.confirm(paid.key)
    await world.settled()
    assert world.journal.words() == ["intent", "authorised", "capturing", "captured"]
    assert await world.lane.cancel(paid.key) == first, "too late: what was confirmed is given back, not cancelled"
    await world.lane.close()


@story
async def test_a_payment_that_is_given_up_is_reversed():
    world = World()
    paid = await approved(world)
    given_up = NotPaid(paid.key, Cause.CANCELLED)
    both = await asyncio.gather(world.lane.cancel(paid.key), world.lane.cancel(paid.key))
    assert set(both) == {given_up}
    await world.settled()
    assert world.journal.words() == ["intent", "authorised", "reversing", "reversed"]
    assert await world.lane.cancel(paid.key) == given_up
    assert await world.lane.confirm(paid.key) == given_up, "it cannot be taken back any more"
    assert await world.lane.status(ask().till.request) == given_up
    assert await world.lane.pay(ask(confirm_within_s=WITHIN_S)) == given_up
    assert world.processor.captured == []


@story
async def test_nobodys_word_undoes_it():
    world = World()
    paid = await approved(world, within_s=0)
    await until(lambda: world.journal.words()[-1] == "reversed")
    assert events.ReversalBegun(Cause.UNCONFIRMED) in world.log.events
    late = NotPaid(paid.key, Cause.UNCONFIRMED)
    assert await world.lane.confirm(paid.key) == late
    assert await world.lane.status(ask().till.request) == late


@story
async def test_it_waits_across_a_restart_until_its_time_on_the_processors_clock():
    world = World()
    paid = await approved(world)
    waiting = world.journal.legs[paid.key].confirm_by_ms
    assert waiting is not None
    assert waiting >= world.processor.now_ms + WITHIN_S * 1000
    await world.crash()
    assert await world.settler.recover() == 0
    world.processor.is_ready = False
    await world.lane.resume()
    world.processor.now_ms = waiting + 1
    await asyncio.sleep(0)
    assert world.journal.words() == ["intent", "authorised"], "no clock, no hurry"
    world.processor.is_ready = True
    await until(lambda: world.journal.words()[-1] == "reversed")
    assert await world.lane.confirm(paid.key) == NotPaid(paid.key, Cause.UNCONFIRMED)
    await world.lane.close()


@pytest.mark.parametrize("word", ["confirm", "cancel"])
@pytest.mark.parametrize("resumed", [True, False])
def test_the_tills_word_counts_after_a_restart(word, resumed):
    """Also where the start could not look for what waits."""

    @story
    async def run():
        world = World()
        paid = await approved(world)
        await world.crash()
        await world.settler.recover()
        if resumed:
            await world.lane.resume()
        outcome = await (world.lane.confirm(paid.key) if word == "confirm" else world.lane.cancel(paid.key))
        assert isinstance(outcome, PaidByCard if word == "confirm" else NotPaid)
        await world.settled()
        assert world.journal.words()[-1] == ("captured" if word == "confirm" else "reversed")
        await world.lane.close()

    run()


@story
async def test_a_word_that_cannot_be_written_is_not_taken():
    world = World()
    paid = await approved(world)
    world.journal.broken = True
    assert await world.lane.confirm(paid.key) == NotRecordable()
    assert await world.lane.cancel(paid.key) == NotRecordable()
    assert not world.processor.captured
    assert not world.processor.reversed
    world.journal.broken = False
    assert isinstance(await world.lane.confirm(paid.key), PaidByCard)
    await world.settled()
    assert world.journal.words()[-1] == "captured"
    await world.lane.close()


@story
async def test_an_undoing_that_cannot_be_written_is_tried_again():
    world = World()
    await approved(world)
    world.journal.broken = True
    undoing = asyncio.create_task(Confirming(world.parts)._over(next(iter(world.journal.legs))))
    assert await undoing is False
    world.journal.broken = False
    await world.lane.close()


@story
async def test_an_abort_works_until_the_till_has_the_answer():
    world = World(ScriptedProcessor(gated=True))
    paying = asyncio.create_task(world.lane.pay(ask(confirm_within_s=WITHIN_S)))
    await until(lambda: bool(world.processor.asked))
    assert await world.lane.abort(ask().till.request)
    world.processor.gate.set()
    outcome = await paying
    assert isinstance(outcome, NotPaid)
    assert outcome.cause is Cause.CANCELLED
    await world.settled()
    assert world.journal.words() == ["intent", "authorised", "reversing", "reversed"]


@pytest.mark.parametrize("chip", [INTERAC])
def test_what_is_captured_in_one_message_is_paid_at_once_and_a_cancel_undoes_it(chip):
    @story
    async def run():
        world = World(readers=ScriptedReaders(chip))
        paid = await approved(world)
        assert not paid.confirm
        assert world.journal.words() == ["intent", "captured"]
        assert await world.lane.cancel(paid.key) == NotPaid(paid.key, Cause.CANCELLED)
        await world.settled()
        assert world.journal.words() == ["intent", "captured", "reversing", "reversed"]
        await world.lane.close()

    run()


@story
async def test_what_is_captured_in_one_message_is_kept_once_confirmed_or_once_its_time_is_over():
    world = World(readers=ScriptedReaders(INTERAC))
    paid = await approved(world)
    assert isinstance(await world.lane.confirm(paid.key), PaidByCard)
    assert isinstance(await world.lane.cancel(paid.key), PaidByCard)
    world.journal.told.add(paid.key)
    silent = await world.lane.pay(ask(2, confirm_within_s=0))
    assert isinstance(silent, PaidByCard)
    await until(lambda: not world.lane._confirming._timers)
    assert isinstance(await world.lane.cancel(silent.key), PaidByCard)
    assert world.processor.reversed == []
    await world.lane.close()


@story
async def test_a_cancel_in_one_message_that_comes_too_late_is_given_back():
    settled = Holding(Standing.CAPTURED, ask(1).amount)
    processor = ScriptedProcessor(reversals=[Unknown(), Reversed(Cause.TOO_LATE)], look_ups=[settled])
    world = World(processor, ScriptedReaders(INTERAC))
    paid = await approved(world)
    assert await world.lane.cancel(paid.key) == NotPaid(paid.key, Cause.CANCELLED)
    await until(lambda: not world.settler.busy)
    assert world.journal.legs[paid.key].state is State.GIVEN_BACK
    assert [refund.sale_key for refund in world.processor.refunded] == [paid.key]


@story
async def test_only_payments_are_confirmed():
    world = World()
    assert await world.lane.confirm(LegKey.fresh()) == NoSuchPayment()
    assert await world.lane.cancel(LegKey.fresh()) == NoSuchPayment()
    cash = await world.lane.pay(ask(5, tender=Tender.CASH))
    assert isinstance(cash, PaidInCash)
    assert isinstance(await world.lane.confirm(cash.key), PaidInCash)
    plain = await world.lane.pay(ask(6))
    assert isinstance(plain, PaidByCard)
    assert isinstance(await world.lane.cancel(plain.key), PaidByCard), "a till of nexo's has no such word"
    await world.settled()
    assert world.processor.reversed == []


@story
async def test_an_approval_that_cannot_be_recorded_waits_for_nobody():
    world = World()
    world.journal.break_after = 1
    outcome = await world.lane.pay(ask(confirm_within_s=WITHIN_S))
    assert isinstance(outcome, NotPaid)
    world.journal.broken, world.journal.break_after = False, None
    await world.settled()
    assert world.journal.words() == ["intent", "reversing", "reversed"]
    assert await world.lane.confirm(outcome.key or LegKey.fresh()) == outcome
    await world.lane.close()
