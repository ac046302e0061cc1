"""Readers in the hand of a test, and rooms for them that are real processes: true ones, and ones that misbehave."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from pos_bridge.cardlink.lane import ConfiguredReader
from pos_bridge.cardlink.rooms import Rooms
from pos_bridge.checkout.ports import CardReaders, Prompt
from pos_bridge.domain.card import ReadFailure, SealedCard
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from tests.card.keys import ProcessorKeys
from tests.drivers.line import GREEN, LIMIT_S, OFF, VISA, Line
from tests.wire.swipes import swipe

FRAME = swipe(VISA)
BAD = FRAME[:-2] + b"0\r"
AMOUNT = Amount(2_599)
KEYS = ProcessorKeys()


def children() -> set[int]:
    """Processes of ours that have not been reaped."""
    return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}


def prompted(rooms: CardReaders, leg: LegKey) -> Prompt:
    """Through the checkout's own port, which Rooms is held to by the type checker."""
    return rooms.prompt(leg, AMOUNT, KEYS.sealing_key())


def ask(rooms: Rooms) -> Prompt:
    return prompted(rooms, LegKey.fresh())


async def hear(line: Line, wanted: bytes) -> bytes:
    return await asyncio.to_thread(line.hear, wanted)


async def swiped_badly_then_well(rooms: Rooms, line: Line) -> None:
    """The customer is asked to swipe again, and does."""
    prompt = ask(rooms)
    await hear(line, GREEN)
    line.send(BAD)
    await hear(line, OFF + GREEN)
    line.send(FRAME)
    assert isinstance(await prompt.card(), SealedCard)


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0)


def with_rooms(
    folder: Path,
    devices: list[str],
    story: Callable[[Rooms], Awaitable[None]],
    prompt_s: int = 60,
    python: str = sys.executable,
    *,
    drivers: Sequence[str] = ("msr_plain",) * 2,
    on_failure: Callable[[ReadFailure], object] = lambda _: None,
    is_fit: Callable[[], bool] = lambda: True,
) -> None:
    """Rooms for these devices, a story with them, and their end."""

    async def run() -> None:
        readers = [
            ConfiguredReader(f"reader-{number}", driver, device)
            for number, (driver, device) in enumerate(zip(drivers, devices, strict=False))
        ]
        rooms = Rooms(readers, KEYS.write_trust(folder), prompt_s, python, is_fit=is_fit, on_failure=on_failure)
        try:
            await asyncio.wait_for(story(rooms), LIMIT_S)
        finally:
            await rooms.close()

    asyncio.run(run())


def hostile(folder: Path, *words: str) -> str:
    """An interpreter that runs no card room: its rooms behave as the words say, the last for ever."""
    script = folder / "hostile"
    source = Path(__file__).with_name("hostile_room.py").read_text()
    script.write_text(f"#!{sys.executable} -S\n{source}")
    script.chmod(0o755)
    script.with_suffix(".words").write_text(" ".join(words))
    return str(script)
