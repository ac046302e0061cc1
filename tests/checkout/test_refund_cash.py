"""Cash handed back: with its sale named or not, rounded, and never for a card."""

from pos_bridge.domain.leg import Cause, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import (
    NotRecordable,
    NotRefunded,
    PaidInCash,
    RefundedInCash,
)
from tests.checkout.fakes import ScriptedProcessor, World, ask, give_back_ask, refund_ask
from tests.checkout.sales import sold
from tests.checkout.story import story


@story
async def test_cash_comes_back_without_a_reference_and_is_rounded():
    world = World(ScriptedProcessor(is_ready=False))
    outcome = await world.lane.refund(refund_ask(2, None, tender=Tender.CASH, cents=12_33))
    assert isinstance(outcome, RefundedInCash)
    assert (outcome.exact, outcome.due) == (Amount(12_33), 12_35)
    assert world.journal.words() == ["cash_refunded"]
    assert await world.lane.refund(refund_ask(2, None, tender=Tender.CASH, cents=12_33)) == outcome
    world.restart()
    assert await world.lane.refund(refund_ask(2, None, tender=Tender.CASH, cents=12_33)) == outcome
    assert await world.lane.status(refund_ask(2, None).till.request) == outcome


@story
async def test_a_card_sale_is_not_refunded_in_cash_nor_a_cash_sale_to_a_card():
    world = World()
    by_card = await sold(world)
    refused = NotRefunded(None, Cause.WRONG_STATE)
    assert await world.lane.refund(refund_ask(2, by_card, tender=Tender.CASH)) == refused
    cash = await world.lane.pay(ask(3, tender=Tender.CASH))
    assert isinstance(cash, PaidInCash)
    assert await world.lane.refund(refund_ask(4, cash.key)) == refused
    assert isinstance(await world.lane.refund(refund_ask(5, cash.key, tender=Tender.CASH)), RefundedInCash)
    exceeds = NotRefunded(None, Cause.EXCEEDS)
    assert await world.lane.refund(refund_ask(6, cash.key, tender=Tender.CASH, cents=1)) == exceeds


@story
async def test_no_cash_is_handed_back_that_cannot_be_recorded():
    world = World()
    world.journal.broken = True
    assert await world.lane.refund(refund_ask(2, None, tender=Tender.CASH)) == NotRecordable()
    world.journal.broken = False
    assert isinstance(await world.lane.refund(refund_ask(2, None, tender=Tender.CASH)), RefundedInCash)


@story
async def test_no_cash_is_handed_back_for_a_sale_that_is_not_known_here():
    """Nothing would bound it: the same receipt could be paid out again and again."""
    world = World()
    sale = LegKey.fresh()
    for number in (2, 3):
        refused = await world.lane.refund(refund_ask(number, sale, tender=Tender.CASH, cents=10_00))
        assert refused == NotRefunded(None, Cause.NOT_SEEN)
    assert world.journal.legs == {}


@story
async def test_cash_that_comes_back_in_parts_is_rounded_once():
    world = World()
    cash = await world.lane.pay(ask(1, tender=Tender.CASH, cents=1_00))
    assert isinstance(cash, PaidInCash)
    handed = []
    for number in (2, 3, 4):
        back = await world.lane.refund(refund_ask(number, cash.key, tender=Tender.CASH, cents=33))
        assert isinstance(back, RefundedInCash)
        handed.append(back.due)
        world.restart()
    last = await world.lane.give_back(give_back_ask(5, cash.key))
    assert isinstance(last, RefundedInCash)
    assert (last.exact, last.due) == (Amount(1), 0)
    assert handed == [35, 30, 35]
