"""How every story ends: what is on its way arrives, what is open is settled, and the till asks what became of it."""

import asyncio

from pos_bridge.domain.leg import State
from tests.explorer.loop import StuckError
from tests.explorer.world import World

_SETTLING_S = 1800  # far beyond every fault, a processor's clock that was set back ten minutes included
_LEFT_TO_PEOPLE = frozenset({State.UNRESOLVED, State.CASH_DUE})


async def settled(world: World) -> None:
    """Until nothing is open or on its way, with an engine that runs. Faults still happen."""
    for _ in range(_SETTLING_S):
        if not world.line.on_its_way and world.engine is not None and not _open_legs(world):
            return
        await asyncio.sleep(world.ground.to_tick(0.5))
    raise StuckError("an open leg is never settled")


def _open_legs(world: World) -> bool:
    return any(leg.state not in _LEFT_TO_PEOPLE for leg in world.disk.books.unsettled())


async def the_end(world: World) -> None:
    await settled(world)
    world.ground.quiet = True
    for request in world.till.requests:
        await world.till.status_until_told(request)
