"""A chip answers twice: what the issuer approved stands only once the card has agreed to it too.

And it is told what became of every request that its cryptogram asked for, whatever that was.
"""

import asyncio

import pytest

from pos_bridge.checkout import presented
from pos_bridge.domain.authorisation import No, Unknown, Yes
from pos_bridge.domain.card import SEALED_LENGTH, Brand, CardFacts, EntryMode, SealedByRoom, SealedCard
from pos_bridge.domain.chip import NO_ANSWER, HostWord, IssuerAnswer
from pos_bridge.domain.happening import Reversed
from pos_bridge.domain.leg import Cause
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import NotPaid, NotRefunded, PaidByCard, Refunded
from tests.checkout.fakes import (
    CHIP_RECEIPT,
    CODE,
    INTERAC,
    SEALED,
    ScriptedProcessor,
    ScriptedReaders,
    World,
    ask,
    refund_ask,
)
from tests.checkout.sales import sold
from tests.checkout.story import story, until

CHIP = SealedCard(CardFacts(Brand.VISA, 5119, EntryMode.CHIP), SealedByRoom(bytes(8), bytes(SEALED_LENGTH)))
ARPC = IssuerAnswer(HostWord.APPROVED, b"00", bytes(10), bytes.fromhex("7103860102"))
WRONG_PIN = IssuerAnswer(HostWord.DECLINED, b"55", bytes(10))
APPROVED, DECLINED = IssuerAnswer(HostWord.APPROVED, b"00"), IssuerAnswer(HostWord.DECLINED, b"05")


@pytest.mark.parametrize(
    ("card", "words"), [(CHIP, ["intent", "capturing", "captured"]), (INTERAC, ["intent", "captured"])]
)
@pytest.mark.parametrize("issuer", [ARPC, None])
def test_a_chip_that_agrees_pays(card, words, issuer):
    @story
    async def run():
        world = World(ScriptedProcessor(answers=[Yes(Amount(12_34), CODE, issuer)]), ScriptedReaders(card))
        outcome = await world.lane.pay(ask())
        assert isinstance(outcome, PaidByCard)
        assert outcome.chip == CHIP_RECEIPT
        assert world.readers.prompts[0].told == [issuer or APPROVED]
        assert not world.readers.prompts[0].refund
        await world.settled()
        assert world.journal.words() == words
        world.restart()
        again = await world.lane.pay(ask())
        assert isinstance(again, PaidByCard)
        assert again.chip is None, "what a chip said is told live, and not kept"

    run()


@pytest.mark.parametrize("card", [CHIP, INTERAC])
@pytest.mark.parametrize("issuer", [ARPC, None])
def test_a_chip_that_refuses_what_was_approved_is_told_as_that_then_and_later(card, issuer):
    """By itself, or because the issuer authentication data (ARPC) is wrong: the card's no is one and the same."""

    @story
    async def run():
        processor = ScriptedProcessor(answers=[Yes(Amount(12_34), CODE, issuer)])
        world = World(processor, ScriptedReaders(card, agrees=False))
        outcome = await world.lane.pay(ask())
        assert isinstance(outcome, NotPaid)
        assert (outcome.cause, outcome.chip) == (Cause.CARD_REFUSED, CHIP_RECEIPT)
        await world.settled()
        assert world.journal.words() == ["intent", "reversing", "reversed"], "nothing of it was ever captured"
        assert len(world.readers.prompts[0].told) == 1
        assert await world.lane.status(ask().till.request) == outcome
        world.restart()
        assert await world.lane.pay(ask()) == NotPaid(outcome.key, Cause.CARD_REFUSED)

    run()


@pytest.mark.parametrize("ends", ["reversed", "reversing"])
def test_a_machine_that_became_unfit_meanwhile_is_told_as_that_then_and_later(ends):
    """Not as the card's no: the cashier takes cash, and calls IT."""

    @story
    async def run():
        processor = ScriptedProcessor(answers=[Yes(Amount(12_34), CODE, ARPC)])
        if ends == "reversing":
            processor.reversals = [Unknown()]
        world = World(processor, ScriptedReaders(None))
        paying = asyncio.create_task(world.lane.pay(ask()))
        await until(lambda: bool(world.readers.prompts))
        world.readers.prompts[0].unfit = True
        world.readers.prompts[0].give(CHIP)
        outcome = await paying
        assert isinstance(outcome, NotPaid)
        assert outcome == NotPaid(outcome.key, Cause.UNFIT_SINCE)
        await until(lambda: world.journal.words() == ["intent", "reversing", "reversed"][: 2 + (ends == "reversed")])
        assert await world.lane.status(ask().till.request) == outcome
        world.restart()
        assert await world.lane.pay(ask()) == outcome

    run()


def test_a_chip_that_never_answers_has_not_agreed(monkeypatch):
    monkeypatch.setattr(presented, "AGREE_WITHIN_S", 0.02)

    @story
    async def run():
        world = World(readers=ScriptedReaders(None))
        paying = asyncio.create_task(world.lane.pay(ask()))
        await until(lambda: bool(world.readers.prompts))
        prompt = world.readers.prompts[0]
        prompt.silent = True
        prompt.give(CHIP)
        outcome = await paying
        assert isinstance(outcome, NotPaid)
        assert (outcome.cause, outcome.chip) == (Cause.CARD_REFUSED, None)
        assert prompt.withdrawn, "its reader is free for the next customer"
        await world.settled()
        assert world.journal.words()[-1] == "reversed"

    run()


@pytest.mark.parametrize(
    ("answers", "told", "ends"),
    [
        ([No(Cause.ISSUER, WRONG_PIN)], WRONG_PIN, "declined"),
        ([No(Cause.ISSUER)], DECLINED, "declined"),
        ([No(Cause.PROCESSOR)], DECLINED, "declined"),
        ([No(Cause.LATE)], DECLINED, "declined"),
        ([Unknown(), No(Cause.ISSUER, WRONG_PIN)], WRONG_PIN, "declined"),
        ([Unknown(), No(Cause.LATE)], NO_ANSWER, "reversed"),
        ([Unknown()], NO_ANSWER, "reversed"),
        ([Unknown(wrong=True)], NO_ANSWER, "reversed"),
        ([Yes(Amount(99_99), CODE, ARPC)], NO_ANSWER, "reversed"),
    ],
)
@pytest.mark.parametrize("silent", [False, True])
def test_whatever_became_of_its_request_the_chip_is_told_once_and_changes_nothing(
    answers, told, ends, silent, monkeypatch
):
    monkeypatch.setattr(presented, "TELL_WITHIN_S", 0.02)

    @story
    async def run():
        world = World(ScriptedProcessor(answers=list(answers)), ScriptedReaders(None))
        paying = asyncio.create_task(world.lane.pay(ask()))
        await until(lambda: bool(world.readers.prompts))
        prompt = world.readers.prompts[0]
        prompt.silent = silent
        prompt.give(CHIP)
        outcome = await paying
        assert isinstance(outcome, NotPaid)
        assert outcome.chip == (None if silent else CHIP_RECEIPT)
        assert prompt.told == [told]
        await world.settled()
        assert world.journal.words()[-1] == ends

    run()


@pytest.mark.parametrize("answer", [Yes(Amount(12_34), CODE), No(Cause.ISSUER), Unknown()])
@pytest.mark.parametrize("mode", [mode for mode in EntryMode if mode is not EntryMode.CHIP])
def test_only_a_chip_is_told(answer, mode):
    @story
    async def run():
        card = SealedCard(CardFacts(Brand.VISA, 5119, mode), SEALED.payment)
        world = World(ScriptedProcessor(answers=[answer]), ScriptedReaders(card, agrees=False))
        outcome = await world.lane.pay(ask())
        assert isinstance(outcome, PaidByCard) == isinstance(answer, Yes)
        assert world.readers.prompts[0].told == []
        await world.settled()

    run()


@story
async def test_a_chip_whose_approval_cannot_be_recorded_is_asked_once():
    world = World(readers=ScriptedReaders(None))
    paying = asyncio.create_task(world.lane.pay(ask()))
    await until(lambda: bool(world.readers.prompts))
    world.journal.break_after = 0
    world.readers.prompts[0].give(CHIP)
    await until(lambda: world.journal.broken)
    world.journal.break_after, world.journal.broken = None, False
    assert isinstance(await paying, NotPaid)
    assert world.readers.prompts[0].told == [APPROVED]
    await world.settled()


@story
async def test_a_crash_between_approval_and_second_answer_reverses():
    world = World(readers=ScriptedReaders(None))
    paying = asyncio.create_task(world.lane.pay(ask()))
    await until(lambda: bool(world.readers.prompts))
    prompt = world.readers.prompts[0]
    prompt.silent = True  # the engine dies first
    prompt.give(CHIP)
    await until(lambda: bool(prompt.told))
    assert world.journal.words() == ["intent"], "an approval that the card has not agreed to is no approval"
    await world.crash()
    assert paying.cancelled()
    assert await world.settler.recover() == 1
    await world.settled()
    assert world.journal.words() == ["intent", "reversing", "reversed"]
    assert isinstance(await world.lane.status(ask().till.request), NotPaid)


@story
async def test_a_partial_approval_goes_to_the_card_too():
    processor = ScriptedProcessor(answers=[Yes(Amount(10_00), CODE, ARPC)])
    world = World(processor, ScriptedReaders(CHIP))
    outcome = await world.lane.pay(ask(partial_ok=True))
    assert isinstance(outcome, PaidByCard)
    assert outcome.approved == Amount(10_00)
    assert world.readers.prompts[0].told == [ARPC]
    await world.settled()


# ---- a refund: its chip has given its cryptogram (an AAC) already, and what it is told changes nothing ----


@pytest.mark.parametrize(
    ("answer", "told", "words"),
    [
        (Yes(Amount(12_34), CODE, ARPC), ARPC, ["refund_intent", "refunded"]),
        (Yes(Amount(12_34), CODE), APPROVED, ["refund_intent", "refunded"]),
        (No(Cause.ISSUER, WRONG_PIN), WRONG_PIN, ["refund_intent", "refund_declined"]),
        (No(Cause.OTHER_CARD), DECLINED, ["refund_intent", "refund_declined"]),
        (Unknown(wrong=True), NO_ANSWER, ["refund_intent", "reversing", "reversed"]),
    ],
)
@pytest.mark.parametrize("agrees", [True, False])
def test_a_refund_to_a_chip_tells_it_too(answer, told, words, agrees):
    @story
    async def run():
        world = World(ScriptedProcessor(refunds=[answer], reversals=[Reversed(None)]))
        sale = await sold(world)
        world.readers.card, world.readers.agrees = INTERAC, agrees
        outcome = await world.lane.refund(refund_ask(2, sale))
        prompt = world.readers.prompts[-1]
        assert prompt.refund
        assert prompt.told == [told]
        if isinstance(answer, Yes):
            assert isinstance(outcome, Refunded)
            assert outcome.chip == CHIP_RECEIPT
        else:
            assert isinstance(outcome, NotRefunded)
        await world.settled()
        assert world.journal.words()[-len(words) :] == words

    run()
