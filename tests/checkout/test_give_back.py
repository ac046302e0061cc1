"""Giving a sale back by its key: voided while that works, else refunded; and what is refused before anything moves."""

import asyncio
from dataclasses import replace

import pytest

from pos_bridge.domain.authorisation import Holding, No, Unknown, Yes
from pos_bridge.domain.happening import Reversed, Standing
from pos_bridge.domain.leg import Cause, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import (
    Busy,
    Closed,
    Contradiction,
    NotRecordable,
    NotRefunded,
    PaidByCard,
    PaidInCash,
    Refunded,
    RefundedInCash,
    Running,
    Voided,
)
from pos_bridge.domain.session import Trust
from tests.checkout.fakes import CODE, VISA, ScriptedProcessor, World, ask, give_back_ask, refund_ask
from tests.checkout.story import story, until

WHOLE = Amount(12_34)


async def sold(world: World, number: int = 1, tender: Tender = Tender.CARD, cents: int = 12_34) -> LegKey:
    outcome = await world.lane.pay(ask(number, tender=tender, cents=cents))
    assert isinstance(outcome, PaidByCard | PaidInCash)
    await world.settled()
    return outcome.key


# ---- a void ----


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


# ---- a refund by reference ----


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


# ---- cash ----


@pytest.mark.parametrize("void_only", [False, True])
def test_cash_is_given_back_in_cash_and_rounded_as_it_was_taken(void_only):
    @story
    async def run():
        world = World(ScriptedProcessor(is_ready=False))
        sale = await sold(world, tender=Tender.CASH, cents=12_33)
        outcome = await world.lane.give_back(give_back_ask(2, sale, void_only=void_only))
        assert isinstance(outcome, RefundedInCash)
        assert (outcome.exact, outcome.due) == (Amount(12_33), 12_35)
        world.restart()
        assert await world.lane.give_back(give_back_ask(2, sale, void_only=void_only)) == outcome
        assert await world.lane.give_back(give_back_ask(3, sale)) == NotRefunded(None, Cause.EXCEEDS)
        assert world.journal.legs[outcome.key].kind is Kind.REFUND

    run()


@story
async def test_cash_is_given_back_in_parts_up_to_what_was_paid():
    world = World()
    sale = await sold(world, tender=Tender.CASH, cents=10_00)
    first = await world.lane.give_back(give_back_ask(2, sale, 3_33))
    assert isinstance(first, RefundedInCash)
    assert first.due == 3_35
    assert await world.lane.give_back(give_back_ask(3, sale, 6_68)) == NotRefunded(None, Cause.EXCEEDS)
    rest = await world.lane.give_back(give_back_ask(4, sale))
    assert isinstance(rest, RefundedInCash)
    assert (rest.exact, rest.due) == (Amount(6_67), 6_65)


# ---- one at a time, and a journal that fails ----


@story
async def test_everything_about_one_till_runs_in_one_lane():
    class SlowRefund(ScriptedProcessor):
        async def reverse(self, key: LegKey) -> Reversed | Unknown:
            await self.gate.wait()
            return await super().reverse(key)

    world = World(SlowRefund())
    sale = await sold(world)
    voiding = asyncio.create_task(world.lane.give_back(give_back_ask(2, sale)))
    again = asyncio.create_task(world.lane.give_back(give_back_ask(2, sale)))
    await until(lambda: world.journal.words()[-1] == "reversing")
    assert await world.lane.pay(ask(3)) == Busy("S2")
    assert await world.lane.give_back(give_back_ask(4, sale)) == Busy("S2")
    assert await world.lane.status(give_back_ask(2, sale).till.request) == Running()
    world.processor.gate.set()
    assert await voiding == await again == Voided(sale, WHOLE)
    assert world.processor.reversed == [sale]


@pytest.mark.parametrize("cents", [None, 1_00])
def test_nothing_is_begun_that_cannot_be_recorded(cents):
    @story
    async def run():
        world = World()
        sale = await sold(world)
        world.journal.broken = True
        assert await world.lane.give_back(give_back_ask(2, sale, cents)) == NotRecordable()
        assert not (await world.lane.health()).journal_writable
        assert (world.processor.refunded, world.processor.reversed) == ([], [])
        world.journal.broken = False
        assert isinstance(await world.lane.give_back(give_back_ask(2, sale, cents)), Voided | Refunded)
        assert (await world.lane.health()).journal_writable
        await world.settled()

    run()


@pytest.mark.parametrize("cents", [None, 1_00])
def test_an_end_that_cannot_be_recorded_is_told_where_a_crash_would_come_to_the_same(cents):
    @story
    async def run():
        world = World()
        sale = await sold(world)
        world.journal.break_after = 1
        giving = asyncio.create_task(world.lane.give_back(give_back_ask(2, sale, cents)))
        await until(lambda: bool(world.processor.refunded or world.processor.reversed))
        await asyncio.sleep(0.02)
        await world.crash()
        giving.cancel()
        world.journal.broken, world.journal.break_after = False, None
        await world.settler.recover()
        await world.settled()
        assert isinstance(await world.lane.give_back(give_back_ask(2, sale, cents)), Voided | Refunded)
        assert len({asked.key for asked in world.processor.refunded}) <= 1

    run()


def test_a_no_that_cannot_be_recorded_is_not_told(impatient):
    """The next start sends the refund again, and what stood in its way may be gone by then."""

    @story
    async def run():
        world = World(ScriptedProcessor(refunds=[No(Cause.WRONG_STATE)]))
        sale = await sold(world)
        world.journal.break_after = 1
        assert await world.lane.give_back(give_back_ask(2, sale, 1_00)) == Running()
        world.journal.broken, world.journal.break_after = False, None
        await world.settled()
        assert isinstance(await world.lane.give_back(give_back_ask(2, sale, 1_00)), NotRefunded)

    run()
