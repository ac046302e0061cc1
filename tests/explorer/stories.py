"""The stories: what happens at a till while everything around it may fail."""

import asyncio

from pos_bridge.domain.leg import State
from tests.explorer.explore import Bounds, Story
from tests.explorer.loop import StuckError
from tests.explorer.till import Request, is_paid
from tests.explorer.world import World

_SETTLING_S = 300  # far beyond every fault
_LEFT_TO_PEOPLE = frozenset({State.UNRESOLVED, State.CASH_DUE})


async def the_end(world: World) -> None:
    """Everything on its way arrives, everything open is settled; then the till asks what became of each request."""
    for _ in range(_SETTLING_S):
        open_legs = [leg for leg in world.disk.books.unsettled() if leg.state not in _LEFT_TO_PEOPLE]
        if not open_legs and not world.line.on_its_way and world.engine is not None:
            break
        await asyncio.sleep(world.ground.to_tick(0.5))
    else:
        raise StuckError("an open leg is never settled")
    world.ground.quiet = True
    for request in world.till.requests:
        await world.till.status_until_told(request)


async def repeats(world: World) -> None:
    """The till repeats its request until it is told."""
    await world.till.pay_until_told(world.till.sale(12_34))
    await the_end(world)


async def asks(world: World) -> None:
    """The till asks what became of it; told that it was never seen or not paid, it begins anew under another name."""
    till = world.till
    for _ in range(3):
        request: Request = till.sale(12_34)
        said = await till.pay(request)
        if said is None:
            said = await till.status_until_told(request)
        if is_paid(said):
            break
    await the_end(world)


STORIES = {
    story.name: story
    for story in (
        Story("card-repeat", repeats, Bounds(crashes=2, net=2), parts=2),
        Story("card-status", asks, Bounds(crashes=1, net=2), parts=2),
    )
}
