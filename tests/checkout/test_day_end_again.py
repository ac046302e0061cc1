"""A day end that is asked for again: the same request is told of the same day, whatever broke in between."""

import pytest

from pos_bridge.domain.authorisation import Unknown
from pos_bridge.domain.ledger import Advance, JournalUnwritableError
from pos_bridge.domain.leg import State
from pos_bridge.domain.totals import Total
from tests.checkout.bank import Bank
from tests.checkout.days import CARD_SALE, asks
from tests.checkout.fakes import MemoryJournal, ScriptedProcessor, World, ask
from tests.checkout.sales import sold
from tests.checkout.story import story


@story
async def test_the_same_request_is_told_of_the_same_day_in_the_next_run_too():
    world = World(Bank())
    await sold(world)
    closed = await world.lane.close_period(asks(1))
    world.restart()
    await sold(world, 2, cents=5_00)
    assert await world.lane.closed_period(asks(1)) == closed
    assert await world.lane.close_period(asks(1)) == closed
    assert await world.lane.closed_period(asks(2)) is None
    assert (await world.lane.close_period(asks(2))).totals == {CARD_SALE: Total(1, 5_00)}


@story
async def test_what_was_open_at_the_day_end_is_told_as_it_is_now():
    world = World(ScriptedProcessor(captures=[Unknown()], held=[]))
    await world.lane.pay(ask(1))
    assert (await world.lane.close_period(asks(1))).unsettled == 1
    await world.settler.close()
    (leg,) = world.journal.legs.values()
    await world.journal.advance(Advance(leg.key, State.CAPTURED, approved=leg.approved))
    again = await world.lane.closed_period(asks(1))
    assert again is not None
    assert (again.unsettled, again.totals) == (0, {CARD_SALE: Total(1, 12_34)})
    assert (await world.lane.period()).totals == {}


@story
async def test_a_day_end_whose_commit_failed_and_stands_is_the_one_that_is_told():
    world = World(Bank())
    await sold(world)
    world.journal.lands_broken = True
    closed = await world.lane.close_period(asks(1))
    assert (closed.number, closed.totals) == (0, {CARD_SALE: Total(1, 12_34)})
    after = await world.lane.period()
    assert (after.number, after.totals) == (1, {})


@story
async def test_one_that_could_not_even_be_read_is_told_when_it_is_asked_for_again():
    await told_to(1)


@story
async def test_one_that_could_not_even_be_read_is_told_to_the_next_request():
    await told_to(2)


async def told_to(name: int) -> None:
    world = World(Bank())
    await sold(world)
    with pytest.raises(JournalUnwritableError):
        await closes_and_goes_blind(world)
    world.journal.unreadable = False
    shown = await world.lane.period()
    assert (shown.number, shown.totals) == (0, {CARD_SALE: Total(1, 12_34)}), "not the empty day after it"
    await sold(world, 2, cents=5_00)
    assert (await world.lane.period()).totals == {CARD_SALE: Total(1, 5_00)}
    assert await world.lane.close_period(asks(name)) == shown
    assert await world.lane.closed_period(asks(name)) == shown
    after = await world.lane.close_period(asks(3))
    assert (after.number, after.totals) == (1, {CARD_SALE: Total(1, 5_00)})


async def closes_and_goes_blind(world: World) -> None:
    """The commit lands, and neither that nor anything else can be read."""

    async def blind(request: bytes) -> int | None:
        world.journal.unreadable = request in world.journal.days
        return await MemoryJournal.closed_by(world.journal, request)

    world.journal.closed_by, world.journal.lands_broken = blind, True  # type: ignore[method-assign] # of this one
    try:
        await world.lane.close_period(asks(1))
    finally:
        del world.journal.closed_by


@story
async def test_a_day_end_that_did_not_happen_is_in_doubt_no_more():
    world = World(Bank())
    await sold(world)
    world.journal.broken = True
    with pytest.raises(JournalUnwritableError):
        await world.lane.close_period(asks(1))
    world.journal.broken = False
    assert (await world.lane.close_period(asks(2))).number == 0
    assert (await world.lane.close_period(asks(1))).number == 1
