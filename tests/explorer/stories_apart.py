"""Till and processor whose memories do not fit: an old backup, a snapshot, two engines, another ledger, old keys."""

import asyncio

from pos_bridge.domain.leg import State
from tests.explorer.ending import settled, the_end
from tests.explorer.entries import RefusedHeadAccepted
from tests.explorer.explore import Bounds, Story
from tests.explorer.outcomes import failed, is_paid
from tests.explorer.processor import RETENTION_DAYS
from tests.explorer.twin import Twin
from tests.explorer.world import World

# Moments of the second sale, which begins at 0 with a session that is open.
MOMENTS_S = (0.003, 1.0, 2.02, 2.1, 2.15, 5.0)
_UNDONE = frozenset({State.REVERSED, State.ENDED, State.DECLINED, State.GIVEN_BACK})


async def first_sale(world: World) -> None:
    world.ground.quiet = True
    await world.till.send_until_told(world.till.sale(10_00, sale=1))
    await settled(world)
    world.ground.quiet = False


async def restored(world: World) -> None:
    """A backup is put back: of before a sale, or of its midst. Nothing is undone by itself, and no card is charged."""
    till = world.till
    await first_sale(world)
    second = till.sale(12_34, sale=2)
    paying = asyncio.create_task(till.send(second))
    taken = world.plan(*(f"the backup is of {moment} s into the second sale" for moment in MOMENTS_S))
    await asyncio.sleep(MOMENTS_S[taken])
    backup = world.disk.image()
    await paying
    said = await till.send_until_told(second)
    await settled(world)
    world.ground.note("people", "put the backup back")
    world.kill_engine()
    world.torn = True
    stood = {key for key, held in world.processor.held.items() if held.stands}
    world.disk.restore(backup)
    newest = world.processor.seen
    world.start_engine()
    await till.pause(5)
    older = not world.disk.books.holds(*newest)
    if world.plan("it runs on", "it is started again, and again"):
        for _ in range(2):
            world.kill_engine()
            world.start_engine()
            await till.pause(5)
    third = till.sale(5_00, sale=3)
    after = await till.send(third)
    if older and is_paid(after):
        world.broken.append("P2 a card is charged on a journal that is known to be an old one")
    await till.pause(30)
    if not stood <= {key for key, held in world.processor.held.items() if held.stands}:
        world.broken.append("P3 a charge that was told is undone, because a backup was put back")
    final = await till.status(second)
    if is_paid(said) and final is not None and failed(final):
        world.broken.append("P3 a sale that was told as paid is told as not paid, because a backup was put back")
    if older and world.plan("it stays like this", "a person accepts the journal"):
        world.kill_engine()
        world.disk.durable.append(RefusedHeadAccepted())
        world.disk.restore(world.disk.durable)
        world.start_engine()
        await sells(world, "P6 no card is charged on a journal that a person accepted")


async def sells(world: World, otherwise: str) -> None:
    """Nothing fails any more: then a card is charged again."""
    world.ground.quiet = True
    if not is_paid(await world.till.send_until_told(world.till.sale(6_00, sale=9))):
        world.broken.append(otherwise)


async def two_engines(world: World) -> None:
    """A second engine runs on a copy of the till's disk: nothing is charged or undone twice."""
    till = world.till
    await first_sale(world)
    twin = Twin(world)
    second = till.sale(12_34, sale=2)
    paying = asyncio.create_task(till.send(second))
    taken = world.plan(*(f"the copy is made {moment} s into the second sale" for moment in MOMENTS_S))
    await asyncio.sleep(MOMENTS_S[taken])
    twin.start()
    other = twin.till.sale(7_00, sale=1)
    sold_there = asyncio.create_task(twin.till.send(other))
    await paying
    await till.send_until_told(second)
    await sold_there
    await twin.till.status_until_told(other, tries=20)
    await till.send_until_told(till.sale(5_00, sale=3))
    await the_end(world)
    world.broken += twin.broken(world)


async def another_ledger(world: World) -> None:
    """The processor's ledger is replaced by an older one at some moment: what it has not seen may have been charged."""
    till = world.till
    await first_sale(world)
    older = dict(world.processor.held)
    request = till.sale(12_34, sale=2)
    paying = asyncio.create_task(till.send(request))
    taken = world.plan(*(f"the ledger is replaced after {moment} s" for moment in MOMENTS_S))
    await asyncio.sleep(MOMENTS_S[taken])
    world.ground.note("people", "put an older ledger in place")
    world.torn = True
    before = {key for key, held in world.processor.held.items() if held.stands}
    world.processor.restore(older)
    gone = before - older.keys()
    await paying
    await settled(world)
    for key in gone:
        leg = next((leg for leg in world.disk.books.legs.values() if leg.key.raw == key), None)
        if leg is not None and leg.state in _UNDONE and key not in world.processor.held:
            world.broken.append("P4 a charge that a replaced ledger has forgotten counts as never made")
    world.ground.quiet = True


async def too_old(world: World) -> None:
    """An engine is off for longer than the processor keeps keys: what it has not seen may have been charged."""
    till = world.till
    request = till.sale(12_34)
    await till.send(request)
    charged = {key for key, held in world.processor.held.items() if held.stands}
    open_ones = {leg.key.raw for leg in world.disk.books.unsettled()}
    world.kill_engine()
    await asyncio.sleep((RETENTION_DAYS + 1) * 86_400)
    world.processor.held.clear()
    world.torn = True
    world.start_engine()
    await settled(world)
    for leg in world.disk.books.legs.values():
        if leg.key.raw in charged & open_ones and leg.state in _UNDONE:
            world.broken.append("P4 a charge that is older than keys are kept counts as never made")
    world.ground.quiet = True


async def nothing_changed(world: World) -> None:
    """A backup that is as new as the journal, put back between two sales: nobody notices."""
    await first_sale(world)
    world.kill_engine()
    world.disk.restore(world.disk.image())
    world.start_engine()
    await world.till.send_until_told(world.till.sale(12_34, sale=2))
    await the_end(world)
    await sells(world, "P6 a journal that is whole is not believed")
    await the_end(world)


STORIES = (
    Story("apart-backup", restored, Bounds(crashes=1, net=0)),
    Story("apart-twins", two_engines, Bounds(crashes=0, net=1)),
    Story("apart-ledger", another_ledger, Bounds(crashes=1, net=1)),
    Story("apart-old", too_old, Bounds(crashes=0, net=1)),
    Story("apart-same", nothing_changed, Bounds(crashes=1, net=0)),
)
