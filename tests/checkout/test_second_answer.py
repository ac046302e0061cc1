"""A chip answers twice: what the issuer approved stands only once the card has agreed to it too."""

import asyncio

import pytest

from pos_bridge.checkout import card_sale
from pos_bridge.domain.authorisation import No, Unknown, Yes
from pos_bridge.domain.card import Brand, CardFacts, EntryMode, SealedByRoom, SealedCard
from pos_bridge.domain.leg import Cause
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import NotPaid, PaidByCard
from tests.checkout.fakes import CODE, INTERAC, SEALED, ScriptedProcessor, ScriptedReaders, World, ask
from tests.checkout.story import story, until

CHIP = SealedCard(CardFacts(Brand.VISA, 5119, EntryMode.CHIP), SealedByRoom(bytes(8), bytes(1392)))


@pytest.mark.parametrize(
    ("card", "words"), [(CHIP, ["intent", "capturing", "captured"]), (INTERAC, ["intent", "captured"])]
)
def test_a_chip_that_agrees_pays(card, words):
    @story
    async def run():
        world = World(readers=ScriptedReaders(card))
        assert isinstance(await world.lane.pay(ask()), PaidByCard)
        assert world.readers.prompts[0].approvals == [CODE]
        await world.settled()
        assert world.journal.words() == words

    run()


@pytest.mark.parametrize("card", [CHIP, INTERAC])
def test_a_chip_that_refuses_what_was_approved_is_told_as_that_then_and_later(card):
    @story
    async def run():
        world = World(readers=ScriptedReaders(card, agrees=False))
        outcome = await world.lane.pay(ask())
        assert isinstance(outcome, NotPaid)
        assert outcome.cause is Cause.CARD_REFUSED
        await world.settled()
        assert world.journal.words() == ["intent", "reversing", "reversed"], "nothing of it was ever captured"
        assert await world.lane.status(ask().till.request) == outcome
        world.restart()
        assert await world.lane.pay(ask()) == outcome

    run()


def test_a_chip_that_never_answers_has_not_agreed(monkeypatch):
    monkeypatch.setattr(card_sale, "AGREE_WITHIN_S", 0.02)

    @story
    async def run():
        world = World(readers=ScriptedReaders(None))
        paying = asyncio.create_task(world.lane.pay(ask()))
        await until(lambda: bool(world.readers.prompts))
        silent = asyncio.Event()

        async def never(approval_code: str) -> bool:
            return await silent.wait()

        world.readers.prompts[0].agree = never  # type: ignore[method-assign] # a card that was pulled
        world.readers.prompts[0].give(CHIP)
        outcome = await paying
        assert isinstance(outcome, NotPaid)
        assert outcome.cause is Cause.CARD_REFUSED
        await world.settled()
        assert world.journal.words()[-1] == "reversed"

    run()


@pytest.mark.parametrize("answer", [No(Cause.ISSUER), Unknown(wrong=True), Yes(Amount(99_99), CODE)])
def test_only_an_approval_that_is_one_goes_to_the_card(answer):
    @story
    async def run():
        world = World(ScriptedProcessor(answers=[answer]), ScriptedReaders(CHIP))
        assert isinstance(await world.lane.pay(ask()), NotPaid)
        assert world.readers.prompts[0].approvals == []
        await world.settled()

    run()


@story
async def test_a_stripe_is_not_asked():
    world = World(readers=ScriptedReaders(SEALED, agrees=False))
    assert isinstance(await world.lane.pay(ask()), PaidByCard)
    assert world.readers.prompts[0].approvals == []
    await world.settled()


@story
async def test_a_crash_between_approval_and_second_answer_reverses():
    world = World(readers=ScriptedReaders(None))
    paying = asyncio.create_task(world.lane.pay(ask()))
    await until(lambda: bool(world.readers.prompts))
    asked, silent = asyncio.Event(), asyncio.Event()

    async def never(approval_code: str) -> bool:
        asked.set()
        return await silent.wait()

    world.readers.prompts[0].agree = never  # type: ignore[method-assign] # the engine dies first
    world.readers.prompts[0].give(CHIP)
    await asked.wait()
    assert world.journal.words() == ["intent"], "an approval that the card has not agreed to is no approval"
    await world.crash()
    assert paying.cancelled()
    assert await world.settler.recover() == 1
    await world.settled()
    assert world.journal.words() == ["intent", "reversing", "reversed"]
    assert isinstance(await world.lane.status(ask().till.request), NotPaid)


@story
async def test_a_partial_approval_goes_to_the_card_too():
    processor = ScriptedProcessor(answers=[Yes(Amount(10_00), CODE)])
    world = World(processor, ScriptedReaders(CHIP))
    outcome = await world.lane.pay(ask(partial_ok=True))
    assert isinstance(outcome, PaidByCard)
    assert outcome.approved == Amount(10_00)
    assert world.readers.prompts[0].approvals == [CODE]
    await world.settled()
