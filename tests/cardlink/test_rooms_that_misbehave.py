"""The engine's side of the card link against rooms that lie, hang, die, or cannot be started."""

import asyncio
import os
import socket
import sys

import pytest

from pos_bridge.cardlink import lane, room
from pos_bridge.cardlink.lane import ConfiguredReader
from pos_bridge.cardlink.rooms import Rooms
from pos_bridge.domain.card import ReadFailure, SealedCard
from pos_bridge.wire.cardlink import ReaderState
from tests.cardlink.world import (
    ask,
    children,
    hostile,
    until,
    with_rooms,
)
from tests.drivers.line import LIMIT_S

LOST = ReadFailure.ROOM_LOST


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        *[(word, LOST) for word in ("dies", "dies-armed", "exits", "nonsense", "empty", "oversized")],
        *[(word, LOST) for word in ("card-in-a-report", "armed-twice", "sealed-unarmed", "other-key", "three-shows")],
        *[(word, LOST) for word in ("show-unarmed", "ready-again", "reader-state", "says-lost", "flood", "hangs")],
        *[(word, LOST) for word in ("hangs-armed", "dies-at-once", "fault-at-once", "unlocked", "not-ready")],
        *[(word, LOST) for word in ("speaks-unasked",)],
        ("stalled", ReadFailure.READER_STALLED),
        ("no-card", ReadFailure.NO_CARD),
        ("absent", ReadFailure.READER_ABSENT),
        ("busy", ReadFailure.READER_BUSY),
        ("key-refused", ReadFailure.KEY_REFUSED),
        ("chip", ReadFailure.CHIP_REQUIRED),
    ],
)
def test_what_a_room_may_say_and_what_ends_it(tmp_path, monkeypatch, word, reason):
    """And the next prompt works."""
    monkeypatch.setattr(lane, "_ANSWER_GRACE_S", -0.5)
    monkeypatch.setattr(room, "_END_GRACE_S", 0.5)

    async def story(rooms: Rooms) -> None:
        assert await ask(rooms).card() is reason
        assert isinstance(await ask(rooms).card(), SealedCard)

    with_rooms(tmp_path, ["/dev/any"], story, prompt_s=1, python=hostile(tmp_path, word, "shows"))


@pytest.mark.parametrize("word", ["sealed-then-nonsense", "sealed-then-hangs", "sealed-then-dies"])
def test_what_a_room_does_after_its_answer_changes_nothing(tmp_path, monkeypatch, word):
    monkeypatch.setattr(room, "_END_GRACE_S", 0.2)

    async def story(rooms: Rooms) -> None:
        for _ in range(2):
            assert isinstance(await ask(rooms).card(), SealedCard)

    with_rooms(tmp_path, ["/dev/any"], story, python=hostile(tmp_path, word))


def test_a_room_that_was_gone_before_its_nonsense_was_read_is_let_go():
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    theirs.send(b"\xff")
    theirs.close()
    pid = os.posix_spawn(sys.executable, [sys.executable, "-c", ""], {})
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)

    async def story() -> None:
        gone = room.Room(ours, pid)
        gone._loop.remove_reader(ours.fileno())  # the engine is busy: it hears of the end first
        await asyncio.wait_for(gone.end(), LIMIT_S)
        assert ours.fileno() == -1

    asyncio.run(story())


def test_a_room_that_does_not_finish_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "_END_GRACE_S", 0.2)

    async def story(rooms: Rooms) -> None:
        prompt = ask(rooms)
        await until(lambda: rooms._lanes[0]._state is ReaderState.PRESENT)
        prompt.withdraw()
        assert await prompt.card() is ReadFailure.NO_CARD
        assert dict(await rooms.states()) == {"reader-0": True}

    with_rooms(tmp_path, ["/dev/any"], story, python=hostile(tmp_path, "shows-and-hangs", "present"))


def test_an_idle_room_that_dies_again_and_again_is_not_started_in_a_rush(tmp_path):
    async def story(rooms: Rooms) -> None:
        await rooms.start()
        await until(lambda: not children())
        assert await ask(rooms).card() is ReadFailure.ROOM_LOST

    with_rooms(tmp_path, ["/dev/any"], story, python=hostile(tmp_path, "dies-idle", "dies"))


@pytest.mark.parametrize("python", ["/not/there", "/dev/null"])
def test_an_interpreter_that_cannot_be_started(tmp_path, python):
    async def story(rooms: Rooms) -> None:
        assert await rooms.start() == {"reader-0": None}
        assert await ask(rooms).card() is ReadFailure.ROOM_LOST
        assert dict(await rooms.states()) == {"reader-0": False}

    with_rooms(tmp_path, ["/dev/any"], story, python=python)


def test_a_trust_file_that_is_not_there(tmp_path, line):
    async def story() -> None:
        rooms = Rooms([ConfiguredReader("front", "msr_plain", line.device)], tmp_path / "none", 60, is_fit=lambda: True)
        assert await rooms.start() == {"front": None}
        assert await ask(rooms).card() is ReadFailure.ROOM_LOST
        await rooms.close()

    asyncio.run(story())
