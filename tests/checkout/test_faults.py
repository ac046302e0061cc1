"""What is left of a sale when a part of this program, or the disk, fails at the worst moment."""

import asyncio

import pytest

from pos_bridge.domain.authorisation import Ask, No, Unknown, Yes
from pos_bridge.domain.happening import Reversed
from pos_bridge.domain.ledger import Advance, JournalHead, JournalUnwritableError, KnownRequest
from pos_bridge.domain.leg import Cause, State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import NotPaid, PaidByCard, Running
from tests.checkout.fakes import (
    SEALED,
    MemoryJournal,
    ScriptedProcessor,
    ScriptedReaders,
    World,
    ask,
)
from tests.checkout.story import story, until


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
