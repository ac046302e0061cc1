"""One room started ahead for one reader, so that its start is off a customer's time; replaced when it was used."""

import asyncio
from typing import Protocol

from pos_bridge.cardlink.room import Room, RoomLostError
from pos_bridge.wire.cardlink import Finish, Ready
from pos_bridge.wire.locks import REQUIRED, Lock

_START_LIMIT_S = 15.0
_AFTER_DEATH_S = 1.0  # a room that dies while idle is replaced at this pace


class RoomSource(Protocol):
    """Where rooms come from: a program of our own (program.py), or systemd (activated.py)."""

    def start(self) -> Room:
        """A room on its way to Ready. In the event loop's own thread. Raises OSError."""


class Standby:
    """Keeps one idle room from the first `prepare` to `close`."""

    def __init__(self, program: RoomSource) -> None:
        self._program = program
        self._next: asyncio.Task[Room | None] | None = None
        self._used: set[asyncio.Task[None]] = set()
        self._closed = False
        self.locks: Lock | None = None  # of the room that was last ready

    def prepare(self) -> None:
        """Start the next room unless one is there or on its way."""
        if self._next is None and not self._closed:
            self._next = asyncio.get_running_loop().create_task(self._start())

    async def ready(self) -> None:
        """Wait until the next room is ready, or has failed to become so."""
        self.prepare()
        if self._next is not None:
            await asyncio.wait({self._next})

    async def take(self) -> Room:
        """An idle room, once the one before has let go of the reader. Give it to `release` in the end.

        Raises RoomLostError when none can be started; the next call tries again.
        """
        while self._used:
            await asyncio.wait(self._used)
        await self.ready()
        coming, self._next = self._next, None
        room = coming.result() if coming is not None else None
        if room is None:
            raise RoomLostError
        return room

    def release(self, room: Room) -> None:
        """The room has answered, or its answer is not wanted any more: see it to its end, and have the next ready."""
        self._say_finish(room)
        ending = asyncio.get_running_loop().create_task(room.end())
        self._used.add(ending)
        ending.add_done_callback(self._used.discard)
        self.prepare()

    async def close(self) -> None:
        """End all rooms and wait for that."""
        self._closed = True
        if self._next is not None:
            await asyncio.wait({self._next})
            room, self._next = self._next.result(), None
            if room is not None:
                self.release(room)
        while self._used:
            await asyncio.wait(self._used)

    async def _start(self) -> Room | None:
        """A room that is ready; None when it could not be started or is not locked down."""
        try:
            room = self._program.start()
        except OSError:
            return None
        try:
            async with asyncio.timeout(_START_LIMIT_S):
                report = await room.hear()
        except (RoomLostError, TimeoutError):
            report = None
        if not isinstance(report, Ready) or REQUIRED & ~Lock(report.locks):
            room.kill()
            await room.end()
            return None
        self.locks = Lock(report.locks)
        room.ended.add_done_callback(lambda _: self._died_idle(room))
        return room

    def _died_idle(self, room: Room) -> None:
        idle = self._next
        if idle is not None and idle.done() and idle.result() is room:
            self._next = None
            asyncio.get_running_loop().call_later(_AFTER_DEATH_S, self.prepare)

    @staticmethod
    def _say_finish(room: Room) -> None:
        try:
            room.say(Finish())
        except RoomLostError:
            return  # it has ended by itself, as it should once it has answered
