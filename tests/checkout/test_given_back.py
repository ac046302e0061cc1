"""The refunds that this program makes itself, of reversals that came too late; and legs that a till moves meanwhile."""

import asyncio
from dataclasses import replace

import pytest

from pos_bridge.checkout import settle
from pos_bridge.domain.authorisation import AskRefund, Holding, No, Unknown, Yes
from pos_bridge.domain.happening import Cancelled, Confirmed, Reversed, Standing, Voided
from pos_bridge.domain.leg import Cause, State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import NotPaid, PaidByCard, Refunded, Running
from pos_bridge.log import events
from tests.checkout.fakes import CODE, ScriptedProcessor, World, ask, give_back_ask
from tests.checkout.sales import sold
from tests.checkout.story import story, until

PART = Amount(1_00)
DAY_MS = 86_400_000

pytestmark = pytest.mark.usefixtures("impatient")


# ---- refunds that follow a reversal which came too late ----


def too_late(held: Holding | Unknown) -> World:
    processor = ScriptedProcessor(answers=[Unknown()], reversals=[Reversed(Cause.TOO_LATE)], look_ups=[held])
    return World(processor)


CAPTURED = Holding(Standing.CAPTURED, Amount(12_34))


@story
async def test_a_reversal_that_comes_too_late_is_followed_by_a_refund():
    world = too_late(CAPTURED)
    paid = await world.lane.pay(ask())
    assert isinstance(paid, NotPaid)
    assert paid.key is not None
    await world.settled()
    refund = LegKey.refund_of(paid.key)
    assert world.journal.words_of(paid.key) == ["intent", "reversing", "giving_back", "given_back"]
    assert world.journal.words_of(refund) == ["refund_intent", "refunded"]
    (asked,) = world.processor.refunded
    assert (asked.key, asked.sale_key, asked.amount) == (refund, paid.key, Amount(12_34))
    assert [event for event in world.log.events if not isinstance(event, events.ReversalBegun)] == [
        events.GivingBack(),
        events.GivenBack(),
    ]
    world.restart()
    told_later = await world.lane.status(ask().till.request)
    assert isinstance(told_later, NotPaid)


@pytest.mark.parametrize("step", range(12))
def test_it_is_made_once_whenever_this_program_dies(step):
    """Dies after that many turns of the loop, from the first reversal on, and again at the same place."""

    @story
    async def run():
        world = too_late(CAPTURED)
        world.processor.reversals = [Unknown()]
        paid = await world.lane.pay(ask())
        assert isinstance(paid, NotPaid)
        await world.crash()
        world.processor.reversals = [Reversed(Cause.TOO_LATE)]
        for _ in range(2):
            await world.settler.recover()
            for _ in range(step):
                await asyncio.sleep(0)
            await world.crash()
        await world.settler.recover()
        await world.settled()
        assert {asked.key for asked in world.processor.refunded} == {LegKey.refund_of(paid.key)}  # type: ignore[arg-type] # it has one
        assert len(world.journal.legs) == 2
        assert {leg.state for leg in world.journal.legs.values()} == {State.GIVEN_BACK, State.REFUNDED}

    run()


@pytest.mark.parametrize("at", range(6))
def test_it_is_made_once_whichever_write_fails(at):
    @story
    async def run():
        world = too_late(CAPTURED)
        world.processor.reversals = [Unknown()]
        await world.lane.pay(ask())
        world.journal.break_after = at
        world.processor.reversals = [Reversed(Cause.TOO_LATE)]
        await asyncio.sleep(0.03)
        world.journal.broken, world.journal.break_after = False, None
        await world.settled()
        assert len({asked.key for asked in world.processor.refunded}) == 1
        assert {leg.state for leg in world.journal.legs.values()} == {State.GIVEN_BACK, State.REFUNDED}

    run()


@pytest.mark.parametrize(
    ("held", "end"),
    [
        (Holding(Standing.REVERSED, Amount(12_34)), State.GIVEN_BACK),  # by hand, at the processor
        (Holding(Standing.DECLINED), State.UNRESOLVED),
        (Holding(Standing.CAPTURED), State.UNRESOLVED),
    ],
)
def test_where_nothing_can_be_refunded_a_person_looks(held, end):
    @story
    async def run():
        world = too_late(held)
        await world.lane.pay(ask())
        await world.settled()
        (leg,) = world.journal.legs.values()
        assert leg.state is end
        assert isinstance(await world.lane.status(ask().till.request), NotPaid)

    run()


@pytest.mark.parametrize(("answer", "end"), [(No(Cause.ISSUER), State.UNRESOLVED), (Yes(Amount(12_34), CODE), None)])
def test_a_refund_that_is_declined_leaves_the_money_owed_to_a_person(answer, end):
    @story
    async def run():
        world = too_late(CAPTURED)
        world.processor.refunds = [Unknown(), answer]
        paid = await world.lane.pay(ask())
        assert isinstance(paid, NotPaid)
        await world.settled()
        leg = world.journal.legs[paid.key or LegKey.fresh()]
        assert leg.state is (end or State.GIVEN_BACK)
        told_later = await world.lane.status(ask().till.request)
        assert isinstance(told_later, NotPaid)

    run()


@story
async def test_a_settled_sale_that_the_processor_does_not_know_any_more_is_for_a_person():
    """Its ledger was replaced: asked again and again it says the same, and nobody could decide about the leg."""
    world = too_late(Holding(Standing.NOT_SEEN))
    paid = await world.lane.pay(ask())
    assert isinstance(paid, NotPaid)
    await world.settled()
    leg = world.journal.legs[paid.key or LegKey.fresh()]
    assert (leg.state, leg.cause) == (State.UNRESOLVED, Cause.TOO_LATE)
    assert world.processor.refunded == []
    assert "PersonNeeded" in [type(event).__name__ for event in world.log.events]


@story
async def test_only_what_no_refund_took_is_refunded():
    """A payment that was refunded in part, and whose basket was then cancelled."""
    world = World(ScriptedProcessor(reversals=[Reversed(Cause.TOO_LATE)], look_ups=[CAPTURED]))
    sale = await sold(world)
    await world.lane.give_back(give_back_ask(2, sale, 10_00))
    assert await world.settler.move(sale, Cancelled(Cause.CANCELLED)) is not None
    await world.settled()
    assert [asked.amount for asked in world.processor.refunded] == [Amount(10_00), Amount(2_34)]


def test_a_refund_that_a_person_decides_about_leaves_its_sale_waiting(monkeypatch):
    monkeypatch.setattr(settle, "_REFUSED_PAUSE_S", 0.005)

    @story
    async def run():
        world = too_late(CAPTURED)
        world.processor.refunds = [Unknown()]
        paid = await world.lane.pay(ask())
        assert isinstance(paid, NotPaid)
        assert paid.key is not None
        await until(lambda: len(world.journal.legs) == 2)
        world.processor.now_ms += DAY_MS + 20_000
        world.processor.look_ups = [Holding(Standing.CAPTURED)]
        refund = LegKey.refund_of(paid.key)
        await until(lambda: world.journal.legs[refund].state is State.UNRESOLVED)
        assert world.journal.legs[paid.key].state is State.GIVING_BACK
        world.journal.legs[refund] = replace(world.journal.legs[refund], state=State.REFUNDED, cause=Cause.DECIDED)
        await world.settled()
        assert world.journal.legs[paid.key].state is State.GIVEN_BACK

    run()


# ---- one leg's trouble is nobody else's ----


@story
async def test_one_stuck_refund_delays_no_other_and_no_sale():
    class Stuck(ScriptedProcessor):
        async def refund(self, ask: AskRefund) -> Yes | No | Unknown:
            if ask.amount == PART:
                await self.gate.wait()
            return await super().refund(ask)

    world = World(Stuck())
    sale = await sold(world)
    assert await world.lane.give_back(give_back_ask(2, sale, 1_00)) == Running()
    assert isinstance(await world.lane.give_back(give_back_ask(3, sale, 2_00)), Refunded)
    assert isinstance(await world.lane.pay(ask(4)), PaidByCard)
    await world.settler.close()


# ---- moved by a till while the settler has it ----


@story
async def test_what_cannot_happen_to_a_leg_changes_nothing():
    world = World()
    sale = await sold(world)
    assert await world.settler.move(sale, Confirmed()) is None
    assert await world.settler.move(LegKey.fresh(), Voided()) is None
    assert world.journal.words()[-1] == "captured"


@story
async def test_of_a_void_and_a_cancelled_basket_at_once_one_wins():
    world = World(ScriptedProcessor(captures=[Unknown()]))
    paid = await world.lane.pay(ask(1))
    assert isinstance(paid, PaidByCard)
    both = await asyncio.gather(
        world.settler.move(paid.key, Voided()), world.settler.move(paid.key, Cancelled(Cause.CANCELLED))
    )
    assert [moved is None for moved in both] == [False, True]
    await world.settled()
    assert world.journal.legs[paid.key].cause is Cause.VOIDED
    assert world.processor.reversed == [paid.key]


@story
async def test_a_capture_that_is_done_and_not_recorded_yet_can_be_voided():
    world = World()
    paid = await world.lane.pay(ask(1))
    assert isinstance(paid, PaidByCard)
    world.journal.broken = True
    await until(lambda: bool(world.processor.captured))
    await asyncio.sleep(0.01)
    world.journal.broken = False
    settling = await world.settler.move(paid.key, Voided())
    assert settling is not None
    await world.settled()
    assert world.journal.words()[-2:] == ["reversing", "reversed"]
    assert (settling.leg.state, settling.recorded) == (State.REVERSED, True)
