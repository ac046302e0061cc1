"""The card room by itself: how long a fresh one takes to be ready, and a swipe to come out of it sealed."""

import asyncio
import time
from dataclasses import dataclass, field

import uvloop

from benchmarks.figures import Figure, Unit, beside
from benchmarks.floor import Floor
from benchmarks.program import saying_first_line
from benchmarks.reader import Reader
from hw_sim.store.layout import Layout
from hw_sim.world import processor_folder
from pos_bridge.cardlink.program import RoomProgram
from pos_bridge.cardlink.room import Room
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.sealing_key import SealingKey
from pos_bridge.protocol import processor_v1_pb2 as pb
from pos_bridge.wire.cardlink import Armed, Read, Ready, Sealed

_NOON = 260101120000  # yymmddhhmmss
_PROMPT_MS = 30_000


@dataclass(slots=True)
class _Times:
    start: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    seal: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)


def rooms(layout: Layout, reader: Reader, floor: Floor, rounds: int) -> list[Figure]:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        times = runner.run(_measure(layout, reader, floor, rounds))
    started, sealed = {"room": times.start, "bare": times.bare}, {"room": times.seal, "floor": times.floor}
    what = "pty round trip and HPKE seal in one warm process"
    return [
        beside("card room, start to locked and ready", Unit.MILLISECONDS, started, "python -I -S, nothing imported"),
        beside("card room, swipe to sealed", Unit.MICROSECONDS, sealed, what),
    ]


async def _measure(layout: Layout, reader: Reader, floor: Floor, rounds: int) -> _Times:
    program = RoomProgram(layout.engine / "trust.txt")
    ask = _ask(layout, reader.device)
    times = _Times()
    for _ in range(rounds):
        with saying_first_line("-I", "-S", "-c", "print('ready', flush=True); input()") as (_process, _line, took):
            times.bare.append(took)
        began = time.perf_counter()
        room = program.start()
        _expect(await room.hear(), Ready)
        times.start.append(time.perf_counter() - began)
        await _swipe(room, ask, reader, floor, times)
        await room.end()
    return times


async def _swipe(room: Room, ask: Read, reader: Reader, floor: Floor, times: _Times) -> None:
    room.say(ask)
    _expect(await room.hear(), Armed)
    reader.wait_for_lamp()
    began = time.perf_counter()
    floor.swipe()
    times.floor.append(time.perf_counter() - began)
    began = time.perf_counter()
    reader.swipe()
    _expect(await room.hear(), Sealed)
    times.seal.append(time.perf_counter() - began)


def _expect(report: object, kind: type) -> None:
    if not isinstance(report, kind):
        raise RuntimeError(f"the room said {type(report).__name__}")  # noqa: TRY004 - what another program did


def _ask(layout: Layout, device: str) -> Read:
    sent = pb.SealingKey.FromString((processor_folder(layout.world) / "sealing-key.pb").read_bytes())
    key = SealingKey(sent.key_id, sent.epoch, sent.not_after_s, sent.public_key, sent.signature)
    amount = Amount(1000)
    leg = LegKey.fresh().raw
    return Read("msr_plain", device, _PROMPT_MS, leg, amount.cents, amount.currency.value, key, _NOON)
