"""A payment that does not say that it is split, of a sale that is paid in parts: its last part, or refused."""

from dataclasses import replace

import pytest

from pos_bridge.domain.authorisation import No, Unknown, Yes
from pos_bridge.domain.basket import BasketFault, BasketState
from pos_bridge.domain.leg import Cause, State, Tender
from pos_bridge.domain.outcome import (
    AlreadyApproved,
    BasketCancelled,
    NotInBasket,
    NotPaid,
    Outcome,
    PaidByCard,
    PaidInCash,
    SaleAsk,
)
from tests.checkout.baskets import REFERENCE, part, yes
from tests.checkout.fakes import ScriptedProcessor, World, ask
from tests.checkout.story import story


def card_part(number: int, cents: int, paid: int) -> SaleAsk:
    return part(number, cents, paid, tender=Tender.CARD)


def whole(number: int, cents: int, tender: Tender = Tender.CARD, sale: int | None = None) -> SaleAsk:
    return ask(number, cents=cents, tender=tender, sale=sale, reference=REFERENCE)


async def half_paid(*answers: Yes | No) -> World:
    """10.00 of 33.33 by a card that has no more."""
    world = World(ScriptedProcessor(answers=[yes(10_00), *answers]))
    assert isinstance(await world.lane.pay(card_part(1, 33_33, 0)), PaidByCard)
    await world.settled()
    return world


def cents_of(outcome: Outcome) -> tuple[int, int | None]:
    match outcome:
        case PaidByCard(approved=approved, remaining=remaining):
            return approved.cents, remaining
        case PaidInCash(due=due, remaining=remaining):
            return due, remaining
        case _:
            raise AssertionError(outcome)


@pytest.mark.parametrize(("tender", "pays"), [(Tender.CARD, 23_33), (Tender.CASH, 23_35)])
def test_for_the_rest_it_is_the_last_part(tender, pays):
    """Cash is rounded: it ends the sale."""

    @story
    async def run():
        world = await half_paid(yes(23_33))
        assert cents_of(await world.lane.pay(whole(2, 23_33, tender))) == (pays, 0)
        assert await world.lane.half_paid() == ()
        known = await world.journal.find_basket(REFERENCE)
        assert known is not None
        assert known.basket.state is BasketState.COMMITTED

    run()


@pytest.mark.parametrize("tender", list(Tender))
@pytest.mark.parametrize("cents", [23_34, 33_33])
def test_more_than_the_rest_is_refused_and_nothing_moves(tender, cents):
    @story
    async def run():
        world = await half_paid()
        before = world.journal.words()
        assert await world.lane.pay(whole(2, cents, tender)) == NotInBasket(BasketFault.EXCEEDS, 10_00, 23_33)
        assert world.journal.words() == before
        assert len(world.processor.asked) == 1

    run()


@story
async def test_less_than_the_rest_leaves_the_sale_half_paid():
    world = await half_paid(yes(5_00))
    assert cents_of(await world.lane.pay(whole(2, 5_00))) == (5_00, 18_33)
    (half,) = await world.lane.half_paid()
    assert half.basket.remaining == 18_33


@story
async def test_a_sale_that_is_paid_takes_nothing_more():
    world = await half_paid(yes(23_33))
    await world.lane.pay(card_part(2, 23_33, 10_00))
    assert await world.lane.pay(whole(3, 33_33)) == NotInBasket(BasketFault.COMMITTED, 33_33, 0)
    assert len(world.processor.asked) == 2


@story
async def test_the_last_part_whose_answer_the_till_lost_is_not_paid_again():
    world = await half_paid(yes(23_33))
    last = await world.lane.pay(whole(2, 23_33, sale=9))
    assert isinstance(last, PaidByCard)
    world.restart()
    assert await world.lane.pay(whole(3, 23_33, sale=9)) == AlreadyApproved(last.key)
    await world.lane.told(last.key)
    assert await world.lane.pay(whole(4, 23_33, sale=9)) == NotInBasket(BasketFault.COMMITTED, 33_33, 0)


@story
async def test_none_is_taken_while_a_part_is_unresolved():
    world = World(ScriptedProcessor(answers=[Unknown(wrong=True)], reversals=[Unknown()]))
    first = await world.lane.pay(card_part(1, 30_00, 0))
    assert isinstance(first, NotPaid)
    assert first.key is not None
    leg = world.journal.legs[first.key]
    world.journal.legs[first.key] = replace(leg, state=State.UNRESOLVED, cause=Cause.IN_DOUBT)
    refused = NotInBasket(BasketFault.IN_DOUBT, 0, 30_00)
    assert await world.lane.pay(whole(2, 30_00, Tender.CASH)) == refused
    await world.settler.close()


@story
async def test_a_sale_that_was_given_up_takes_none():
    world = await half_paid()
    assert isinstance(await world.lane.cancel_basket(REFERENCE), BasketCancelled)
    refused = await world.lane.pay(whole(2, 33_33, Tender.CASH))
    assert isinstance(refused, NotInBasket)
    assert refused.fault is BasketFault.CANCELLED
    await world.settler.close()


@pytest.mark.parametrize(
    ("then", "split"), [(25_00, False), (30_00, False), (35_00, False), (30_00, True), (35_00, True)]
)
def test_after_a_card_that_was_declined_it_says_anew_what_is_due(then, split):
    """An article less or more, or just the same: paid, nothing is listed as half paid, and nothing more is taken."""

    @story
    async def run():
        world = World(ScriptedProcessor(answers=[No(Cause.ISSUER), yes(then)]))
        assert isinstance(await world.lane.pay(card_part(1, 30_00, 0)), NotPaid)
        assert cents_of(await world.lane.pay(card_part(2, then, 0) if split else whole(2, then))) == (then, 0)
        assert await world.lane.half_paid() == ()
        assert await world.lane.pay(card_part(3, 30_00, 0)) == NotInBasket(BasketFault.PAID_DIFFERS, then, 0)

    run()


@story
async def test_after_a_card_that_was_declined_less_is_a_part_where_the_till_says_that_it_splits():
    """It may be an article less; it may be ten dollars in cash and the rest by another card, which stays possible."""
    world = World(ScriptedProcessor(answers=[No(Cause.ISSUER), yes(25_00), yes(5_00)]))
    assert isinstance(await world.lane.pay(card_part(1, 30_00, 0)), NotPaid)
    assert cents_of(await world.lane.pay(card_part(2, 25_00, 0))) == (25_00, 5_00)
    assert len(await world.lane.half_paid()) == 1
    assert cents_of(await world.lane.pay(card_part(3, 5_00, 25_00))) == (5_00, 0)
    assert await world.lane.half_paid() == ()


@story
async def test_a_sale_without_parts_is_no_basket():
    world = World(ScriptedProcessor(answers=[yes(10_00)]))
    paid = await world.lane.pay(whole(1, 10_00))
    assert isinstance(paid, PaidByCard)
    assert paid.remaining is None
    assert await world.journal.find_basket(REFERENCE) is None
