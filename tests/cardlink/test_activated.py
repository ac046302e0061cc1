"""Rooms as systemd hands them out: its own program listens, takes each connection, and starts a real room with it."""

import asyncio
import ctypes
import os
import signal
import socket
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pos_bridge.cardlink import activated
from pos_bridge.cardlink.activated import NotSystemdsError, RoomSocket, RoomSockets
from pos_bridge.cardlink.lane import ConfiguredReader
from pos_bridge.cardlink.rooms import Rooms
from pos_bridge.domain.card import ReadFailure
from pos_bridge.wire.locks import REQUIRED
from tests.card.room_process import room_command
from tests.cardlink.world import KEYS, ask, hear, hostile, swiped_badly_then_well
from tests.drivers.line import GREEN, LIMIT_S, OFF, Line
from tests.processes import descendants, survivors

ACTIVATE = "/usr/bin/systemd-socket-activate"
OURSELVES = "root" if os.geteuid() == 0 else os.environ.get("USER", "")


def die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, ctypes.c_ulong(signal.SIGKILL))


@contextmanager
def listening(at: Path, command: list[str]) -> Iterator[int]:
    """A room for each connection, as `Accept=yes` has it. Gives the listener's process."""
    with subprocess.Popen(
        [ACTIVATE, "--accept", "--seqpacket", "--listen", str(at), "--setenv", "LD_BIND_NOW=1", *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=die_with_parent,  # noqa: PLW1509 - one thread, and nothing else dies with us
    ) as listener:
        assert listener.stderr is not None
        try:
            assert b"Listening on" in listener.stderr.readline()
            yield listener.pid
            rooms = descendants(listener.pid)
        finally:
            listener.terminate()
    assert not survivors(rooms)


@pytest.fixture(name="folder")
def short_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("a")


def told(folder: Path, line: Line, story: Callable[[Rooms], Awaitable[None]], prompt_s: int = 60) -> None:
    async def run() -> None:
        sockets = RoomSockets(folder / "s", None)
        readers = [ConfiguredReader("front", "msr_plain", line.device)]
        rooms = Rooms(readers, folder / "not there", prompt_s, "not there", is_fit=lambda: True, sockets=sockets)
        try:
            await asyncio.wait_for(story(rooms), LIMIT_S)
        finally:
            await rooms.close()

    asyncio.run(run())


def command(folder: Path, engine: str = OURSELVES) -> list[str]:
    return [*room_command(KEYS.write_trust(folder)), "--engine", engine]


def test_cards_one_after_the_other_each_in_a_room_of_systemds(folder, line):
    async def story(rooms: Rooms) -> None:
        (locks,) = (await rooms.start()).values()
        assert locks is not None
        assert not REQUIRED & ~locks
        for _ in range(3):
            await swiped_badly_then_well(rooms, line)

    with listening(folder / "s", command(folder)):
        told(folder, line, story)


def test_a_withdrawn_ask_frees_the_reader_for_the_next(folder, line):
    async def story(rooms: Rooms) -> None:
        for _ in range(3):
            prompt = ask(rooms)
            await hear(line, GREEN)
            prompt.withdraw()
            assert await prompt.card() is ReadFailure.NO_CARD
            await hear(line, OFF)
        assert await rooms.states() == (("front", True),)

    with listening(folder / "s", command(folder)):
        told(folder, line, story)


def test_the_engine_goes_and_its_rooms_with_it(folder, line):
    """No signal reaches them: the end of the link does."""
    with listening(folder / "s", command(folder)) as pid:

        async def story(rooms: Rooms) -> None:
            ask(rooms)
            await hear(line, GREEN)
            assert len(descendants(pid)) >= 1

        told(folder, line, story)
        assert not survivors(descendants(pid))


@pytest.mark.parametrize("word", ["nonsense", "hangs-armed", "dies-armed", "oversized", "card-in-a-report", "flood"])
def test_a_room_that_misbehaves_is_hung_up_on(folder, line, word):
    async def story(rooms: Rooms) -> None:
        answer = await asyncio.wait_for(ask(rooms).card(), LIMIT_S)
        assert isinstance(answer, ReadFailure)

    with listening(folder / "s", [hostile(folder, word, *["good"] * 9), "-S"]):
        told(folder, line, story, prompt_s=1)


def test_nobody_listens(folder, line):
    async def story(rooms: Rooms) -> None:
        assert list((await rooms.start()).values()) == [None]
        assert await ask(rooms).card() is ReadFailure.ROOM_LOST

    told(folder, line, story)


@pytest.mark.parametrize("user", ["nobody", "no-user-of-this-name"])
def test_a_room_answers_nobody_but_the_engines_user(folder, line, user):
    async def story(rooms: Rooms) -> None:
        assert list((await rooms.start()).values()) == [None]

    with listening(folder / "s", command(folder, user)):
        told(folder, line, story)


def test_an_engine_asks_nobody_but_systemd(folder, monkeypatch):
    async def story() -> None:
        with pytest.raises(NotSystemdsError):
            RoomSocket(folder / "s").start()

    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as squatter:
        squatter.bind(str(folder / "s"))
        squatter.listen()
        monkeypatch.setattr(activated, "_ROOT", -1)
        monkeypatch.setattr(os, "geteuid", lambda: -2)
        asyncio.run(story())


def test_a_kind_of_reader_without_a_socket():
    with pytest.raises(ValueError, match="no rooms"):
        RoomSockets(Path("s"), None).of(chips=True)
