"""Between a listening socket that systemd holds and gRPC, which takes no descriptor: bytes are carried both ways.

TLS ends at gRPC: what passes here is ciphertext, nothing of it is looked at, kept or told, and each buffer is
overwritten once it was sent. What is read is sent before more is read. How long a handshake or a silence may last is
gRPC's to say: it ends its side, and with it the other.
"""

import asyncio
import socket
from collections.abc import Callable
from enum import IntEnum, auto

MOST_RELAYED = 48  # fewer than gRPC lets in: one that has just gone is not counted against who comes
UNREAD_S = 30.0  # for one buffer; as long as gRPC waits for a sign of life
LINGER_S = 5.0
_BACKLOG = 256
_BUFFER = 16 * 1024
_PAUSE_S = 0.1


class _Met(IntEnum):
    """How far two sides have come. A TLS 1.3 client that may come in is answered twice."""

    NOT = auto()
    ANSWERED = auto()
    CAME_BACK = auto()
    WHOLLY = auto()


_BY_CLIENT = {_Met.ANSWERED: _Met.CAME_BACK}
_BY_ENGINE = {_Met.NOT: _Met.ANSWERED, _Met.CAME_BACK: _Met.WHOLLY}


class _Link:
    """A client, and gRPC's side of its connection."""

    def __init__(self, client: socket.socket, engine: socket.socket, unread_s: float, linger_s: float) -> None:
        self._client = client
        self._engine = engine
        self._unread_s = unread_s
        self._linger_s = linger_s
        self._met = _Met.NOT

    @property
    def is_strange(self) -> bool:
        """Nobody has said yet that it may come in."""
        return self._met is not _Met.WHOLLY

    async def run(self) -> None:
        """Until both sides have ended, one is dead, or one has ended and the other does not."""
        ways = (
            asyncio.create_task(self._carry(self._client, self._engine, _BY_CLIENT)),
            asyncio.create_task(self._carry(self._engine, self._client, _BY_ENGINE)),
        )
        try:
            done, left = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            if left and all(way.result() for way in done):
                await asyncio.wait(left, timeout=self._linger_s)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    def close(self) -> None:
        self._client.close()
        self._engine.close()

    async def _carry(self, source: socket.socket, sink: socket.socket, step: dict[_Met, _Met]) -> bool:
        """Until `source` ends: True. False: one of the two is dead, or does not take what it is sent."""
        loop, buffer = asyncio.get_running_loop(), bytearray(_BUFFER)
        try:
            with memoryview(buffer) as view:
                while size := await loop.sock_recv_into(source, view):
                    self._met = step.get(self._met, self._met)
                    async with asyncio.timeout(self._unread_s):
                        await loop.sock_sendall(sink, view[:size])
                    view[:size] = bytes(size)
            sink.shutdown(socket.SHUT_WR)
        except OSError:  # a TimeoutError too
            return False
        finally:
            buffer[:] = bytes(_BUFFER)
        return True


class Relay:
    """Owns `listening` from here on. `reached`: where gRPC listens. `start`; then `stop_taking`, gRPC's end, `stop`.

    Who comes when all places are taken has the place of who has been a stranger for longest; if there is none it waits
    in the socket's queue.
    """

    def __init__(
        self,
        listening: socket.socket,
        reached: Callable[[], str],
        *,
        most: int = MOST_RELAYED,
        unread_s: float = UNREAD_S,
        linger_s: float = LINGER_S,
    ) -> None:
        self._listening = listening
        self._reached = reached
        self._most = most
        self._unread_s = unread_s
        self._linger_s = linger_s
        self._links: dict[asyncio.Task[None], _Link] = {}  # the oldest first
        self._accepting: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Once gRPC listens; in a running event loop."""
        self._listening.setblocking(False)  # noqa: FBT003 - the socket's own signature
        self._listening.listen(_BACKLOG)
        self._accepting = asyncio.create_task(self._accept())

    def stop_taking(self) -> None:
        """Who comes from now on waits for the next engine."""
        if self._accepting is not None:
            self._accepting.cancel()

    async def stop(self, grace_s: float = 1.0) -> None:
        """After gRPC has ended every connection: give clients `grace_s` to take its last words."""
        self.stop_taking()
        if self._accepting is not None:
            await asyncio.gather(self._accepting, return_exceptions=True)
        self._listening.close()
        left = tuple(self._links)
        if left:
            await asyncio.wait(left, timeout=grace_s)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _accept(self) -> None:
        while True:
            await self._somebody()
            await self._room()
            if not self._admit():
                await asyncio.sleep(_PAUSE_S)

    async def _somebody(self) -> None:
        """They stay in the queue: what an awaited accept holds when it is cancelled would be lost."""
        loop, waiting = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._listening, waiting.set)
        try:
            await waiting.wait()
        finally:
            loop.remove_reader(self._listening)

    async def _room(self) -> None:
        while len(self._links) >= self._most:
            strangers = [task for task, link in self._links.items() if link.is_strange]
            for task in strangers[:1]:
                task.cancel()
            await asyncio.wait(strangers[:1] or tuple(self._links), return_when=asyncio.FIRST_COMPLETED)

    def _admit(self) -> bool:
        """The connection at the head of the queue. False: there is no descriptor for it, or gRPC is not there."""
        try:
            client, _ = self._listening.accept()
        except (BlockingIOError, ConnectionError):
            return True  # it left while it waited
        except OSError:
            return False
        engine = None
        try:
            client.setblocking(False)  # noqa: FBT003 - the socket's own signature
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            engine = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            engine.setblocking(False)  # noqa: FBT003 - the socket's own signature
            engine.connect(self._reached())  # at once, or not at all (unix(7))
        except OSError:
            client.close()
            if engine is not None:
                engine.close()
            return False
        link = _Link(client, engine, self._unread_s, self._linger_s)
        task = asyncio.create_task(link.run())
        self._links[task] = link
        task.add_done_callback(self._gone)
        return True

    def _gone(self, task: asyncio.Task[None]) -> None:
        self._links.pop(task).close()
        if not task.cancelled():
            task.result()  # a fault of this program goes to the loop's own handler
