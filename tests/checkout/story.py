"""How a test of the checkout is told: one coroutine, run to its end, that waits for conditions and for no time."""

import asyncio
from collections.abc import Callable, Coroutine

_LIMIT_S = 20


def story(test: Callable[[], Coroutine[None, None, None]]) -> Callable[[], None]:
    """Run an async test to its end."""

    async def limited() -> None:
        async with asyncio.timeout(_LIMIT_S):
            await test()

    def run() -> None:
        asyncio.run(limited())

    run.__name__ = test.__name__
    return run


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.005)
