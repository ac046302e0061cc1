"""What the settler does with refunds by reference: sent again and again, the same, and looked up in the end."""

import asyncio

import pytest

from pos_bridge.checkout import settle
from pos_bridge.domain.authorisation import Holding, No, Unknown, Yes
from pos_bridge.domain.happening import Standing
from pos_bridge.domain.ledger import JournalHead, JournalUnwritableError, Opening
from pos_bridge.domain.leg import Cause, Kind, State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import NotRefunded, Refunded, Running
from pos_bridge.log import events
from tests.checkout.fakes import CODE, World, give_back_ask
from tests.checkout.memory_journal import MemoryJournal
from tests.checkout.sales import sold
from tests.checkout.story import story, until

PART = Amount(1_00)
DAY_MS = 86_400_000
BACK = Yes(PART, CODE)

pytestmark = pytest.mark.usefixtures("impatient")


async def in_doubt(world: World) -> LegKey:
    """A refund by reference whose first try was lost, and whose engine died: its key."""
    world.processor.refunds = [Unknown()]
    sale = await sold(world)
    assert await world.lane.give_back(give_back_ask(2, sale, 1_00)) == Running()
    await world.crash()
    world.processor.refunded.clear()
    return next(leg.key for leg in world.journal.legs.values() if leg.kind is Kind.REFUND)


async def told(world: World) -> object:
    return await world.lane.status(give_back_ask(2, LegKey.fresh()).till.request)


@story
async def test_it_is_sent_again_the_same_until_the_processor_answers():
    world = World()
    key = await in_doubt(world)
    world.processor.refunds = [Unknown(), Unknown(), BACK]
    assert await world.settler.recover() == 1
    await world.settled()
    first = world.processor.refunded[0]
    assert world.processor.refunded == [first, first, first]
    assert (first.key, first.not_after_ms, first.present) == (key, 1_000_000 + DAY_MS, None)
    assert isinstance(await told(world), Refunded)
    assert world.processor.looked_up == []


@pytest.mark.parametrize("cause", [Cause.LATE, Cause.EXCEEDS, Cause.NOT_SEEN, Cause.PROCESSOR])
def test_a_no_to_what_was_sent_again_does_not_speak_for_the_first_try(cause):
    @story
    async def run():
        world = World()
        key = await in_doubt(world)
        world.processor.refunds = [No(cause)]
        world.processor.look_ups = [Unknown(), Holding(Standing.IN_PROGRESS), Holding(Standing.REFUNDED, PART)]
        await world.settler.recover()
        await world.settled()
        assert isinstance(await told(world), Refunded)
        assert world.processor.looked_up == [key] * 3
        assert len(world.processor.refunded) == 1

    run()


@story
async def test_a_no_that_the_look_up_confirms_is_told_for_what_it_was():
    world = World()
    key = await in_doubt(world)
    world.processor.refunds, world.processor.look_ups = [No(Cause.EXCEEDS)], [Holding(Standing.DECLINED)]
    await world.settler.recover()
    await world.settled()
    assert await told(world) == NotRefunded(key, Cause.EXCEEDS)


@story
async def test_a_no_of_the_issuer_is_the_keys_own():
    world = World()
    key = await in_doubt(world)
    world.processor.refunds = [No(Cause.ISSUER)]
    await world.settler.recover()
    await world.settled()
    assert await told(world) == NotRefunded(key, Cause.ISSUER)
    assert world.processor.looked_up == []


@story
async def test_not_seen_says_nothing_while_the_refund_may_still_be_on_its_way():
    world = World()
    key = await in_doubt(world)
    world.processor.refunds = [No(Cause.LATE)]
    await world.settler.recover()
    await until(lambda: len(world.processor.looked_up) > 2)
    assert await told(world) == Running()
    world.processor.now_ms += DAY_MS + 20_000
    await world.settled()
    assert await told(world) == NotRefunded(key, Cause.LATE)


@pytest.mark.parametrize(
    ("held", "end"),
    [
        (Holding(Standing.REFUNDED, PART), State.REFUNDED),
        (Holding(Standing.REFUNDED, Amount(99)), State.UNRESOLVED),
        (Holding(Standing.DECLINED), State.REFUND_DECLINED),
        (Holding(Standing.REVERSED, PART), State.REFUND_DECLINED),
        (Holding(Standing.TOMBSTONE), State.REFUND_DECLINED),
        (Holding(Standing.NOT_SEEN), State.REFUND_DECLINED),
        (Holding(Standing.CAPTURED, PART), State.UNRESOLVED),
    ],
)
def test_after_a_day_it_is_looked_up_and_not_sent_any_more(held, end):
    @story
    async def run():
        world = World()
        key = await in_doubt(world)
        world.processor.now_ms += DAY_MS + 20_000
        world.processor.look_ups = [held]
        await world.settler.recover()
        await world.settled()
        assert world.processor.refunded == []
        assert world.journal.legs[key].state is end
        if end is State.UNRESOLVED:
            assert events.PersonNeeded(Cause.IN_DOUBT) in world.log.events
            assert await told(world) == Running(person=True)

    run()


@pytest.mark.parametrize("why", ["doubted", "old"])
@pytest.mark.parametrize("standing", [Standing.NOT_SEEN, Standing.TOMBSTONE])
def test_what_a_ledger_that_forgot_says_is_for_a_person(why, standing):
    @story
    async def run():
        world = World()
        key = await in_doubt(world)
        world.processor.now_ms += DAY_MS + 20_000
        world.processor.look_ups = [Holding(standing)]
        if why == "doubted":
            world.journal.new_epoch()
        else:
            world.processor.days = 1
        await world.settler.recover()
        await world.settled()
        assert (world.journal.legs[key].state, world.journal.legs[key].cause) == (State.UNRESOLVED, Cause.IN_DOUBT)

    run()


@story
async def test_a_wrong_answer_is_looked_up():
    world = World()
    await in_doubt(world)
    world.processor.refunds = [Unknown(wrong=True), Yes(Amount(7), CODE), BACK]
    await world.settler.recover()
    await world.settled()
    assert isinstance(await told(world), Refunded)
    assert len(world.processor.looked_up) == 2


def test_a_refund_refused_in_words_that_decide_nothing_is_told_once_and_asked_seldom(monkeypatch):
    monkeypatch.setattr(settle, "_REFUSED_PAUSE_S", 3600.0)

    @story
    async def run():
        world = World()
        await in_doubt(world)
        world.processor.refunds = [Unknown(refused=True)]
        await world.settler.recover()
        await until(lambda: bool(world.processor.refunded))
        await asyncio.sleep(0.05)
        assert len(world.processor.refunded) == 1, "not in a hot loop"
        assert world.log.events.count(events.RefundStuck()) == 1
        await world.settler.close()

    run()


@story
async def test_a_refund_that_is_stored_although_its_write_failed_goes_on_and_is_written_again_first():
    class Haunted(MemoryJournal):
        """Stores an opening that it says it could not store."""

        async def open_leg(self, opening: Opening) -> JournalHead:
            broken, self.broken = self.broken, False
            head = await super().open_leg(opening)
            self.broken = broken
            if broken:
                raise JournalUnwritableError
            return head

    world = World()
    world.journal = Haunted()
    world.restart()
    sale = await sold(world)
    world.journal.broken = True
    assert await world.lane.give_back(give_back_ask(2, sale, 1_00)) == Running()
    assert world.processor.refunded == [], "not before it is surely durable"
    world.journal.broken = False
    await world.settled()
    assert isinstance(await told(world), Refunded)
    assert len(world.processor.refunded) == 1
