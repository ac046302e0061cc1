"""A counter whose devices hang on real pseudo-terminals, in the loop of the test."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from hw_sim.counter.counter import Counter

LIMIT_S = 60.0


@asynccontextmanager
async def counter_in(folder: Path) -> AsyncIterator[Counter]:
    devices = folder / "dev"
    devices.mkdir()
    counter = Counter(devices, folder / "paper")
    try:
        yield counter
    finally:
        counter.close()


def with_counter(folder: Path, story: Callable[[Counter], Awaitable[Any]]) -> Any:
    """Run it. What it waits for comes within a minute."""

    async def told() -> Any:
        async with asyncio.timeout(LIMIT_S), counter_in(folder) as counter:
            return await story(counter)

    return asyncio.run(told())


async def until(condition: Callable[[], object]) -> None:
    while not condition():
        await asyncio.sleep(0.005)
