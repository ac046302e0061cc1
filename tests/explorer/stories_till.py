"""What tills and people do to a sale while it runs: abort, ask twice, come late, confirm, give up, stop the engine."""

import asyncio
from typing import Any

from pos_bridge.domain.leg import Tender
from pos_bridge.domain.outcome import Closed, NeverSeen, NotPaid, PaidByCard
from tests.explorer.ending import settled, the_end
from tests.explorer.explore import Bounds, Story
from tests.explorer.outcomes import is_paid
from tests.explorer.reader import INTERAC, Presented
from tests.explorer.till import Request
from tests.explorer.world import World

# Moments of a sale that begins at 0: before anything, with the intent, at the prompt, while it is sent, as the answer
# comes, while the capture runs, and after all.
MOMENTS_S = (0.1, 0.212, 1.0, 2.23, 2.307, 2.36, 4.0)


async def at_some_moment(world: World, what: str) -> None:
    taken = world.plan(*(f"after {moment} s {what}" for moment in MOMENTS_S))
    await asyncio.sleep(MOMENTS_S[taken])


async def aborted(world: World) -> None:
    """The till aborts at some moment, and asks what became of it."""
    till, request = world.till, world.till.sale(12_34)
    paying = asyncio.create_task(till.send(request))
    await at_some_moment(world, "the till aborts")
    await till.abort(request)
    await paying
    await till.status_until_told(request)
    await the_end(world)


async def late(world: World) -> None:
    """An abort that matched nothing, or a status that found nothing, closes the door to the sale that comes later."""
    till, request = world.till, world.till.sale(12_34)
    if world.plan("the till aborts what never came", "the till asks about what never came"):
        said = await till.status_until_told(request)
        closed = isinstance(said, NeverSeen)
    else:
        closed = await till.abort(request) is False
    said = await till.send_until_told(request)
    if closed and not isinstance(said, Closed):
        world.broken.append("P3 a request that was closed is done all the same")
    await the_end(world)


async def doubled(world: World) -> None:
    """The till's request comes twice, the second time at some moment; and once more when all is over."""
    till, request = world.till, world.till.sale(12_34)
    first = asyncio.create_task(till.send(request))
    await at_some_moment(world, "the same request comes again")
    second = asyncio.create_task(till.send(request))
    await first
    await second
    await till.send_until_told(request)
    await the_end(world)


async def other_name(world: World) -> None:
    """The till loses patience at some moment and asks for the same sale under another name, as a till must not."""
    till, request = world.till, world.till.sale(12_34)
    first = asyncio.create_task(till.send(request))
    await at_some_moment(world, "the till asks for the same sale under another name")
    if not request.told:  # having been told, it may sell the same again
        await till.send(till.sale(12_34))
    await first
    for each in till.requests:
        await till.status_until_told(each)
    await the_end(world)


async def confirms(world: World) -> None:
    """A till that confirms: it does, it gives the payment up, or it says nothing until the time is over."""
    way = world.plan("the till confirms", "the till cancels", "the till says nothing")
    till, request = world.till, world.till.sale(12_34, confirm_within_s=30)
    said = await till.send(request)
    if said is None:
        said = await till.status_until_told(request)
    request.undone = True  # nobody's word undoes it too
    if isinstance(said, PaidByCard) and way == 0:
        told = await till.say_until_told("confirms", lambda lane: lane.confirm(said.key))
        await _agrees(world, request, told, paid=True)
    elif isinstance(said, PaidByCard) and way == 1:
        told = await till.say_until_told("cancels", lambda lane: lane.cancel(said.key))
        await _agrees(world, request, told, paid=False)
    await asyncio.sleep(400)  # beyond every confirm_by
    await the_end(world)


async def _agrees(world: World, request: Request, told: Any, *, paid: bool) -> None:
    """What the till was told of its word is how it ends."""
    request.hear(told)
    await settled(world)
    final = await world.till.status_until_told(request)
    if isinstance(told, PaidByCard) and not told.confirm and not is_paid(final):
        world.broken.append("P3 a payment that was confirmed is told as not paid")
    if isinstance(told, NotPaid) and is_paid(final):
        world.broken.append("P3 a payment that was given up is told as paid")
    if isinstance(told, PaidByCard) and not paid and told.confirm:
        world.broken.append("P3 a payment that was given up still waits to be confirmed")


async def confirms_interac(world: World) -> None:
    """The same with Interac, which is paid at once: a cancel undoes it, and silence does not."""
    world.customers.usual = Presented(INTERAC)
    await confirms(world)


async def cash(world: World) -> None:
    """A cash sale, and its return: rounded alike, once each."""
    till, request = world.till, world.till.sale(12_34, tender=Tender.CASH)
    sold = await till.send_until_told(request)
    back = till.give_back(sold.key)
    returned = await till.send_until_told(back)
    if (sold.due, returned.due) != (12_35, 12_35):
        world.broken.append(f"P7 cash: {sold.due} cents taken, {returned.due} given back")
    legs = [leg for leg in world.disk.books.legs.values() if leg.tender is Tender.CASH]
    if len(legs) != 2:
        world.broken.append(f"P1 {len(legs)} movements of cash for one sale and its return")
    await the_end(world)


async def stopped(world: World) -> None:
    """The engine is told to stop at some moment (SIGTERM), and started again."""
    till, request = world.till, world.till.sale(12_34)
    paying = asyncio.create_task(till.send(request))
    await at_some_moment(world, "the engine is told to stop")
    await world.stop_engine()
    await paying
    await till.send_until_told(request)
    await the_end(world)


async def stuck(world: World) -> None:
    """A capture that is never answered, and sales that go on beside it; and nobody who only looks starts a payment."""
    till = world.till
    first = till.sale(12_34, sale=1)
    await till.send_until_told(first)
    world.line.never_answered = {"Capture"}
    second = till.sale(56_78, sale=2)
    for _ in range(2):
        await till.say("asks how it is", lambda lane: lane.health())
        await till.status(first)
    began = world.ground.now
    said = await till.send_until_told(second)
    if is_paid(said) and world.ground.now - began > 60:
        world.broken.append("P6 a sale waits for another's capture")
    await till.say("asks how it is", lambda lane: lane.health())
    world.line.never_answered = set()
    await the_end(world)


async def bad_disk(world: World) -> None:
    """Writes are refused, or their sync fails and they may lie there all the same."""
    await world.till.send_until_told(world.till.sale(12_34))
    await the_end(world)


STORIES = (
    Story("till-abort", aborted, Bounds(crashes=1, net=1)),
    Story("till-late", late, Bounds(crashes=1, net=1)),
    Story("till-doubled", doubled, Bounds(crashes=1, net=1)),
    Story("till-other-name", other_name, Bounds(crashes=1, net=1)),
    Story("till-confirms", confirms, Bounds(crashes=1, net=1)),
    Story("till-confirms-interac", confirms_interac, Bounds(crashes=1, net=1)),
    Story("till-cash", cash, Bounds(crashes=2, disk=1)),
    Story("till-stops", stopped, Bounds(crashes=1, net=1)),
    Story("till-stuck", stuck, Bounds(crashes=1, net=1)),
    Story("till-bad-disk", bad_disk, Bounds(crashes=2, disk=1), long=Bounds(4, 0, 1)),
    Story("till-bad-disk-net", bad_disk, Bounds(net=1, disk=2), long=Bounds(0, 6, 6)),
)
