"""A simulated reader on the counter, for tests: plugged in, with customers and tills of the test's own."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from random import Random
from typing import Any

from hw_sim.cards import CARDS
from hw_sim.readers.msr_plain import MsrPlain
from hw_sim.readers.reader import Model, Reader
from hw_sim.readers.stripe import Stripe, stripe
from tests.hw_sim.readers.port import LONG, Port

VISA, AMEX = stripe(CARDS["visa"]), stripe(CARDS["amex"])


class Place:
    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._ports: list[Port] = []

    def open(self) -> Port:
        """A till opens the port; it is closed when the test ends, if not before."""
        port = Port(self.reader.device)
        self._ports.append(port)
        return port

    def queue(self, card: Stripe) -> "asyncio.Task[bool]":
        return asyncio.create_task(self.reader.swipe(card, LONG))

    async def leave(self) -> None:
        for port in self._ports:
            port.close()
        await self.reader.close()


async def play(scene: Callable[[Place], Coroutine[Any, Any, None]], device: Path, model: Model) -> None:
    place = Place(Reader(device.name, device, model, Random(1)))
    place.reader.plug()
    try:
        async with asyncio.timeout(LONG):
            await scene(place)
    finally:
        await place.leave()
    assert len(asyncio.all_tasks()) == 1


def at_the_counter(scene: Callable[[Place], Coroutine[Any, Any, None]]) -> Callable[[Path], None]:
    """A test of what happens at a plain reader; nothing may be left on disk."""

    def test(tmp_path: Path) -> None:
        asyncio.run(play(scene, tmp_path / "msr_plain", MsrPlain()))
        assert list(tmp_path.iterdir()) == []

    test.__doc__ = scene.__doc__
    return test
