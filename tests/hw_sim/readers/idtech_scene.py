"""An encrypting reader on the counter, and a till at its line."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hw_sim import dukpt, key_room
from hw_sim.readers.idtech_msr import IdtechMsr
from hw_sim.readers.key_state import KeyState
from hw_sim.readers.stripe import Stripe
from tests.hw_sim.readers.idtech import Till, parse
from tests.hw_sim.readers.place import Place, play


@dataclass(frozen=True)
class Scene:
    """A reader that was injected, and a till that has opened its port."""

    place: Place
    till: Till
    world: Path

    def opened(self, raw: bytes) -> bytes:
        """The tracks of an encrypted frame, as the processor would open them."""
        frame = parse(raw)
        initial = dukpt.initial_key(key_room.base_key(self.world / "processor"), frame.ksn)
        key = dukpt.working_key(dukpt.transaction_key(initial, frame.ksn), dukpt.Variant.DATA_ONE_WAY)
        return dukpt.decrypt(key, frame.joined).rstrip(b"\0")


def tracks(card: Stripe) -> bytes:
    return card.track_1 + card.track_2


def play_in(world: Path, scene: Callable[[Scene], Coroutine[Any, Any, None]]) -> None:
    (world / "processor").mkdir(exist_ok=True)
    key_room.inject(world, world / "processor", "reader")

    async def with_till(place: Place) -> None:
        await scene(Scene(place, Till(place.open()), world))

    asyncio.run(play(with_till, world / "reader", IdtechMsr(KeyState(key_room.state_file(world, "reader")))))


def at_the_counter(scene: Callable[[Scene], Coroutine[Any, Any, None]]) -> Callable[[Path], None]:
    def test(tmp_path: Path) -> None:
        play_in(tmp_path, scene)

    test.__doc__ = scene.__doc__
    return test
