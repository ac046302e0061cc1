"""The one road to the vault: held before money moves, kept if it was paid, dropped if not; and never in money's way."""

import asyncio
from dataclasses import replace
from datetime import date

import pytest

from pos_bridge import events
from pos_bridge.checkout import identify
from pos_bridge.checkout.lane import Lane
from pos_bridge.domain.authorisation import No, Unknown, Yes
from pos_bridge.domain.card import ReadFailure
from pos_bridge.domain.identity import (
    Channel,
    ChoiceKind,
    Chouchous,
    Consent,
    HomeDelivery,
    Purpose,
    VaultFault,
    VaultUnusableError,
)
from pos_bridge.domain.ledger import JournalHead, JournalUnwritableError, Opening
from pos_bridge.domain.leg import Cause, Reversed, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import NotPaid, NotRecordable, PaidByCard, PaidInCash, Running
from tests.checkout.fakes import MemoryVault, ScriptedProcessor, ScriptedReaders, World, ask
from tests.checkout.story import story, until

MEMBER, ORDER = Chouchous("CH-7788"), HomeDelivery("WEB/2026.11-7")
CHOUCHOUS, DELIVERY = ChoiceKind.CHOUCHOUS, ChoiceKind.HOME_DELIVERY
TENDERS = list(Tender)


@pytest.mark.parametrize("tender", TENDERS)
@pytest.mark.parametrize(
    ("choices", "known"),
    [((MEMBER,), {CHOUCHOUS}), ((ORDER,), {DELIVERY}), ((MEMBER, ORDER), {CHOUCHOUS, DELIVERY})],
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
        assert world.journal.words() == []
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
        assert isinstance(outcome, NotPaid)
        assert outcome.cause is Cause.ABORTED
        await world.identify.close()
        assert (world.vault.kept, world.vault.holding) == ({}, {})
        assert State.CASH_TAKEN.value not in world.journal.words()
        assert await world.lane.pay(asked) == outcome
        world.restart()
        assert not isinstance(await world.lane.pay(asked), PaidByCard | PaidInCash)

    run()


@story
async def test_the_reader_waits_for_its_card_meanwhile():
    world = World()
    world.vault.gate = asyncio.Event()
    paying = asyncio.create_task(world.lane.pay(ask(choices=(MEMBER,))))
    await until(lambda: world.vault.asked == ["hold"])
    assert len(world.readers.prompts) == 1
    world.vault.gate.set()
    await paying
    await world.settled()


class LateVault(MemoryVault):
    """Keeping takes as long as the test wants."""

    def __init__(self) -> None:
        super().__init__()
        self.late = asyncio.Event()

    async def keep(self, key: LegKey) -> None:
        await self.late.wait()
        await super().keep(key)


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


# ---- at the start, and by the hour ----

VERDICTS = {
    State.CAPTURING: "kept", State.CAPTURED: "kept", State.CAPTURE_LOST: "kept", State.CASH_TAKEN: "kept",
    State.DECLINED: "dropped", State.ENDED: "dropped", State.REVERSING: "dropped", State.REVERSED: "dropped",
    State.INTENT: "held", State.UNRESOLVED: "held", None: "dropped",
}  # fmt: skip


def test_every_state_that_a_journal_can_hold_has_its_verdict():
    assert set(VERDICTS) == set(State) - {State.SENDING} | {None}


@pytest.mark.parametrize("state", VERDICTS)
def test_what_an_earlier_run_held_goes_where_the_journal_says(state):
    @story
    async def run():
        world = World()
        await world.lane.pay(ask())
        await world.settled()
        (key,) = world.journal.legs
        if state is None:
            world.journal.legs.clear()
        else:
            world.journal.legs[key] = replace(world.journal.legs[key], state=state)
        world.restart()
        world.vault.holding[key] = ()
        await world.identify.settle()
        where = "kept" if key in world.vault.kept else "held" if key in world.vault.holding else "dropped"
        assert where == VERDICTS[state]
        await world.identify.settle()

    run()


@pytest.mark.parametrize(
    ("cause", "where"), [(Cause.TOO_LATE, "dropped"), (Cause.CARD_NEEDED, "dropped"), (None, "held")]
)
def test_a_sale_that_was_told_as_not_paid_holds_nobody_until_a_person_decides(cause, where):
    """The money is given back by hand; what a damaged journal left in doubt may have been paid."""

    @story
    async def run():
        world = World()
        await world.lane.pay(ask())
        await world.settled()
        (key,) = world.journal.legs
        world.journal.legs[key] = replace(world.journal.legs[key], state=State.UNRESOLVED, cause=cause)
        world.restart()
        world.vault.holding[key] = ()
        await world.identify.settle()
        assert (key in world.vault.holding, world.vault.kept) == (where == "held", {})

    run()


@story
async def test_a_cancelled_payment_whose_journal_is_late_is_judged_by_what_it_wrote():
    """Reads of the journal go before its writes: *no such leg* is not known while one may still be written."""
    world = World()
    opened, open_leg = asyncio.Event(), world.journal.open_leg

    async def late(opening: Opening) -> JournalHead:
        await asyncio.shield(asyncio.create_task(written(opening)))
        raise AssertionError("it was cancelled")

    async def written(opening: Opening) -> JournalHead:
        await opened.wait()
        return await open_leg(opening)

    world.journal.open_leg = late  # type: ignore[method-assign] # a slow disk
    paying = asyncio.create_task(world.lane.pay(ask(tender=Tender.CASH, choices=(MEMBER,))))
    await until(lambda: len(world.vault.holding) == 1)
    (payment,) = world.lane._live.values()
    assert payment.task is not None
    payment.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await paying
    await world.identify.close()
    opened.set()
    await until(lambda: world.journal.words() == [State.CASH_TAKEN.value])
    (key,) = world.journal.legs
    world.restart()
    await world.identify.settle()
    assert key in world.vault.kept


@story
async def test_what_is_held_for_a_sale_that_runs_is_left_alone():
    world = World(readers=ScriptedReaders(None))
    paying = asyncio.create_task(world.lane.pay(ask(choices=(MEMBER,))))
    await until(lambda: bool(world.journal.legs))
    await world.identify.settle()
    assert len(world.vault.holding) == 1
    await world.lane.abort(ask().till.request)
    await paying
    await world.identify.close()
    assert world.vault.holding == {}


@pytest.mark.parametrize("fault", [JournalUnwritableError(), RuntimeError()])
def test_what_is_held_stays_so_while_the_journal_cannot_be_read(fault, monkeypatch):
    async def unreadable(key: LegKey) -> None:
        raise fault

    @story
    async def run():
        world = World()
        await world.lane.pay(ask())
        await world.settled()
        (key,) = world.journal.legs
        world.vault.holding[key] = ()
        with monkeypatch.context() as patched:
            patched.setattr(world.journal, "find_leg", unreadable)
            await world.identify.settle()
            assert key in world.vault.holding
        await world.identify.settle()
        assert key in world.vault.kept

    run()


# ---- a vault that cannot be used ----


@story
async def test_a_till_whose_vault_was_taken_away_does_not_say_that_nobody_is_kept():
    world = World()
    outcome = await world.lane.pay(ask(tender=Tender.CASH, choices=(MEMBER,)))
    assert isinstance(outcome, PaidInCash)
    await world.identify.close()
    without = Lane(world.parts)
    with pytest.raises(VaultUnusableError):
        await without.known(outcome.key)
    assert await without.pay(ask(2, tender=Tender.CASH, choices=(MEMBER,))) is not None
    assert world.vault.asked == ["hold", "keep"]


@pytest.mark.parametrize("tender", TENDERS)
@pytest.mark.parametrize("fault", list(VaultFault))
def test_a_vault_that_cannot_be_used_stops_no_sale(tender, fault):
    @story
    async def run():
        world = World()
        world.vault.fault = fault
        for number in (1, 2, 3):
            outcome = await world.lane.pay(ask(number, tender=tender, choices=(MEMBER,)))
            assert isinstance(outcome, PaidByCard | PaidInCash)
            assert outcome.known == frozenset()
            assert await world.lane.known(outcome.key) == frozenset(), "as it was told"
        assert world.log.events == [events.VaultUnusable(fault)], "once: a line a sale would tell when it was"
        world.vault.fault = None
        outcome = await world.lane.pay(ask(4, tender=tender, choices=(MEMBER,)))
        assert isinstance(outcome, PaidByCard | PaidInCash)
        assert outcome.known == {CHOUCHOUS}
        await world.identify.close()
        world.vault.fault = fault
        await world.lane.pay(ask(5, tender=tender, choices=(MEMBER,)))
        assert world.log.events == [events.VaultUnusable(fault)] * 2
        with pytest.raises(VaultUnusableError):
            await world.lane.known(outcome.key)
        await world.settled()

    run()


def test_a_vault_that_hangs_is_not_waited_for_and_keeps_nothing_later(monkeypatch):
    monkeypatch.setattr(identify, "WITHIN_S", 0.05)

    @story
    async def run():
        world = World()
        world.vault.gate = asyncio.Event()
        outcome = await world.lane.pay(ask(choices=(MEMBER,)))
        assert isinstance(outcome, PaidByCard)
        assert outcome.known == frozenset()
        assert world.log.events == [events.VaultUnusable(VaultFault.DISK)]
        world.vault.holding[outcome.key] = ()  # its thread went on and wrote it all the same
        world.vault.gate.set()
        await world.identify.close()
        await world.identify.settle()
        assert (world.vault.kept, world.vault.holding) == ({}, {}), "it was told as not kept"
        await world.settled()

    run()


@story
async def test_what_could_not_be_kept_at_once_is_kept_later():
    world = World()
    vault = world.vault = LateVault()
    world.restart()
    outcome = await world.lane.pay(ask(tender=Tender.CASH, choices=(MEMBER,)))
    assert isinstance(outcome, PaidInCash)
    vault.fault = VaultFault.DISK_FULL
    vault.late.set()
    await world.identify.close()
    assert outcome.key in vault.holding
    await world.identify.settle()
    vault.fault = None
    await world.identify.settle()
    assert outcome.key in vault.kept
