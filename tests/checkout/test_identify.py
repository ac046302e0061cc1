"""What a customer chose, from the ask to the end of the sale: held, then kept or dropped."""

import asyncio
from datetime import date

import pytest

from pos_bridge.domain.authorisation import No, Unknown, Yes
from pos_bridge.domain.card import ReadFailure
from pos_bridge.domain.happening import Reversed
from pos_bridge.domain.identity import Channel, Consent, Purpose
from pos_bridge.domain.leg import Cause, Tender
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import Closed, NotPaid, NotRecordable, PaidByCard, PaidInCash, Running
from tests.checkout.choices import CHOUCHOUS, DELIVERY, MEMBER, ORDER, TENDERS, LateVault
from tests.checkout.fakes import ScriptedProcessor, ScriptedReaders, World, ask
from tests.checkout.story import story, until


@pytest.mark.parametrize("tender", TENDERS)
@pytest.mark.parametrize(
    ("choices", "known"), [((MEMBER,), {CHOUCHOUS}), ((ORDER,), {DELIVERY}), ((MEMBER, ORDER), {CHOUCHOUS, DELIVERY})]
)
def test_what_was_chosen_is_kept_with_a_sale_that_was_paid(tender, choices, known):
    @story
    async def run():
        world = World()
        outcome = await world.lane.pay(ask(tender=tender, choices=choices))
        assert isinstance(outcome, PaidByCard | PaidInCash)
        assert outcome.known == known
        await world.identify.close()
        assert [choice for choice, _ in world.vault.kept[outcome.key]] == list(choices)
        assert world.vault.holding == {}
        assert world.vault.asked == ["hold", "keep"]
        assert await world.lane.known(outcome.key) == known
        assert await world.lane.pay(ask(tender=tender, choices=choices)) == outcome
        await world.settled()

    run()


@story
async def test_each_choice_has_its_own_consent():
    world = World()
    outcome = await world.lane.pay(ask(tender=Tender.CASH, choices=(MEMBER, ORDER)))
    assert isinstance(outcome, PaidInCash)
    await world.identify.close()
    day = date(2026, 11, 23)
    assert [consent for _, consent in world.vault.kept[outcome.key]] == [
        Consent("members-3", "fr", day, 14, Channel.TILL, frozenset({Purpose.PROGRAMME})),
        Consent("delivery-1", "fr", day, 14, Channel.TILL, frozenset({Purpose.DELIVERY})),
    ]


@pytest.mark.parametrize("tender", TENDERS)
def test_it_is_held_before_money_moves(tender):
    @story
    async def run():
        world = World()
        world.vault.gate = asyncio.Event()
        paying = asyncio.create_task(world.lane.pay(ask(tender=tender, choices=(MEMBER,))))
        await until(lambda: world.vault.asked == ["hold"])
        assert (world.journal.words(), world.readers.prompts) == ([], []), "nor is a card asked for, under whatever key"
        world.vault.gate.set()
        assert isinstance(await paying, PaidByCard | PaidInCash)
        await world.identify.close()
        await world.settled()

    run()


@pytest.mark.parametrize("tender", TENDERS)
def test_a_payment_aborted_while_it_is_held_is_not_paid(tender):
    """A disk that is slow to hold makes the time to press *cancel* long enough."""

    @story
    async def run():
        world = World()
        world.vault.gate = asyncio.Event()
        asked = ask(tender=tender, choices=(MEMBER,))
        paying = asyncio.create_task(world.lane.pay(asked))
        await until(lambda: world.vault.asked == ["hold"])
        assert await world.lane.abort(asked.till.request)
        world.vault.gate.set()
        outcome = await paying
        assert outcome == Closed(), "nothing was begun: told so now, and after a restart"
        await world.identify.close()
        assert (world.vault.kept, world.vault.holding) == ({}, {})
        assert world.journal.words() == []
        assert await world.lane.pay(asked) == outcome
        world.restart()
        assert await world.lane.pay(asked) == outcome

    run()


@story
async def test_the_answer_waits_for_one_commit_of_the_vault_and_no_more():
    world = World()
    vault = world.vault = LateVault()
    world.restart()
    outcome = await world.lane.pay(ask(tender=Tender.CASH, choices=(MEMBER,)))
    assert isinstance(outcome, PaidInCash)
    assert outcome.known == {CHOUCHOUS}, "what is held for a paid leg is known, and will be kept"
    assert await world.lane.known(outcome.key) == {CHOUCHOUS}
    vault.late.set()
    await world.identify.close()
    assert outcome.key in vault.kept


@pytest.mark.parametrize("tender", TENDERS)
def test_a_sale_without_a_choice_never_comes_near_the_vault(tender):
    @story
    async def run():
        world = World()
        outcome = await world.lane.pay(ask(tender=tender))
        assert isinstance(outcome, PaidByCard | PaidInCash)
        assert outcome.known == frozenset()
        await world.settled()
        await world.identify.close()
        assert world.vault.asked == []

    run()


UNPAID = {
    "declined": lambda: World(ScriptedProcessor(answers=[No(Cause.ISSUER)])),
    "no card": lambda: World(readers=ScriptedReaders(ReadFailure.NO_CARD)),
    "never answered": lambda: World(ScriptedProcessor(answers=[Unknown()])),
    "another amount": lambda: World(ScriptedProcessor(answers=[Yes(Amount(1), "A1B2C3")])),
}


@pytest.mark.parametrize("why", UNPAID)
def test_nothing_stays_of_a_sale_that_was_not_paid(why):
    @story
    async def run():
        world = UNPAID[why]()
        outcome = await world.lane.pay(ask(choices=(MEMBER, ORDER)))
        assert isinstance(outcome, NotPaid)
        await world.identify.close()
        assert (world.vault.kept, world.vault.holding) == ({}, {})
        assert world.vault.asked == ["hold", "drop"]
        await world.settled()

    run()


@pytest.mark.parametrize("tender", TENDERS)
def test_nothing_stays_when_the_journal_cannot_be_written(tender):
    @story
    async def run():
        world = World()
        world.journal.broken = True
        assert await world.lane.pay(ask(tender=tender, choices=(MEMBER,))) == NotRecordable()
        await world.identify.close()
        assert (world.vault.kept, world.vault.holding) == ({}, {})

    run()


@story
async def test_a_processor_that_is_away_leaves_nothing_to_hold():
    world = World(ScriptedProcessor(is_ready=False))
    assert await world.lane.pay(ask(choices=(MEMBER,))) == NotPaid(None, Cause.UNREACHABLE)
    assert world.vault.asked == []


def test_an_outcome_that_is_not_known_leaves_it_held_until_the_journal_knows(monkeypatch):
    monkeypatch.setattr("pos_bridge.checkout.card_sale.UNDO_WITHIN_S", 0.05)

    @story
    async def run():
        world = World(ScriptedProcessor(reversals=[Unknown()]))
        world.journal.break_after = 1
        assert await world.lane.pay(ask(choices=(MEMBER,))) == Running()
        await world.identify.settle()
        assert len(world.vault.holding) == 1
        world.processor.reversals = [Reversed(None)]
        world.journal.broken, world.journal.break_after = False, None
        await world.settled()
        await world.identify.settle()
        assert (world.vault.kept, world.vault.holding) == ({}, {})

    run()


@story
async def test_a_fault_of_this_program_leaves_the_decision_to_the_journal():
    world = World(ScriptedProcessor(answers=[]))  # its list is empty: authorise raises
    with pytest.raises(IndexError):
        await world.lane.pay(ask(choices=(MEMBER,)))
    await world.settled()
    await world.identify.close()
    await world.identify.settle()
    assert (world.vault.kept, world.vault.holding) == ({}, {})
