"""How every story ends: what is on its way arrives, what is open is settled, and the till asks what became of it."""

import asyncio

from pos_bridge.domain.leg import State
from tests.explorer.loop import StuckError
from tests.explorer.world import World

_SETTLING_S = 600  # far beyond every fault
_LEFT_TO_PEOPLE = frozenset({State.UNRESOLVED, State.CASH_DUE})


async def settled(world: World) -> None:
    """Until nothing is open or on its way, with an engine that runs. Faults still happen."""
    for _ in range(_SETTLING_S):
        open_legs = [leg for leg in world.disk.books.unsettled() if leg.state not in _LEFT_TO_PEOPLE]
        if not open_legs and not world.line.on_its_way and world.engine is not None:
            return
        await asyncio.sleep(world.ground.to_tick(0.5))
    raise StuckError("an open leg is never settled")


async def the_end(world: World) -> None:
    await settled(world)
    world.ground.quiet = True
    for request in world.till.requests:
        await world.till.status_until_told(request)
