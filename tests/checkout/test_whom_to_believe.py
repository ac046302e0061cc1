"""A journal or a ledger that was set back (docs/decisions/0012): nothing moves, and not all that is seen counts."""

from dataclasses import replace

import pytest

from pos_bridge.domain.authorisation import Holding, Unknown
from pos_bridge.domain.happening import Reversed, Standing
from pos_bridge.domain.leg import Cause, Kind, State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import NeverSeen, NotPaid, NotRefunded, PaidByCard, Running
from pos_bridge.domain.session import Trust
from tests.checkout.fakes import ScriptedProcessor, World, ask, give_back_ask, refund_ask
from tests.checkout.story import story, until

PAID = Amount(12_34)
DAY_MS = 86_400_000
S = Standing


async def found(state: State, processor: ScriptedProcessor, cause: Cause | None = None) -> tuple[World, LegKey]:
    """A world after a start that finds one leg in this state."""
    world = World(processor)
    trusted, processor.trusted = processor.trusted, Trust.TRUSTED
    paid = await world.lane.pay(ask())
    assert isinstance(paid, PaidByCard)
    await world.settled()
    leg = world.journal.legs[paid.key]
    not_after_ms, begun_ms = processor.now_ms, processor.now_ms
    kind, sale = (Kind.SALE, None) if state is not State.REFUND_INTENT else (Kind.REFUND, LegKey.fresh())
    world.journal.legs[paid.key] = replace(
        leg, state=state, cause=cause, not_after_ms=not_after_ms, begun_ms=begun_ms, kind=kind, sale_key=sale
    )
    processor.trusted = trusted
    processor.now_ms += 60_000
    processor.captured.clear()
    world.restart()
    return world, paid.key


@pytest.mark.parametrize(
    ("state", "held", "end"),
    [
        (State.CAPTURING, Holding(S.CAPTURED, PAID), State.CAPTURED),
        (State.CAPTURING, Holding(S.CAPTURED, Amount(1)), State.UNRESOLVED),
        (State.CAPTURING, Holding(S.REVERSED, PAID), State.UNRESOLVED),
        (State.CAPTURING, Holding(S.NOT_SEEN), State.UNRESOLVED),
        (State.CAPTURING, Holding(S.AUTHORISED, PAID), None),
        (State.CAPTURING, Holding(S.IN_PROGRESS), None),
        (State.REVERSING, Holding(S.REVERSED, PAID), State.REVERSED),
        (State.REVERSING, Holding(S.TOMBSTONE), State.REVERSED),
        (State.REVERSING, Holding(S.DECLINED), State.REVERSED),
        (State.REVERSING, Holding(S.NOT_SEEN), State.REVERSED),
        (State.REVERSING, Holding(S.CAPTURED, PAID), State.UNRESOLVED),
        (State.REVERSING, Holding(S.AUTHORISED, PAID), State.UNRESOLVED),
        (State.REVERSING, Holding(S.IN_PROGRESS), None),
        (State.INTENT, Holding(S.CAPTURED, PAID), State.UNRESOLVED),
        (State.INTENT, Holding(S.NOT_SEEN), State.REVERSED),
        (State.REFUND_INTENT, Holding(S.REFUNDED, PAID), State.REFUNDED),
        (State.REFUND_INTENT, Holding(S.NOT_SEEN), State.REFUND_DECLINED),
        (State.REFUND_INTENT, Holding(S.CAPTURED, PAID), State.UNRESOLVED),
        (State.GIVING_BACK, Holding(S.CAPTURED, PAID), None),
        (State.CAPTURING, Unknown(), None),
    ],
)
def test_a_journal_that_is_not_trusted_only_looks(state, held, end):
    @story
    async def run():
        processor = ScriptedProcessor(look_ups=[held], trusted=Trust.ROLLED_BACK)
        world, key = await found(state, processor)
        assert await world.settler.recover() == 1
        if end is None:
            await until(lambda: len(processor.looked_up) > 2 or state is State.GIVING_BACK)
            assert world.journal.legs[key].state is state
            assert await world.lane.status(ask().till.request) == Running()
        else:
            await world.settled()
            assert world.journal.legs[key].state is end
        if end is State.UNRESOLVED:
            assert await world.lane.status(ask().till.request) == Running(person=True)
        assert (processor.captured, processor.reversed, processor.refunded) == ([], [], [])
        await world.settler.close()

    run()


@story
async def test_not_seen_says_nothing_before_the_last_moment_of_the_leg():
    processor = ScriptedProcessor(trusted=Trust.ROLLED_BACK)
    world, key = await found(State.REVERSING, processor)
    world.journal.legs[key] = replace(world.journal.legs[key], not_after_ms=processor.now_ms + 1)
    await world.settler.recover()
    await until(lambda: len(processor.looked_up) > 2)
    assert world.journal.legs[key].state is State.REVERSING
    processor.now_ms += 10_002
    await world.settled()
    assert world.journal.legs[key].state is State.REVERSED


@story
async def test_cards_are_refused_and_nothing_is_given_back_and_cash_goes_on():
    world = World()
    paid = await world.lane.pay(ask(1))
    assert isinstance(paid, PaidByCard)
    await world.settled()
    world.processor.trusted = Trust.ROLLED_BACK
    away = NotRefunded(None, Cause.UNREACHABLE)
    assert await world.lane.pay(ask(2)) == NotPaid(None, Cause.UNREACHABLE)
    assert await world.lane.give_back(give_back_ask(3, paid.key)) == away
    assert await world.lane.give_back(give_back_ask(4, paid.key, 1_00)) == away
    assert await world.lane.refund(refund_ask(5, paid.key)) == away
    assert isinstance(await world.lane.status(ask(1).till.request), PaidByCard)


@story
async def test_what_an_old_copy_does_not_have_is_not_said_to_be_unpaid():
    """A restored backup: the payment may stand in a row that it lost, also one that the till gives up."""
    world = World()
    world.processor.trusted = Trust.ROLLED_BACK
    request = ask().till.request
    assert await world.lane.status(request) == Running(person=True)
    assert not await world.lane.abort(request)
    assert await world.lane.status(request) == Running(person=True)
    world.processor.trusted = Trust.TRUSTED
    assert await world.lane.status(ask(2).till.request) == NeverSeen()


@pytest.mark.parametrize("why", ["doubted", "old", "neither"])
def test_a_key_that_was_never_seen_by_a_ledger_that_forgot_is_for_a_person(why):
    @story
    async def run():
        processor = ScriptedProcessor(reversals=[Reversed(Cause.TOMBSTONED)])
        world, key = await found(State.REVERSING, processor, Cause.RECOVERED)
        if why == "doubted":
            world.journal.new_epoch()
        elif why == "old":
            processor.days, processor.now_ms = 30, processor.now_ms + 30 * DAY_MS
        await world.settler.recover()
        await world.settled()
        told = await world.lane.status(ask().till.request)
        if why == "neither":
            assert world.journal.legs[key].cause is Cause.TOMBSTONED
            assert told == NotPaid(key, Cause.NO_ANSWER)
        else:
            assert (world.journal.legs[key].state, world.journal.legs[key].cause) == (State.UNRESOLVED, Cause.IN_DOUBT)
            assert told == Running(person=True)

    run()


@story
async def test_a_ledger_that_is_replaced_while_a_reversal_waits_is_not_believed_either():
    processor = ScriptedProcessor(reversals=[Unknown()])
    world, key = await found(State.REVERSING, processor, Cause.RECOVERED)
    await world.settler.recover()
    await until(lambda: len(processor.reversed) > 1)
    world.journal.new_epoch()
    processor.reversals = [Reversed(Cause.TOMBSTONED)]
    await world.settled()
    assert world.journal.legs[key].state is State.UNRESOLVED


@pytest.mark.parametrize("answer", [Reversed(None), Reversed(Cause.WAS_DECLINED)])
def test_what_a_ledger_knows_is_believed_whatever_was_replaced(answer):
    @story
    async def run():
        processor = ScriptedProcessor(reversals=[answer])
        world, key = await found(State.REVERSING, processor, Cause.RECOVERED)
        world.journal.new_epoch()
        await world.settler.recover()
        await world.settled()
        assert world.journal.legs[key].state is State.REVERSED

    run()


@story
async def test_a_journal_that_cannot_be_read_decides_nothing():
    processor = ScriptedProcessor(reversals=[Reversed(Cause.TOMBSTONED)])
    world, key = await found(State.REVERSING, processor, Cause.RECOVERED)
    await world.settler.recover()
    world.journal.unreadable = True
    await until(lambda: len(processor.reversed) > 1)
    assert world.journal.legs[key].state is State.REVERSING
    world.journal.unreadable = False
    await world.settled()
    assert world.journal.legs[key].state is State.REVERSED


@story
async def test_a_till_that_confirms_is_not_told_paid_by_an_old_copy():
    """Nobody's word may have reversed it since, in the rows that are lost."""
    world = World()
    paid = await world.lane.pay(ask(confirm_within_s=60))
    assert isinstance(paid, PaidByCard)
    world.processor.trusted = Trust.ROLLED_BACK
    world.processor.look_ups = [Holding(S.REVERSED, PAID)]
    assert await world.lane.confirm(paid.key) == Running()
    await world.settled()
    assert await world.lane.confirm(paid.key) == Running(person=True)
    assert world.journal.legs[paid.key].state is State.UNRESOLVED
    assert world.processor.captured == []
    await world.lane.close()


@story
async def test_what_an_old_copy_of_the_journal_does_not_know_is_not_told_as_not_found():
    world = World(ScriptedProcessor(trusted=Trust.ROLLED_BACK))
    request = ask().till.request
    assert isinstance(await world.lane.status(request), Running)
    world.processor.trusted = Trust.TRUSTED  # a person accepted the journal
    assert isinstance(await world.lane.status(request), NeverSeen), "and it was not closed meanwhile"
