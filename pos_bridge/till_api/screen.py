"""A cashier's screen: where a payment is, for whoever asked for it. In memory, and gone with the payment."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any
from weakref import WeakValueDictionary

from pos_bridge.domain.progress import Stage


class Screen:
    """Shows the newest stage. Whoever looks late sees that one, and whoever looks slowly misses some before it."""

    def __init__(self) -> None:
        self._stage: Stage | None = None
        self._changes = 0
        self._next: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def show(self, stage: Stage) -> None:
        self._stage = stage
        self._changes += 1
        changed, self._next = self._next, asyncio.get_running_loop().create_future()
        changed.set_result(None)

    async def until(self, end: asyncio.Task[Any]) -> AsyncGenerator[Stage]:
        """Each stage that is new, until `end` is done; its result is for whoever asks."""
        seen = 0
        while True:
            if self._stage is not None and self._changes > seen:
                seen = self._changes
                yield self._stage
            elif end.done():
                return
            else:
                await asyncio.wait({end, self._next}, return_when=asyncio.FIRST_COMPLETED)


class Screens:
    """By till request (TillKeys.request): one that is asked again while it runs is looked at on the same screen.

    A payment holds its own, by what it was given to tell.
    """

    def __init__(self) -> None:
        self._screens: WeakValueDictionary[bytes, Screen] = WeakValueDictionary()

    def of(self, request: bytes) -> Screen:
        screen = self._screens.get(request)
        if screen is None:
            screen = self._screens[request] = Screen()
        return screen
