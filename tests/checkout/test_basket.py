"""Split tenders through the lane: what a basket takes, what is due after, and the refusals, each with nothing moved."""

from dataclasses import replace

import pytest

from pos_bridge.domain.authorisation import No, Unknown
from pos_bridge.domain.basket import BasketFault, BasketState
from pos_bridge.domain.happening import Reversed
from pos_bridge.domain.leg import Cause, State, Tender
from pos_bridge.domain.money import MAX_CENTS, Amount
from pos_bridge.domain.outcome import NotInBasket, NotPaid, PaidByCard, PaidInCash, Refunded, Voided
from pos_bridge.domain.session import Trust
from tests.checkout.baskets import REFERENCE, part, yes
from tests.checkout.fakes import ScriptedProcessor, World, ask, give_back_ask
from tests.checkout.story import story


@story
async def test_a_card_pays_what_its_bank_allows_and_cash_the_rest_rounded():
    world = World(ScriptedProcessor(answers=[yes(20_00)]))
    by_card = await world.lane.pay(part(1, 53_27, 0, tender=Tender.CARD))
    assert isinstance(by_card, PaidByCard)
    assert (by_card.approved, by_card.remaining) == (Amount(20_00), 33_27)
    in_cash = await world.lane.pay(part(2, 33_27, 20_00))
    assert isinstance(in_cash, PaidInCash)
    assert (in_cash.exact, in_cash.due, in_cash.remaining) == (Amount(33_27), 33_25, 0)
    basket = await world.journal.find_basket(REFERENCE)
    assert basket is not None
    assert basket.basket.state is BasketState.COMMITTED
    assert await world.lane.half_paid() == ()


@pytest.mark.parametrize("void_only", [True, False])
def test_what_is_given_back_of_a_split_tender_that_is_paid_does_not_open_it_again(void_only):
    """But where the till takes back a payment that it could not complete: nothing but a void will do."""

    @story
    async def run():
        world = World(ScriptedProcessor(answers=[yes(20_00)]))
        by_card = await world.lane.pay(part(1, 30_00, 0, tender=Tender.CARD))
        assert isinstance(by_card, PaidByCard)
        await world.lane.pay(part(2, 10_00, 20_00))
        await world.settled()
        back = await world.lane.give_back(give_back_ask(3, by_card.key, void_only=void_only))
        assert isinstance(back, Voided if void_only else Refunded)
        basket = await world.journal.find_basket(REFERENCE)
        assert basket is not None
        assert basket.basket.state is (BasketState.OPEN if void_only else BasketState.COMMITTED)
        assert len(await world.lane.half_paid()) == (1 if void_only else 0)

    run()


@story
async def test_cash_that_does_not_end_the_basket_is_not_rounded_and_a_card_pays_to_the_cent():
    world = World(ScriptedProcessor(answers=[yes(10_00), yes(20_02)]))
    await world.lane.pay(part(1, 33_33, 0, tender=Tender.CARD))
    in_cash = await world.lane.pay(part(2, 3_31, 10_00))
    assert isinstance(in_cash, PaidInCash)
    assert (in_cash.due, in_cash.remaining) == (3_31, 20_02)
    rest = await world.lane.pay(part(3, 20_02, 13_31, tender=Tender.CARD))
    assert isinstance(rest, PaidByCard)
    assert (rest.approved, rest.remaining) == (Amount(20_02), 0)


@pytest.mark.parametrize(
    ("cents", "counted", "fault"),
    [
        (20_01, 10_00, BasketFault.EXCEEDS),
        (30_00, 0, BasketFault.PAID_DIFFERS),
        (20_00, 9_99, BasketFault.PAID_DIFFERS),
        (20_00, 10_01, BasketFault.EXCEEDS),
    ],
)
@pytest.mark.parametrize("tender", list(Tender))
def test_what_a_basket_refuses_moves_nothing(cents, counted, fault, tender):
    @story
    async def run():
        world = World(ScriptedProcessor(answers=[yes(10_00)]))
        await world.lane.pay(part(1, 30_00, 0, tender=Tender.CARD))
        await world.settled()
        before = world.journal.words()
        outcome = await world.lane.pay(part(2, cents, counted, tender=tender))
        assert outcome == NotInBasket(fault, 10_00, 20_00)
        assert world.journal.words() == before
        assert len(world.processor.asked) == 1
        (half,) = await world.lane.half_paid()
        assert (half.basket.paid, half.basket.remaining) == (10_00, 20_00)

    run()


@story
async def test_a_basket_that_is_paid_takes_nothing_more():
    world = World()
    await world.lane.pay(part(1, 30_00, 0))
    assert await world.lane.pay(part(2, 5_00, 30_00)) == NotInBasket(BasketFault.COMMITTED, 30_00, 0)
    assert await world.lane.pay(part(3, 30_00, 0)) == NotInBasket(BasketFault.PAID_DIFFERS, 30_00, 0)


@story
async def test_a_second_tender_is_not_taken_while_the_first_is_unresolved():
    world = World(ScriptedProcessor(answers=[Unknown(wrong=True)], reversals=[Unknown()]))
    first = await world.lane.pay(part(1, 30_00, 0, tender=Tender.CARD))
    assert isinstance(first, NotPaid), "it is being undone, which is final: another may be taken at once"
    taken = await world.lane.pay(part(2, 10_00, 0))
    assert isinstance(taken, PaidInCash)
    assert first.key is not None
    leg = world.journal.legs[first.key]
    world.journal.legs[first.key] = replace(leg, state=State.UNRESOLVED, cause=Cause.IN_DOUBT)
    assert await world.lane.pay(part(3, 20_00, 10_00)) == NotInBasket(BasketFault.IN_DOUBT, 10_00, 20_00)
    await world.settler.close()


@story
async def test_before_the_processor_trusts_this_journal_nothing_undone_is_as_good_as_undone():
    world = World(ScriptedProcessor(answers=[Unknown(wrong=True)], reversals=[Unknown()]))
    await world.lane.pay(part(1, 30_00, 0, tender=Tender.CARD))
    world.processor.trusted = Trust.UNKNOWN
    assert await world.lane.pay(part(2, 30_00, 0)) == NotInBasket(BasketFault.IN_DOUBT, 0, 30_00)
    world.processor.trusted = Trust.TRUSTED
    assert isinstance(await world.lane.pay(part(3, 30_00, 0)), PaidInCash)
    await world.settler.close()


@pytest.mark.parametrize(("then", "left"), [(10_00, 20_00), (30_00, 0), (35_02, 0)])
def test_after_a_card_that_was_declined_the_customer_pays_otherwise(then, left):
    """A part in cash, all of it, or all of it with one article more."""

    @story
    async def run():
        world = World(ScriptedProcessor(answers=[No(Cause.ISSUER)]))
        assert isinstance(await world.lane.pay(part(1, 30_00, 0, tender=Tender.CARD)), NotPaid)
        paid = await world.lane.pay(part(2, then, 0))
        assert isinstance(paid, PaidInCash)
        assert (paid.due, paid.remaining) == (then - then % 5, left)
        assert len(await world.lane.half_paid()) == (1 if left else 0)

    run()


@story
async def test_what_the_till_took_elsewhere_counts():
    world = World(ScriptedProcessor(answers=[yes(10_00)]))
    first = await world.lane.pay(part(1, 25_00, 5_00, tender=Tender.CARD))  # a gift card, before
    assert isinstance(first, PaidByCard)
    assert first.remaining == 15_00
    last = await world.lane.pay(part(2, 12_00, 18_00))  # three on another terminal, meanwhile
    assert isinstance(last, PaidInCash)
    assert last.remaining == 0
    assert await world.lane.half_paid() == ()


@story
async def test_more_than_an_amount_can_be_is_refused():
    world = World()
    assert await world.lane.pay(part(1, MAX_CENTS, 1)) == NotInBasket(BasketFault.EXCEEDS, 0, 0)
    assert world.journal.words() == []


@story
async def test_two_sales_in_parts_do_not_meet():
    world = World()
    other = bytes(reversed(REFERENCE))
    await world.lane.pay(part(1, 10_00, 0))
    taken = await world.lane.pay(part(2, 20_00, 0, reference=other))
    assert isinstance(taken, PaidInCash)
    assert taken.remaining == 0


@story
async def test_what_is_due_is_told_again_after_a_restart():
    world = World(ScriptedProcessor(answers=[yes(10_00), Unknown()], reversals=[Reversed(None)]))
    await world.lane.pay(part(1, 30_00, 0, tender=Tender.CARD))
    await world.settled()
    world.restart()
    again = await world.lane.pay(part(1, 30_00, 0, tender=Tender.CARD))
    assert isinstance(again, PaidByCard)
    assert again.remaining == 20_00
    status = await world.lane.status(part(1, 30_00, 0).till.request)
    assert isinstance(status, PaidByCard)
    assert status.remaining == 20_00
    assert len(world.processor.asked) == 1


@story
async def test_a_sale_that_is_no_part_says_nothing_of_a_rest():
    world = World()
    paid = await world.lane.pay(ask(1, cents=12_34))
    assert isinstance(paid, PaidByCard)
    assert paid.remaining is None
