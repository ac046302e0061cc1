"""What systemd's socket is given comes to the one behind it and back: whole, bounded, and ended with either side."""

import asyncio
import os
import secrets
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvloop

from pos_bridge.till_api import relay as relay_room
from pos_bridge.till_api.relay import MOST_RELAYED, Relay
from pos_bridge.till_api.server import MOST_CONNECTIONS

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Behind = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
LARGEST = 96 * 1024
TOO_MUCH = 64 * 1024 * 1024


@dataclass
class Scene:
    """`ended`: how many that stand behind were left."""

    relay: Relay
    place: str
    listening: socket.socket
    came: int = 0
    ended: int = 0
    streams: list[asyncio.StreamWriter] = field(default_factory=list)

    async def connect(self) -> Streams:
        reader, writer = await asyncio.open_connection(*self.listening.getsockname())
        self.streams.append(writer)
        return reader, writer


@asynccontextmanager
async def scene(folder: Path, behind: Behind, **bounds: Any) -> AsyncIterator[Scene]:
    """`behind` serves what comes through."""
    listening = socket.create_server(("127.0.0.1", 0))
    number = os.open(folder, os.O_PATH | os.O_DIRECTORY)  # a test's folder is too long for an address
    place = f"/proc/self/fd/{number}/behind"
    there = Scene(Relay(listening, lambda: place, **bounds), place, listening.dup())

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there.came += 1
        with suppress(OSError):
            await behind(reader, writer)
        there.ended += 1
        writer.close()

    server = await asyncio.start_unix_server(serve, place)
    there.relay.start()
    try:
        yield there
    finally:
        for writer in there.streams:
            writer.transport.abort()
        await there.relay.stop()
        server.close()
        await until(lambda: there.ended == there.came)
        there.listening.close()
        os.close(number)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.002)


def run(story: Coroutine[Any, Any, None]) -> None:
    """As the engine does."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(story)


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while said := await reader.read(10_000):
        writer.write(said)
        await writer.drain()


async def ask(streams: Streams, said: bytes) -> bytes:
    reader, writer = streams
    writer.write(said)
    async with asyncio.timeout(30):
        return await reader.readexactly(len(said))


async def gone(reader: asyncio.StreamReader) -> bool:
    """Whether its other side ended it, in whatever way."""
    async with asyncio.timeout(30):
        with suppress(ConnectionError):
            return await reader.read(1) == b""
    return True


@pytest.mark.parametrize("size", [1, 16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1, LARGEST, 3_000_000])
def test_every_byte_comes_and_goes_back(tmp_path: Path, size: int):
    async def story() -> None:
        async with scene(tmp_path, echo) as there:
            streams, said = await there.connect(), secrets.token_bytes(size)
            assert await ask(streams, said) == said
            assert await ask(streams, said[::-1]) == said[::-1]

    run(story())


def test_who_has_said_all_is_still_answered(tmp_path: Path):
    async def all_at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.read(-1))
        await writer.drain()

    async def story() -> None:
        async with scene(tmp_path, all_at_once) as there:
            (reader, writer), said = await there.connect(), secrets.token_bytes(LARGEST)
            writer.write(said)
            writer.write_eof()
            async with asyncio.timeout(30):
                assert await reader.read(-1) == said
            await until(lambda: there.ended == 1)

    run(story())


def test_nothing_stands_in_a_buffer_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    made: list[bytearray] = []

    def kept(size: int) -> bytearray:
        made.append(bytearray(size))
        return made[-1]

    monkeypatch.setattr(relay_room, "bytearray", kept, raising=False)

    async def story() -> None:
        async with scene(tmp_path, echo) as there:
            streams = await there.connect()
            for _ in range(20):
                await ask(streams, b"somebody" * 1000)
            await until(lambda: not any(map(any, made)))
            assert len(made) == 2, "one each way, used again and again"

    run(story())


# ---- ends ----


def reset(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def test_a_reset_in_the_middle_ends_both_sides_and_nobody_else(tmp_path: Path):
    async def story() -> None:
        async with scene(tmp_path, echo) as there:
            other, (_, writer) = await there.connect(), await there.connect()
            writer.write(bytes(1_000_000))
            await until(lambda: there.came == 2)
            reset(writer)
            await until(lambda: there.ended == 1)
            assert await ask(other, b"still here") == b"still here"

    run(story())


def test_who_is_let_go_behind_is_let_go_in_front(tmp_path: Path):
    async def leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)

    async def story() -> None:
        async with scene(tmp_path, leave, linger_s=0.01) as there:
            reader, writer = await there.connect()
            writer.write(b"hello")
            assert await gone(reader)

    run(story())


def test_without_anybody_behind_they_are_let_go(tmp_path: Path):
    async def story() -> None:
        listening = socket.create_server(("127.0.0.1", 0))
        address = listening.getsockname()
        relay = Relay(listening, lambda: str(tmp_path / "absent"))
        relay.start()
        reader, writer = await asyncio.open_connection(*address)
        assert await gone(reader)
        writer.close()
        await relay.stop()

    run(story())


def test_a_slow_reader_holds_up_nobody_and_fills_nothing(tmp_path: Path):
    """The one behind can write what sockets hold, and no more; then both sides are ended."""
    written: list[int] = []

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.read(5) == b"flood":
            while sum(written) < TOO_MUCH:
                writer.write(bytes(64 * 1024))
                await writer.drain()
                written.append(64 * 1024)
        await echo(reader, writer)

    async def story() -> None:
        async with scene(tmp_path, flood, unread_s=0.5) as there:
            with socket.create_connection(there.listening.getsockname()) as slow:
                await asyncio.get_running_loop().run_in_executor(None, slow.sendall, b"flood")
                other = await there.connect()
                other[1].write(b"start")
                for _ in range(20):
                    assert await ask(other, b"quick") == b"quick"
                await until(lambda: there.ended == 1)
            assert 0 < sum(written) < TOO_MUCH

    run(story())


# ---- places ----


def test_the_one_behind_has_room_for_who_has_just_gone():
    assert MOST_RELAYED < MOST_CONNECTIONS


def test_two_hundred_that_say_nothing_keep_nobody_out(tmp_path: Path):
    async def story() -> None:
        async with scene(tmp_path, echo, most=8) as there:
            friend = await there.connect()
            await ask(friend, b"once")
            await ask(friend, b"twice")
            idle = [await there.connect() for _ in range(200)]
            late = await there.connect()
            assert await ask(late, b"let in") == b"let in"
            assert await ask(friend, b"not put out") == b"not put out"
            await until(lambda: there.came - there.ended <= 8)
            assert await gone(idle[0][0])

    run(story())


def test_when_all_are_known_who_comes_waits_for_a_place(tmp_path: Path):
    async def story() -> None:
        async with scene(tmp_path, echo, most=2) as there:
            known = [await there.connect() for _ in range(2)]
            for each in known:
                await ask(each, b"once")
                await ask(each, b"twice")
            late = await there.connect()
            waiting = asyncio.create_task(ask(late, b"at last"))
            assert await ask(known[0], b"here") == b"here"
            assert (there.came, waiting.done()) == (2, False)
            known[1][1].close()
            assert await waiting == b"at last"

    run(story())


def test_who_comes_after_the_end_is_the_next_ones(tmp_path: Path):
    async def story() -> None:
        async with scene(tmp_path, echo) as there:
            streams = await there.connect()
            await ask(streams, b"before")
            there.relay.stop_taking()
            late = await there.connect()
            waiting = asyncio.create_task(ask(late, b"after"))
            assert await ask(streams, b"still") == b"still"
            streams[1].transport.abort()
            await there.relay.stop()
            assert not waiting.done()
            following = Relay(there.listening.dup(), lambda: there.place)
            following.start()
            assert await waiting == b"after"
            late[1].transport.abort()
            await following.stop()

    run(story())
