"""A sale refunded by its key, in part or where a void will not do; and what is refused before anything moves."""

from dataclasses import replace

import pytest

from pos_bridge.domain.authorisation import Holding, No, Unknown, Yes
from pos_bridge.domain.happening import Standing
from pos_bridge.domain.leg import Cause, State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import (
    Closed,
    NotRefunded,
    PaidByCard,
    Refunded,
    Running,
    Voided,
)
from tests.checkout.fakes import CODE, ScriptedProcessor, World, ask, give_back_ask, refund_ask
from tests.checkout.sales import sold
from tests.checkout.story import story

WHOLE = Amount(12_34)


@story
async def test_a_part_is_refunded_by_reference_and_never_more_than_was_paid():
    world = World()
    sale = await sold(world)
    first = await world.lane.give_back(give_back_ask(2, sale, 10_00))
    assert isinstance(first, Refunded)
    assert await world.lane.give_back(give_back_ask(3, sale, 2_35)) == NotRefunded(None, Cause.EXCEEDS)
    rest = await world.lane.give_back(give_back_ask(4, sale))
    assert isinstance(rest, Refunded)
    assert rest.amount == Amount(2_34), "whole: what is left"
    assert await world.lane.give_back(give_back_ask(5, sale, 1)) == NotRefunded(None, Cause.EXCEEDS)
    assert await world.lane.give_back(give_back_ask(6, sale, void_only=True)) == NotRefunded(None, Cause.EXCEEDS)
    assert world.processor.reversed == []
    asked = world.processor.refunded[0]
    assert (asked.sale_key, asked.amount, asked.present) == (sale, Amount(10_00), None)
    assert asked.not_after_ms == 1_000_000 + 86_400_000
    world.restart()
    assert await world.lane.give_back(give_back_ask(3, sale, 2_35)) == Closed(), "final, as it was told"


@story
async def test_an_amount_that_is_the_whole_sale_is_a_void():
    world = World()
    sale = await sold(world)
    assert await world.lane.give_back(give_back_ask(2, sale, 12_34)) == Voided(sale, WHOLE)


@story
async def test_a_sale_refunded_in_part_cannot_be_voided():
    world = World()
    sale = await sold(world)
    await world.lane.give_back(give_back_ask(2, sale, 1_00))
    assert await world.lane.give_back(give_back_ask(3, sale, void_only=True)) == NotRefunded(None, Cause.WRONG_STATE)


@pytest.mark.parametrize("cause", [Cause.EXCEEDS, Cause.NOT_SEEN, Cause.WRONG_STATE, Cause.LATE, Cause.ISSUER])
def test_a_no_to_the_first_try_is_definite_and_frees_what_it_asked_for(cause):
    @story
    async def run():
        world = World(ScriptedProcessor(refunds=[No(cause), Yes(Amount(10_00), CODE)]))
        sale = await sold(world)
        outcome = await world.lane.give_back(give_back_ask(2, sale, 10_00))
        assert isinstance(outcome, NotRefunded)
        assert outcome.cause is cause
        assert world.journal.legs[outcome.key or sale].state is State.REFUND_DECLINED
        world.restart()
        assert await world.lane.give_back(give_back_ask(2, sale, 10_00)) == outcome
        assert isinstance(await world.lane.give_back(give_back_ask(3, sale, 10_00)), Refunded)

    run()


@pytest.mark.usefixtures("impatient")
def test_a_refund_in_doubt_counts_as_made_until_it_is_known():
    @story
    async def run():
        world = World(ScriptedProcessor(refunds=[Unknown()]))
        sale = await sold(world)
        assert await world.lane.give_back(give_back_ask(2, sale, 10_00)) == Running()
        assert await world.lane.give_back(give_back_ask(3, sale, 10_00)) == NotRefunded(None, Cause.EXCEEDS)
        world.processor.refunds = None
        await world.settled()
        outcome = await world.lane.give_back(give_back_ask(2, sale, 10_00))
        assert isinstance(outcome, Refunded)
        assert len({asked.key for asked in world.processor.refunded}) == 1

    run()


def test_a_sale_is_captured_before_a_part_of_it_is_refunded(impatient):
    @story
    async def run():
        world = World(ScriptedProcessor(captures=[Unknown()]))
        paid = await world.lane.pay(ask())
        assert isinstance(paid, PaidByCard)
        assert await world.lane.give_back(give_back_ask(2, paid.key, 1_00)) == NotRefunded(None, Cause.UNREACHABLE)
        assert world.processor.refunded == []
        world.processor.captures = [False]
        await world.settled()
        assert await world.lane.give_back(give_back_ask(3, paid.key, 1_00)) == NotRefunded(None, Cause.WRONG_STATE)

    run()


@story
async def test_a_part_waits_for_the_capture_that_is_under_way():
    world = World(ScriptedProcessor(captures=[Unknown(), Unknown(), True]))
    paid = await world.lane.pay(ask())
    assert isinstance(paid, PaidByCard)
    assert isinstance(await world.lane.give_back(give_back_ask(2, paid.key, 1_00)), Refunded)
    assert world.journal.words() == ["intent", "capturing", "captured", "refund_intent", "refunded"]


@pytest.mark.parametrize(
    ("state", "cause"),
    [
        (State.INTENT, None),
        (State.DECLINED, Cause.ISSUER),
        (State.ENDED, Cause.NO_CARD),
        (State.AUTHORISED, None),
        (State.CAPTURE_LOST, None),
        (State.REVERSING, Cause.NO_ANSWER),
        (State.GIVING_BACK, Cause.TOO_LATE),
        (State.GIVEN_BACK, Cause.TOO_LATE),
        (State.UNRESOLVED, Cause.IN_DOUBT),
    ],
)
@pytest.mark.parametrize("cents", [None, 1_00])
def test_what_was_never_paid_or_is_undone_is_not_given_back(state, cause, cents):
    @story
    async def run():
        world = World()
        sale = await sold(world)
        world.journal.legs[sale] = replace(world.journal.legs[sale], state=state, cause=cause)
        before = world.journal.words()
        assert await world.lane.give_back(give_back_ask(2, sale, cents)) == NotRefunded(None, Cause.WRONG_STATE)
        assert world.journal.words() == before
        assert (world.processor.refunded, world.processor.reversed) == ([], [])

    run()


@pytest.mark.parametrize("cause", [Cause.VOIDED, Cause.NO_ANSWER])
@pytest.mark.parametrize("cents", [None, 1_00])
def test_of_what_was_reversed_nothing_is_owed_whatever_its_own_status_says(cause, cents):
    @story
    async def run():
        world = World()
        sale = await sold(world)
        world.journal.legs[sale] = replace(world.journal.legs[sale], state=State.REVERSED, cause=cause)
        before = world.journal.words()
        nothing_owed = NotRefunded(None, Cause.VOIDED)
        assert await world.lane.give_back(give_back_ask(2, sale, cents)) == nothing_owed
        assert await world.lane.refund(refund_ask(3, sale)) == nothing_owed
        assert world.journal.words() == before

    run()


@story
async def test_a_refund_is_not_given_back():
    world = World()
    sale = await sold(world)
    refund = await world.lane.give_back(give_back_ask(2, sale, 1_00))
    assert isinstance(refund, Refunded)
    assert await world.lane.give_back(give_back_ask(3, refund.key)) == NotRefunded(None, Cause.WRONG_STATE)


@pytest.mark.parametrize(
    ("held", "cents", "expected"),
    [
        (Holding(Standing.CAPTURED, WHOLE), None, 12_34),
        (Holding(Standing.NOT_SEEN), 5_00, 5_00),  # the processor says so itself when it is asked to refund
        (Holding(Standing.NOT_SEEN), None, Cause.NOT_SEEN),
        (Holding(Standing.REVERSED, WHOLE), None, Cause.WRONG_STATE),
        (Holding(Standing.AUTHORISED, WHOLE), None, Cause.WRONG_STATE),
        (Unknown(), None, Cause.UNREACHABLE),
    ],
)
def test_a_sale_of_another_lane_goes_to_the_processor(held, cents, expected):
    @story
    async def run():
        world = World(ScriptedProcessor(look_ups=[held]))
        outcome = await world.lane.give_back(give_back_ask(2, LegKey.fresh(), cents))
        if isinstance(expected, Cause):
            assert outcome == NotRefunded(None, expected)
        else:
            assert isinstance(outcome, Refunded)
            assert outcome.amount == Amount(expected)
        only = give_back_ask(3, LegKey.fresh(), void_only=True)
        assert await world.lane.give_back(only) == NotRefunded(None, Cause.NOT_SEEN)

    run()


@story
async def test_a_processor_that_is_away_costs_no_refund_leg():
    world = World()
    sale = await sold(world)
    world.processor.is_ready = False
    assert await world.lane.give_back(give_back_ask(2, sale, 1_00)) == NotRefunded(None, Cause.UNREACHABLE)
    assert await world.lane.give_back(give_back_ask(3, LegKey.fresh(), 1_00)) == NotRefunded(None, Cause.UNREACHABLE)
    assert len(world.journal.legs) == 1
    world.restart()
    assert await world.lane.give_back(give_back_ask(2, sale, 1_00)) == Closed()
