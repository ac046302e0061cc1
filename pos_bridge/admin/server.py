"""The administration socket, served: bounded connections, one question each, and a clock on whoever is slow.

Who connects is read from the kernel when the connection is taken. Nothing of what was asked is logged; a denied call
is, without who it was: the number of a person's user is about that person.
"""

import asyncio
import socket
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import Protocol, cast

from pos_bridge.admin.calls import Call, answer
from pos_bridge.admin.lines import Answer, Fault, Line, UnreadableError, read_ask, write
from pos_bridge.admin.who import ROOT, Who
from pos_bridge.cardlink.peer import peer_of
from pos_bridge.domain.trouble import Trouble
from pos_bridge.listening import arrivals
from pos_bridge.listening.unix_socket import Place
from pos_bridge.log import events
from pos_bridge.log.log import Event, counted

MODE = 0o666  # who asks is looked up for each connection; the folder can keep others out altogether
MOST_OF_A_USER = 4
MOST = 16  # of root, as many again as of any user
ASK_S = 5.0
ANSWER_S = 20.0
READ_S = 5.0
_BACKLOG = 64
_CHUNK = 4 * 1024
_TELL_EACH_S = 10.0


class Log(Protocol):
    def emit(self, event: Event) -> None: ...


class Roles(Protocol):
    async def roles(self, uid: int) -> frozenset[Who]: ...


class AdminServer:
    """Owns `place` from here on. `start` raises OSError; `stop` ends every connection."""

    def __init__(
        self, place: Place, calls: Mapping[str, Call], roles: Roles, log: Log, *, ask_s: float = ASK_S
    ) -> None:
        self._place = place
        self._calls = calls
        self._roles = roles
        self._log = log
        self.ask_s = ask_s
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        self._here: dict[Guest, int] = {}  # each with its user
        self._denied = 0
        self._telling: asyncio.TimerHandle | None = None
        self._accepting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._socket.bind(self._place.address.removeprefix("unix:"))
        self._socket.setblocking(False)  # noqa: FBT003 - the socket's own signature
        self._socket.listen(_BACKLOG)
        self._place.show()
        self._accepting = asyncio.create_task(arrivals.take(self._socket, self._admit))

    async def stop(self) -> None:
        if self._accepting is not None:
            self._accepting.cancel()
            await asyncio.gather(self._accepting, return_exceptions=True)
        self._socket.close()
        self._place.close()
        for guest in tuple(self._here):
            await guest.end()
        if self._telling is not None:
            self._telling.cancel()
            self._tell()

    # ---- who comes ----

    async def _admit(self, link: socket.socket) -> None:
        """One at a time, and the payments have their turn after each."""
        try:
            uid = peer_of(link).uid
        except OSError:
            link.close()
            return
        if not self._has_place(uid):
            with suppress(OSError):
                link.send(write(Answer(fault=Fault.BUSY)))
            link.close()
            return
        guest = Guest(self, uid)
        self._here[guest] = uid
        try:
            await asyncio.get_running_loop().connect_accepted_socket(lambda: guest, link)
        except OSError:
            self.gone(guest)
            link.close()

    def _has_place(self, uid: int) -> bool:
        """Nobody but root takes root's places, and nobody another user's."""
        users = Counter(self._here.values())
        others = len(self._here) - users[ROOT]
        return users[uid] < MOST_OF_A_USER and (uid == ROOT or others < MOST)

    def gone(self, guest: "Guest") -> None:
        self._here.pop(guest, None)

    # ---- what they ask ----

    async def answer(self, line: bytes, uid: int) -> Answer:
        try:
            async with asyncio.timeout(ANSWER_S):
                told = await answer(self._calls, read_ask(line), await self._roles.roles(uid))
        except UnreadableError:
            return Answer(fault=Fault.UNREADABLE)
        except TimeoutError:
            return Answer(fault=Fault.BUSY)
        except Exception:  # noqa: BLE001 - what it says may quote what was asked
            self._log.emit(events.RequestFault(Trouble.ADMINISTRATION))
            return Answer(fault=Fault.FAILED)
        if told.fault is Fault.DENIED:
            self._note_denied()
        return told

    def _note_denied(self) -> None:
        """The first at once, whatever follows it ten seconds later: a thousand of them are one line."""
        self._denied += 1
        if self._telling is None:
            self._tell()
            self._telling = asyncio.get_running_loop().call_later(_TELL_EACH_S, self._told_long_ago)

    def _told_long_ago(self) -> None:
        self._telling = None
        if self._denied:
            self._tell()
            self._telling = asyncio.get_running_loop().call_later(_TELL_EACH_S, self._told_long_ago)

    def _tell(self) -> None:
        denied, self._denied = self._denied, 0
        if denied:
            self._log.emit(events.AdminDenied(counted(denied)))


class Guest(asyncio.BufferedProtocol):
    """One connection: one line, one answer, and it is over. No state of it takes longer than its clock.

    What comes may be a password: it is read into a buffer of its own, and not into the loop's, which keeps what came
    last until something else comes; it is wiped as soon as it was heard.
    """

    def __init__(self, server: AdminServer, uid: int) -> None:
        self._server = server
        self._uid = uid
        self._buffer = memoryview(bytearray(_CHUNK))
        self._line: Line | None = Line()
        self._transport: asyncio.Transport | None = None
        self._clock: asyncio.TimerHandle | None = None
        self._work: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are no instances of it
        self._within(self._server.ask_s)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - what does not fit comes next
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        heard = self._buffer[:nbytes]
        try:
            self._hear(heard)
        finally:
            heard[:] = bytes(nbytes)

    def _hear(self, data: memoryview) -> None:
        if self._line is None:
            return  # there is one question on a connection
        try:
            line = self._line.feed(data)
        except UnreadableError:
            self._line = None
            self._give(Answer(fault=Fault.UNREADABLE))
            return
        if line is None:
            return
        self._line = None
        self._stop_clock()
        assert self._transport is not None
        self._transport.pause_reading()
        self._work = asyncio.create_task(self._answer(line))

    def eof_received(self) -> bool:
        """Whoever has asked may say that it says no more."""
        return self._line is None

    def connection_lost(self, error: Exception | None) -> None:
        del error
        self._stop_clock()
        self._server.gone(self)

    async def end(self) -> None:
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)
        if self._transport is not None:
            self._transport.abort()

    async def _answer(self, line: bytes) -> None:
        self._give(await self._server.answer(line, self._uid))

    def _give(self, answer: Answer) -> None:
        transport = self._transport
        assert transport is not None
        if transport.is_closing():
            return
        try:
            line = write(answer)
        except (ValueError, TypeError):
            line = write(Answer(fault=Fault.FAILED))
        transport.write(line)
        transport.close()
        self._within(READ_S)  # whoever does not read their answer does not keep a place for it

    def _within(self, seconds: float) -> None:
        self._stop_clock()
        assert self._transport is not None
        self._clock = asyncio.get_running_loop().call_later(seconds, self._transport.abort)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
