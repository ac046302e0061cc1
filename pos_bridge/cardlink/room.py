"""The engine's hold on one card room: its packets, its end, and the means to end it.

A room is not believed: a packet that is no report, is too long or comes when nobody asked ends that room, and only it.
"""

import asyncio
import contextlib
import os
import signal
import socket

from pos_bridge.wire.cardlink import MAX_MESSAGE, LinkError, Report, Request
from pos_bridge.wire.cardlink_codec import decode_report, encode_request

_MOST_UNHEARD = 8  # a room says at most Ready, Armed, two Show and an answer
_END_GRACE_S = 2.0


class RoomLostError(Exception):
    """The room ended without an answer, or was ended for what it said."""


class Room:
    """One room's process. Made in a running event loop, closes its descriptors when the process has ended.

    `pid`: a child of ours. None: systemd's, of which we hold the link alone; it has ended when the link has. A room
    closes its reader before its link, unless it is killed.
    """

    def __init__(self, link: socket.socket, pid: int | None) -> None:
        self._link = link
        self._link.settimeout(0)
        self._process = None if pid is None else os.pidfd_open(pid)
        self._heard: asyncio.Queue[Report | None] = asyncio.Queue()
        self._listening = True
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[None] = self._loop.create_future()
        self._loop.add_reader(self._link.fileno(), self._on_packet)
        if self._process is not None:
            self._loop.add_reader(self._process, self._on_exit, self._process)

    async def hear(self) -> Report:
        """The next report. Raises RoomLostError when there will be none."""
        report = await self._heard.get()
        if report is None:
            self._heard.put_nowait(None)  # there will never be one
            raise RoomLostError
        return report

    def silent(self) -> bool:
        """It has said nothing that was not heard yet."""
        return self._heard.empty()

    def say(self, request: Request) -> None:
        """Raises RoomLostError when the room is not there to hear it."""
        try:
            self._link.send(encode_request(request))
        except OSError:
            raise RoomLostError from None

    def kill(self) -> None:
        """End this process, whatever it does. One that systemd started is hung up on, and ends by that."""
        if self._process is None:
            self._stop_listening()
            self._let_go()
        elif not self.ended.done():
            with contextlib.suppress(ProcessLookupError):  # it is gone, and what it said last is being read
                signal.pidfd_send_signal(self._process, signal.SIGKILL)

    async def end(self) -> None:
        """Wait for the end, and bring it about when it does not come by itself."""
        done, _ = await asyncio.wait({self.ended}, timeout=_END_GRACE_S)
        if not done:
            self.kill()
            await self.ended

    def _on_packet(self) -> bool:
        """Take in one packet, if there is one and this room is still listened to."""
        if not self._listening:
            return False
        try:
            packet, _, flags, _ = self._link.recvmsg(MAX_MESSAGE)
        except BlockingIOError:
            return False
        except OSError:
            packet, flags = b"", 0
        if not packet:
            self._stop_listening()
            if self._process is None:
                self._let_go()
            return False
        try:
            if flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC) or self._heard.qsize() >= _MOST_UNHEARD:
                raise LinkError("more than a report")  # noqa: TRY301 - the same end as for a packet that is none
            self._heard.put_nowait(decode_report(packet))
        except LinkError:
            self._stop_listening()
            self.kill()
        return self._listening

    def _stop_listening(self) -> None:
        if self._listening:
            self._listening = False
            self._loop.remove_reader(self._link.fileno())
            self._heard.put_nowait(None)

    def _on_exit(self, process: int) -> None:
        """The process has ended: take in what it said before, then let go of it."""
        self._loop.remove_reader(process)
        with contextlib.suppress(ChildProcessError):  # where SIGCHLD is ignored the kernel reaps it
            os.waitid(os.P_PIDFD, process, os.WEXITED)
        while self._on_packet():
            continue
        self._stop_listening()
        os.close(process)
        self._let_go()

    def _let_go(self) -> None:
        self._link.close()
        if not self.ended.done():
            self.ended.set_result(None)
