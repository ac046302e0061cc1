"""A split tender that is given up: card payments are reversed, cash is handed back, each once, whatever happens."""

import asyncio
from dataclasses import replace

import pytest

from pos_bridge.domain.authorisation import Holding, Unknown
from pos_bridge.domain.basket import BasketFault, BasketState
from pos_bridge.domain.happening import Reversed, Standing
from pos_bridge.domain.ledger import Advance, JournalHead, JournalUnwritableError, Opening
from pos_bridge.domain.leg import Cause, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import (
    BasketCancelled,
    Busy,
    NoSuchBasket,
    NotInBasket,
    NotPaid,
    NotRecordable,
    PaidByCard,
    PaidInCash,
    Refunded,
    RefundedInCash,
    Voided,
)
from tests.checkout.baskets import REFERENCE, part, yes
from tests.checkout.fakes import INTERAC, ScriptedProcessor, ScriptedReaders, World, ask, give_back_ask
from tests.checkout.story import story, until


async def half_paid(world: World) -> tuple[PaidByCard, PaidInCash]:
    """20.00 by card and 3.31 in cash, of 53.27."""
    world.processor.answers = [yes(20_00)]
    card = await world.lane.pay(part(1, 53_27, 0, tender=Tender.CARD))
    assert isinstance(card, PaidByCard)
    cash = await world.lane.pay(part(2, 3_31, 20_00))
    assert isinstance(cash, PaidInCash)
    return card, cash


async def state(world: World) -> BasketState:
    known = await world.journal.find_basket(REFERENCE)
    assert known is not None
    return known.basket.state


def back(cash: PaidInCash) -> RefundedInCash:
    return RefundedInCash(LegKey.refund_of(cash.key), cash.exact, cash.due)


@story
async def test_every_payment_is_taken_back_once_and_the_answer_is_the_same_again():
    world = World()
    card, cash = await half_paid(world)
    await world.settled()
    outcome = await world.lane.cancel_basket(REFERENCE)
    assert outcome == BasketCancelled((back(cash),), open_legs=1)
    assert world.journal.words_of(card.key)[-1] == "reversing", "durable before the till hears of it"
    assert await world.lane.status(part(1, 53_27, 0).till.request) == NotPaid(card.key, Cause.CANCELLED)
    await world.settled()
    assert await state(world) is BasketState.CANCELLED
    assert await world.lane.cancel_basket(REFERENCE) == BasketCancelled((back(cash),), open_legs=0)
    assert world.journal.words().count("cash_refunded") == 1
    assert world.processor.reversed == [card.key]
    assert await world.lane.half_paid() == ()
    await world.lane.close()


@story
async def test_nothing_is_added_to_it_any_more():
    world = World(ScriptedProcessor(reversals=[Unknown()]))
    await half_paid(world)
    await world.lane.cancel_basket(REFERENCE)
    refused = await world.lane.pay(part(3, 29_96, 23_31))
    assert isinstance(refused, NotInBasket)
    assert refused.fault is BasketFault.CANCELLED
    (half,) = await world.lane.half_paid()
    assert half.basket.state is BasketState.CANCELLING
    await world.settler.close()
    await world.lane.close()


@story
async def test_a_basket_that_is_paid_is_given_back_payment_by_payment_instead():
    world = World()
    await world.lane.pay(part(1, 30_00, 0))
    assert await world.lane.cancel_basket(REFERENCE) == NotInBasket(BasketFault.COMMITTED, 30_00, 0)
    assert await world.lane.cancel_basket(bytes(32)) == NoSuchBasket()
    assert world.journal.words() == ["cash_taken"]


@story
async def test_it_waits_its_turn():
    world = World(readers=ScriptedReaders(None))
    await world.lane.pay(part(1, 10_00, 5_00))
    paying = asyncio.create_task(world.lane.pay(ask(7)))
    await until(lambda: bool(world.readers.prompts))
    assert await world.lane.cancel_basket(REFERENCE) == Busy("S7")
    world.readers.prompts[0].withdraw()
    await paying


@story
async def test_what_waits_for_the_tills_word_is_taken_back_too():
    world = World(ScriptedProcessor(answers=[yes(20_00)]))
    asked = replace(part(1, 53_27, 0, tender=Tender.CARD), confirm_within_s=600)
    card = await world.lane.pay(asked)
    assert isinstance(card, PaidByCard)
    await world.lane.cancel_basket(REFERENCE)
    await world.settled()
    assert world.journal.words_of(card.key) == ["intent", "authorised", "reversing", "reversed"]
    assert await world.lane.confirm(card.key) == NotPaid(card.key, Cause.CANCELLED)
    await world.lane.close()


@story
async def test_a_capture_that_is_under_way_stops():
    world = World(ScriptedProcessor(answers=[yes(20_00)], captures=[Unknown()]))
    card = await world.lane.pay(part(1, 53_27, 0, tender=Tender.CARD))
    assert isinstance(card, PaidByCard)
    await until(lambda: bool(world.processor.captured))
    await world.lane.cancel_basket(REFERENCE)
    await world.settled()
    assert world.journal.words_of(card.key) == ["intent", "capturing", "reversing", "reversed"]
    await world.lane.close()


@story
async def test_a_reversal_that_comes_too_late_is_followed_by_a_refund():
    settled = Holding(Standing.CAPTURED, Amount(20_00))
    world = World(ScriptedProcessor(reversals=[Reversed(Cause.TOO_LATE)], look_ups=[settled]), ScriptedReaders(INTERAC))
    card, _ = await half_paid(world)
    await world.lane.cancel_basket(REFERENCE)
    await until(lambda: not world.settler.busy)
    (asked,) = world.processor.refunded
    assert (asked.key, asked.sale_key, asked.amount) == (LegKey.refund_of(card.key), card.key, Amount(20_00))
    assert world.journal.legs[card.key].state is State.GIVEN_BACK
    assert await state(world) is BasketState.CANCELLED


@story
async def test_a_payment_that_was_refunded_in_part_gives_back_the_rest_and_no_more():
    world = World()
    card, cash = await half_paid(world)
    await world.settled()
    sale = world.journal.legs[card.key]
    refund = replace(sale, key=LegKey.fresh(), sale_key=card.key, amount=Amount(5_00), approved=Amount(5_00))
    world.journal.legs[refund.key] = replace(refund, kind=Kind.REFUND, state=State.REFUNDED)
    world.journal.baskets[REFERENCE][1].append(refund.key)
    outcome = await world.lane.cancel_basket(REFERENCE)
    assert isinstance(outcome, BasketCancelled)
    assert outcome.cash == (back(cash),)
    await until(lambda: not world.settler.busy)
    (asked,) = world.processor.refunded
    assert (asked.key, asked.sale_key, asked.amount) == (LegKey.refund_of(card.key), card.key, Amount(15_00))
    assert await state(world) is BasketState.CANCELLED
    assert world.processor.reversed == []
    await world.lane.close()


@story
async def test_cash_that_was_given_back_after_all_was_paid_is_not_handed_back_again():
    world = World(ScriptedProcessor(answers=[yes(50_00)]))
    card = await world.lane.pay(part(1, 100_00, 0, tender=Tender.CARD))
    cash = await world.lane.pay(part(2, 50_00, 50_00))
    assert isinstance(card, PaidByCard)
    assert isinstance(cash, PaidInCash)
    await world.settled()
    assert await state(world) is BasketState.COMMITTED
    assert isinstance(await world.lane.give_back(give_back_ask(3, cash.key, 20_00)), RefundedInCash)
    assert isinstance(await world.lane.give_back(give_back_ask(4, card.key, void_only=True)), Voided)
    rest = RefundedInCash(LegKey.refund_of(cash.key), Amount(30_00), 30_00)
    assert await world.lane.cancel_basket(REFERENCE) == BasketCancelled((rest,), open_legs=0)
    assert await state(world) is BasketState.CANCELLED
    await world.lane.close()


@story
async def test_a_refund_that_is_stored_although_the_disk_said_no_goes_on():
    world = World(ScriptedProcessor(answers=[yes(50_00)]))
    card = await world.lane.pay(part(1, 100_00, 0, tender=Tender.CARD))
    assert isinstance(card, PaidByCard)
    await world.settled()
    assert isinstance(await world.lane.give_back(give_back_ask(2, card.key, 20_00)), Refunded)
    open_leg = world.journal.open_leg

    async def stored_after_all(opening: Opening) -> JournalHead:
        world.journal.open_leg = open_leg  # type: ignore[method-assign] # once
        await open_leg(opening)
        raise JournalUnwritableError

    world.journal.open_leg = stored_after_all  # type: ignore[method-assign] # once
    assert await world.lane.cancel_basket(REFERENCE) == NotRecordable(), "the till asks again, or does not"
    await until(lambda: world.journal.legs[LegKey.refund_of(card.key)].state is State.REFUNDED)
    assert await state(world) is BasketState.CANCELLED
    assert [asked.amount for asked in world.processor.refunded] == [Amount(20_00), Amount(30_00)]
    await world.settled()
    await world.lane.close()


@story
async def test_without_a_disk_nothing_is_said_to_be_cancelled():
    world = World()
    await half_paid(world)
    await world.settled()
    world.journal.broken = True
    assert await world.lane.cancel_basket(REFERENCE) == NotRecordable()
    assert world.processor.reversed == []
    world.journal.broken = False
    assert await state(world) is BasketState.OPEN
    assert isinstance(await world.lane.cancel_basket(REFERENCE), BasketCancelled)
    await world.lane.close()


@pytest.mark.parametrize("writes", range(1, 6))
def test_it_goes_on_after_a_crash_at_every_write(writes):
    """CANCELLING, a leg's REVERSING, the cash, REVERSED: whatever is the last that became durable."""

    @story
    async def run():
        world = World()
        card, cash = await half_paid(world)
        await world.settled()
        world.journal.break_after = writes
        cancelling = asyncio.create_task(world.lane.cancel_basket(REFERENCE))
        await until(lambda: world.journal.broken or (cancelling.done() and not world.settler.busy))
        world.journal.broken, world.journal.break_after = False, None
        await world.crash()
        await world.settler.recover()
        await world.lane.resume()
        if not world.journal.cancelling:
            await world.lane.cancel_basket(REFERENCE)
        await until(lambda: all(leg.state is not State.CAPTURED for leg in world.journal.legs.values()))
        await world.settled()
        await until(lambda: not world.lane._cancelling._tasks)
        assert await state(world) is BasketState.CANCELLED
        assert world.journal.words().count("cash_refunded") == 1
        assert await world.lane.cancel_basket(REFERENCE) == BasketCancelled((back(cash),), open_legs=0)
        assert world.journal.legs[card.key].state is State.REVERSED
        await world.lane.close()

    run()


@story
async def test_a_payment_that_is_being_voided_is_looked_at_again():
    """The void came too late, so the payment stands as it did: the basket takes it back all the same."""
    world = World()
    card, _ = await half_paid(world)
    await world.settled()
    world.journal.legs[card.key] = replace(world.journal.legs[card.key], state=State.REVERSING, cause=Cause.VOIDED)
    first = await world.lane.cancel_basket(REFERENCE)
    assert isinstance(first, BasketCancelled)
    assert first.open_legs == 1
    await world.journal.advance(Advance(card.key, State.CAPTURED, Cause.TOO_LATE, card.approved))
    await until(lambda: world.journal.legs[card.key].state is State.REVERSED)
    assert await state(world) is BasketState.CANCELLED
    await world.lane.close()


@story
async def test_what_is_handed_back_of_cash_in_two_goes_is_rounded_once():
    """Cash that did not end the basket was not rounded: 1.03 was taken, 0.35 went back before it was given up."""
    world = World(ScriptedProcessor(answers=[yes(20_00)]))
    await world.lane.pay(part(1, 53_27, 0, tender=Tender.CARD))
    cash = await world.lane.pay(part(2, 1_03, 20_00))
    assert isinstance(cash, PaidInCash)
    first = await world.lane.give_back(give_back_ask(3, cash.key, 33))
    assert isinstance(first, RefundedInCash)
    outcome = await world.lane.cancel_basket(REFERENCE)
    assert isinstance(outcome, BasketCancelled)
    (rest,) = outcome.cash
    assert (first.due, rest.due, rest.exact) == (35, 68, Amount(70))
    await world.settled()
    await world.lane.close()
