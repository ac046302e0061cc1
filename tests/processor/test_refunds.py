"""Giving money back through the real simulated processor, and reading what it holds."""

import asyncio
from dataclasses import replace

import pytest

from hw_sim.processor import control
from pos_bridge.domain.authorisation import HeldLeg, Holding, No, ReceiptFacts, Unknown, Yes
from pos_bridge.domain.card import Brand
from pos_bridge.domain.happening import Reversed, Standing
from pos_bridge.domain.leg import Cause, Kind
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.processor.client import ProcessorClient
from tests.processor.world import INTERAC, VISA, Log, ask, ask_refund, sold

MASTERCARD = "5413330089020011"


async def standing(till: ProcessorClient, key: LegKey) -> Standing:
    held = await till.look_up(key)
    assert isinstance(held, Holding)
    return held.standing


def test_a_refund_by_reference_is_made_once_and_found_again(processor, till):
    async def story(made: ProcessorClient, log: Log) -> None:
        sale = await sold(processor, made)
        refund = ask_refund(processor, made, sale, 5_00)
        answer = await made.refund(refund)
        assert isinstance(answer, Yes)
        assert answer.amount == refund.amount
        assert await made.refund(refund) == answer, "the same request is given the same answer"
        held = await made.look_up(refund.key)
        assert isinstance(held, Holding)
        assert (held.standing, held.amount) == (Standing.REFUNDED, Amount(5_00))
        assert isinstance(held.receipt, ReceiptFacts)
        assert (held.receipt.approval_code, held.receipt.card.last_four) == (answer.approval_code, 5119)
        assert await made.receipt_facts(refund.key) == held.receipt
        assert await made.refund(replace(refund, amount=Amount(4_99))) == Unknown(refused=True), "a key used otherwise"
        assert log.names() == ["SessionOpened"]

    till(story)


def test_each_no_has_its_cause_and_moves_nothing(processor, till):
    async def story(made: ProcessorClient, log: Log) -> None:
        sale, debit = await sold(processor, made), await sold(processor, made, INTERAC)
        held = ask(processor, made, VISA)
        await made.authorise(held)
        cases = {
            Cause.EXCEEDS: ask_refund(processor, made, sale, 12_35),
            Cause.NOT_SEEN: ask_refund(processor, made, LegKey.fresh(), 1),
            Cause.WRONG_STATE: ask_refund(processor, made, held.key, 1),
            Cause.CARD_NEEDED: ask_refund(processor, made, debit, 1),
            Cause.OTHER_CARD: ask_refund(processor, made, debit, 1, number=VISA),
            Cause.LATE: ask_refund(processor, made, sale, 1, within_s=-1),
        }
        wrong = ask_refund(processor, made, debit, 1, number=INTERAC)
        assert wrong.present is not None
        cases[Cause.PROCESSOR] = replace(wrong, present=replace(wrong.present, payment_salt=bytes(16)))
        for cause, refund in cases.items():
            assert [await made.refund(refund), await made.refund(refund)] == [No(cause)] * 2
        control.set_mode(processor.folder, "decline")
        assert await made.refund(ask_refund(processor, made, sale, 1)) == No(Cause.ISSUER)
        assert [row["state"] for row in control.ledger(processor.folder) if row["kind"] == "refund"].count(
            "refunded"
        ) == 1, "that of the story before"
        assert log.names() == ["SessionOpened"]

    till(story)


def test_a_refund_to_the_card_that_paid_is_undone_by_its_key(processor, till):
    async def story(made: ProcessorClient, _log: Log) -> None:
        sale = await sold(processor, made, INTERAC)
        refund = ask_refund(processor, made, sale, 12_34, number=INTERAC)
        control.set_mode(processor.folder, "drop-response")
        assert await made.refund(refund) == Unknown()
        control.set_mode(processor.folder, "approve")
        assert await made.reverse(refund.key) == Reversed(None)
        assert await made.refund(refund) == Unknown(refused=True), "an ended key decides nothing about this request"
        again = ask_refund(processor, made, sale, 12_34, number=INTERAC)
        assert isinstance(await made.refund(again), Yes)
        held = await made.look_up(again.key)
        assert isinstance(held, Holding)
        assert held.receipt is not None
        assert held.receipt.card.brand is Brand.INTERAC
        control.settle(processor.folder)
        assert await made.reverse(again.key) == Reversed(Cause.CARD_NEEDED)

    till(story, timeout=1.0)


@pytest.mark.parametrize("mode", ["drop-request", "drop-response", "down"])
def test_silence_about_a_refund_is_unknown_and_sending_it_again_decides(processor, till, mode):
    async def story(made: ProcessorClient, log: Log) -> None:
        refund = ask_refund(processor, made, await sold(processor, made), 3_00)
        control.set_mode(processor.folder, mode)
        assert await made.refund(refund) == Unknown()
        if mode != "down":
            assert await made.look_up(refund.key) == Unknown()
            assert await made.held_since(0) == Unknown()
        control.set_mode(processor.folder, "up")
        assert await made.ready()
        assert await standing(made, refund.key) is (Standing.REFUNDED if mode == "drop-response" else Standing.NOT_SEEN)
        assert isinstance(await made.refund(refund), Yes)
        assert set(log.names()) == {"SessionOpened", "ProcessorSilent"}

    till(story, timeout=1.0)


@pytest.mark.parametrize("lie", ["lie-key", "lie-amount", "lie-currency"])
def test_an_answer_to_another_refund_is_no_answer_and_reported(processor, till, lie):
    async def story(made: ProcessorClient, log: Log) -> None:
        refund = ask_refund(processor, made, await sold(processor, made), 3_00)
        control.set_mode(processor.folder, lie)
        assert await made.refund(refund) == Unknown(wrong=True)
        assert log.names() == ["SessionOpened", "ProcessorWrong"]
        sale = ask(processor, made, VISA)
        assert await made.authorise(sale) == Unknown(wrong=True)
        assert await made.capture(sale.key, sale.amount) == (Unknown(wrong=True) if lie == "lie-key" else True)
        assert set(log.names()) == {"SessionOpened", "ProcessorWrong"}

    till(story)


def test_more_than_asked_or_less_without_leave_is_no_answer(processor, till):
    async def story(made: ProcessorClient, log: Log) -> None:
        control.set_mode(processor.folder, "partial", 5_00)
        assert await made.authorise(ask(processor, made, VISA)) == Unknown(wrong=True)
        allowed = await made.authorise(ask(processor, made, VISA, partial_ok=True))
        assert isinstance(allowed, Yes)
        assert allowed.amount == Amount(5_00)
        assert log.names() == ["SessionOpened", "ProcessorWrong"]

    till(story)


def test_the_listing_holds_what_was_done_since(processor, till):
    async def story(made: ProcessorClient, _log: Log) -> None:
        await sold(processor, made)
        await asyncio.sleep(0.01)  # a time between the two
        since = made.not_after_ms(0)
        sale = await sold(processor, made)
        refund = ask_refund(processor, made, sale, 2_00)
        await made.refund(refund)
        await made.reverse(LegKey.fresh())  # a tombstone is not listed
        legs = await made.held_since(since)
        assert isinstance(legs, tuple)
        assert [replace(leg, begun_ms=0) for leg in legs] == [
            HeldLeg(sale, Kind.SALE, Standing.CAPTURED, Amount(12_34), 0),
            HeldLeg(refund.key, Kind.REFUND, Standing.REFUNDED, Amount(2_00), 0),
        ]
        assert all(since <= leg.begun_ms <= made.not_after_ms(1) for leg in legs)
        everything = await made.held_since(0)
        assert isinstance(everything, tuple)
        assert everything[-2:] == legs
        assert await made.held_since(made.not_after_ms(60)) == ()

    till(story)


@pytest.mark.parametrize("skew_s", [-600, 600])
def test_deadlines_are_kept_on_the_processors_clock_whatever_ours_says(processor, till, skew_s):
    async def story(made: ProcessorClient, _log: Log) -> None:
        control.set_clock_skew(processor.folder, skew_s)
        stale = ask(processor, made, VISA)
        # Heard of by no answer yet, its new time is met by an old deadline: late, or ten minutes of grace, never both.
        told = await made.authorise(stale)
        assert told == No(Cause.LATE) if skew_s > 0 else isinstance(told, Yes)
        for _ in range(2):  # every answer tells the time
            assert isinstance(await made.authorise(ask(processor, made, VISA)), Yes)
            late = ask(processor, made, VISA, not_after_ms=made.not_after_ms(-1))
            assert await made.authorise(late) == No(Cause.LATE)
        refund = ask_refund(processor, made, await sold(processor, made), 1, within_s=45)
        assert isinstance(await made.refund(refund), Yes)
        control.set_clock_skew(processor.folder, skew_s + 3600)
        assert isinstance(await made.refund(refund), Yes), "what was made is told, however late it is asked"
        too_late = ask_refund(processor, made, refund.sale_key, 1, within_s=-1)
        assert await made.refund(too_late) == No(Cause.LATE)

    till(story)


def test_a_clock_that_was_wrong_from_the_start_serves_as_well(processor, till):
    async def story(made: ProcessorClient, _log: Log) -> None:
        assert isinstance(await made.authorise(ask(processor, made, VISA)), Yes)
        assert await made.authorise(ask(processor, made, VISA, not_after_ms=made.not_after_ms(-1))) == No(Cause.LATE)

    for skew_s in (-600, 600):
        control.set_clock_skew(processor.folder, skew_s)
        till(story)
