"""What is left of a sale when a part of this program, or the disk, fails at the worst moment."""

import asyncio

import pytest

from pos_bridge.checkout import card_sale
from pos_bridge.domain.authorisation import Ask, No, Unknown, Yes
from pos_bridge.domain.happening import Reversed
from pos_bridge.domain.ledger import Advance, JournalHead, JournalUnwritableError, KnownRequest, Opening
from pos_bridge.domain.leg import Cause, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import NotPaid, NotRecordable, PaidByCard, PaidInCash, Refunded, Running
from tests.checkout.fakes import (
    INTERAC,
    SEALED,
    MemoryJournal,
    ScriptedProcessor,
    ScriptedReaders,
    World,
    ask,
    refund_ask,
)
from tests.checkout.story import story, until
from tests.checkout.test_basket import part


class FaultError(Exception):
    """A fault of this program, of a kind that nobody expected."""


class FaultyProcessor(ScriptedProcessor):
    """The processor charges; then the client in front of it breaks down."""

    async def authorise(self, ask: Ask) -> Yes | No | Unknown:
        await super().authorise(ask)
        raise FaultError


@story
async def test_a_fault_after_sending_leaves_no_charge_and_no_open_end():
    world = World(FaultyProcessor())
    with pytest.raises(FaultError):
        await world.lane.pay(ask())
    await until(lambda: world.journal.words()[-1] == "reversed")
    assert isinstance(await world.lane.status(ask().till.request), NotPaid)
    assert isinstance(await world.lane.pay(ask()), NotPaid)
    world.processor = ScriptedProcessor()
    world.restart()
    assert isinstance(await world.lane.pay(ask(2)), PaidByCard)


@story
async def test_a_fault_of_the_reader_leaves_no_open_leg_and_the_next_sale_works():
    world = World(readers=ScriptedReaders(None))
    paying = asyncio.create_task(world.lane.pay(ask()))
    await until(lambda: bool(world.journal.legs))
    world.readers.prompts[0].answer.set_exception(FaultError())
    with pytest.raises(FaultError):
        await paying
    await until(lambda: world.journal.words()[-1] == "reversed")
    assert world.processor.asked == []


class FaultyJournal(MemoryJournal):
    """Raises something else than JournalUnwritableError at one write: another step of the same batch was at fault."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at

    def _write(self) -> None:
        self.at -= 1
        if self.at == 0:
            raise FaultError
        super()._write()


@pytest.mark.parametrize("at", [1, 2])
def test_a_fault_of_the_journal_leaves_no_charge_and_no_armed_reader(at):
    @story
    async def run():
        world = World(readers=ScriptedReaders(None))
        world.journal = FaultyJournal(at)
        world.restart()
        paying = asyncio.create_task(world.lane.pay(ask()))
        await until(lambda: bool(world.readers.prompts))
        if at > 1:
            world.readers.prompts[0].give(SEALED)
        with pytest.raises(FaultError):
            await paying
        assert world.readers.prompts[0].answer.done(), "no card is waited for any more"
        await world.settled()
        assert all(leg.state is State.REVERSED for leg in world.journal.legs.values())
        world.readers.card = SEALED
        assert isinstance(await world.lane.pay(ask(2)), PaidByCard)
        await world.settled()

    run()


class StumblingProcessor(ScriptedProcessor):
    """Its client breaks down at the first tries to settle."""

    faults = 2

    def _stumble(self) -> None:
        if self.faults:
            self.faults -= 1
            raise FaultError

    async def capture(self, key: LegKey, amount: Amount) -> bool | Unknown:
        self._stumble()
        return await super().capture(key, amount)

    async def reverse(self, key: LegKey) -> Reversed | Unknown:
        self._stumble()
        return await super().reverse(key)


@pytest.mark.parametrize(
    ("answer", "end"), [(Yes(Amount(12_34), "A1B2C3"), "captured"), (Unknown(wrong=True), "reversed")]
)
def test_a_fault_while_settling_is_tried_again(answer, end):
    @story
    async def run():
        world = World(StumblingProcessor(answers=[answer]))
        await world.lane.pay(ask())
        await world.settled()
        assert world.journal.words()[-1] == end

    run()


@story
async def test_a_settled_state_that_meets_a_fault_of_the_journal_is_recorded_all_the_same():
    world = World()
    world.journal = FaultyJournal(3)
    world.restart()
    assert isinstance(await world.lane.pay(ask()), PaidByCard)
    await world.settled()
    assert world.journal.words() == ["intent", "capturing", "captured"]


@story
async def test_an_engine_whose_journal_cannot_be_written_starts_all_the_same():
    world = World(readers=ScriptedReaders(None))
    dying = asyncio.create_task(world.lane.pay(ask(1)))
    await until(lambda: len(world.journal.legs) == 1)
    dying.cancel()
    world.restart()
    world.journal.broken = True
    assert await asyncio.wait_for(world.settler.recover(), 2) == 1
    await until(lambda: bool(world.processor.reversed))
    assert not isinstance(await world.lane.status(ask(1).till.request), PaidByCard)
    world.journal.broken = False
    await world.settled()
    assert world.journal.words() == ["intent", "reversing", "reversed"]


class RefusingJournal(MemoryJournal):
    """Refuses every step of one leg, for ever."""

    refused: LegKey | None = None

    async def advance(self, change: Advance) -> JournalHead:
        if change.key == self.refused:
            raise JournalUnwritableError
        return await super().advance(change)


@story
async def test_one_bad_record_does_not_hold_up_the_others_at_start():
    world = World(readers=ScriptedReaders(None))
    journal = world.journal = RefusingJournal()
    for number in (1, 2):
        world.restart()
        dying = asyncio.create_task(world.lane.pay(ask(number)))
        await until(lambda: len(journal.legs) == number)  # noqa: B023 - looked at in the same turn
        dying.cancel()
    bad, good = journal.legs
    journal.refused = bad
    world.restart()
    assert await asyncio.wait_for(world.settler.recover(), 2) == 2
    await until(lambda: journal.legs[good].state is State.REVERSED)
    await until(lambda: set(world.processor.reversed) == {bad, good})
    await world.settler.close()


@pytest.mark.parametrize("refusal", [Cause.LATE, Cause.PROCESSOR])
def test_a_refusal_of_what_was_sent_again_does_not_speak_for_the_first_try(refusal):
    @story
    async def run():
        world = World(ScriptedProcessor(answers=[Unknown(), No(refusal)]))
        outcome = await world.lane.pay(ask())
        assert isinstance(outcome, NotPaid)
        assert outcome.cause is Cause.NO_ANSWER
        await world.settled()
        assert world.journal.words() == ["intent", "reversing", "reversed"]

        world = World(ScriptedProcessor(answers=[No(refusal)]))
        await world.lane.pay(ask())
        assert world.journal.words() == ["intent", "declined"], "the only try was refused: definite"

        world = World(ScriptedProcessor(answers=[Unknown(), No(Cause.ISSUER)]))
        await world.lane.pay(ask())
        assert world.journal.words() == ["intent", "declined"], "the issuer's answer is the key's, not the try's"

    run()


def test_an_approval_that_may_be_on_disk_is_not_told_as_unpaid_before_it_is_reversed(monkeypatch):
    """A failed sync can leave the row whole in the file: the next start would then capture it."""
    monkeypatch.setattr(card_sale, "UNDO_WITHIN_S", 0.05)

    @story
    async def run():
        world = World(ScriptedProcessor(reversals=[Unknown()]))
        world.journal.break_after = 1
        assert await world.lane.pay(ask()) == Running()
        assert await world.lane.pay(ask()) == Running()
        assert await world.lane.status(ask().till.request) == Running()
        world.processor.reversals = [Reversed(None)]
        world.journal.broken, world.journal.break_after = False, None
        await world.settled()
        assert isinstance(await world.lane.pay(ask()), NotPaid)
        assert len(world.processor.asked) == 1

    run()


class ForgetfulJournal(MemoryJournal):
    """Knows that a request opened a leg, and not any more what became of it: its month's file is damaged."""

    async def find_request(self, request: bytes) -> KnownRequest | None:
        found = await super().find_request(request)
        return None if found is None else KnownRequest(found.content, None)


@story
async def test_a_request_whose_leg_cannot_be_found_is_not_said_to_have_been_aborted():
    world = World()
    world.journal = ForgetfulJournal()
    world.restart()
    assert isinstance(await world.lane.pay(ask()), PaidByCard)
    world.restart()
    assert await world.lane.pay(ask()) == Running()
    assert await world.lane.status(ask().till.request) == Running()
    assert len(world.processor.asked) == 1


@pytest.mark.parametrize("said", [Reversed(Cause.CARD_NEEDED), Reversed(Cause.TOMBSTONED, trusted=False)])
def test_an_approval_that_only_a_person_can_undo_is_not_told_as_not_paid_before_that_is_on_disk(said):
    """Until then the disk may say *approved* after all, and so would the next start."""

    @story
    async def run():
        world = World(ScriptedProcessor(reversals=[said]), ScriptedReaders(INTERAC))
        world.journal.break_after = 1
        assert await world.lane.pay(ask()) == Running()
        (leg,) = world.journal.legs.values()
        assert leg.state is State.INTENT
        world.journal.broken, world.journal.break_after = False, None
        await world.settled()
        (leg,) = world.journal.legs.values()
        assert leg.state is State.UNRESOLVED
        owed = leg.cause is Cause.CARD_NEEDED
        told = NotPaid(leg.key, Cause.CARD_NEEDED) if owed else Running(person=True)
        assert await world.lane.status(ask().till.request) == told

    run()


class StoresAfterAll(MemoryJournal):
    """Says once that a leg cannot be opened, and keeps it: its sync failed, and the rows came to the disk later."""

    says_no = False

    async def open_leg(self, opening: Opening) -> JournalHead:
        head = await super().open_leg(opening)
        if self.says_no:
            self.says_no = False
            raise JournalUnwritableError
        return head


@story
async def test_a_sale_that_is_stored_after_all_is_in_nobodys_way():
    world = World()
    world.journal = StoresAfterAll()
    world.restart()
    world.journal.says_no = True
    assert await world.lane.pay(part(1, 30_00, 0, tender=Tender.CARD)) == NotRecordable()
    await world.settled()
    assert world.journal.words() == ["intent", "reversing", "reversed"]
    assert isinstance(await world.lane.status(part(1, 30_00, 0).till.request), NotPaid)
    assert isinstance(await world.lane.pay(part(2, 30_00, 0)), PaidInCash)
    assert world.processor.asked == []


@story
async def test_a_refund_to_a_card_that_is_stored_after_all_is_in_nobodys_way():
    world = World()
    world.journal = StoresAfterAll()
    world.restart()
    sale = await world.lane.pay(ask())
    assert isinstance(sale, PaidByCard)
    await world.settled()
    world.journal.says_no = True
    assert await world.lane.refund(refund_ask(2, sale.key)) == NotRecordable()
    await world.settled()
    assert isinstance(await world.lane.refund(refund_ask(3, sale.key)), Refunded)
    assert len(world.processor.refunded) == 1
