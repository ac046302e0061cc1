"""The HTTPS server of the tills' port: uvicorn's HTTP protocol on connections that are accepted and bounded here.

Loopback only, TLS 1.2 or newer. It installs no signal handler, logs nothing, and holds at most MAX_CONNECTIONS: a new
one takes the place of one that was answered and does not go, or of the one that has waited longest without asking
anything, so a till is always let in. Whoever opens connections by the thousand pushes out its own: those without TLS
yet never take more than half of the places of those that have it.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from uvicorn.config import Config
from uvicorn.server import ServerState

from pos_bridge.domain.trouble import Trouble
from pos_bridge.listening import arrivals
from pos_bridge.listening.places import LOOPBACK
from pos_bridge.pos_api.connection import HEAD_S, UNREAD_S, Connection, Ear, Guests
from pos_bridge.pos_api.door import Door
from pos_bridge.pos_api.nexo_app import NexoApp
from pos_bridge.pos_api.reception import Reception
from pos_bridge.pos_api.watch_pages import WatchPages

MAX_CONNECTIONS = 128
HANDSHAKE_S = 5.0
SHUTDOWN_S = 2.0
BODY_S = 10.0
_BACKLOG = 256
_CLEANSE_PLAINTEXT = 0x2  # OpenSSL 3: SSL_OP_CLEANSE_PLAINTEXT, which the ssl module has no name for


def tls_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 or newer with this leaf (PEM, with its chain) and key. Raises OSError, ssl.SSLError or ValueError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key, password=_no_password)
    context.set_alpn_protocols(["http/1.1"])
    context.options |= ssl.OP_NO_RENEGOTIATION | _CLEANSE_PLAINTEXT
    return context


def _no_password() -> str:
    raise ValueError("OpenSSL would ask for it on a terminal")


@dataclass(frozen=True, slots=True)
class _Newcomer:
    """A connection that was accepted and whose TLS is not there yet."""

    peer: socket.socket
    connection: Connection


class NexoServer:
    """Owns `bound` from here on. `start`; then `stop_taking`, closing the desk, and `stop`, in this order."""

    def __init__(
        self,
        reception: Reception,
        *,
        bound: socket.socket,
        tls: ssl.SSLContext,
        api_key: str | None,
        on_trouble: Callable[[Trouble], None],
        head_s: float = HEAD_S,
        body_s: float = BODY_S,
        unread_s: float = UNREAD_S,
        max_connections: int = MAX_CONNECTIONS,
    ) -> None:
        if bound.family is not socket.AF_INET or bound.getsockname()[0] != LOOPBACK:
            raise ValueError("the tills' port is on loopback only")
        self._socket = bound
        self._tls = tls
        self._on_trouble = on_trouble
        self._head_s = head_s
        self._unread_s = unread_s
        self._max_connections = max_connections
        self._app = NexoApp(reception, Door(api_key, sealed=reception.opens), on_trouble, body_s=body_s)
        self._config = Config(
            self._app,
            loop="none",
            http=Connection,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=int(head_s) + 1,  # our own clock is stricter
        )
        self._config.load()
        self._state = ServerState()
        self._guests = Guests()
        self._greeting: dict[asyncio.Task[None], _Newcomer] = {}  # the oldest first
        self._accepting: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        port = self._socket.getsockname()[1]
        assert isinstance(port, int)
        return port

    async def start(self) -> None:
        """Requests are taken from the return on."""
        self._socket.setblocking(False)  # noqa: FBT003 - the socket's own signature
        self._socket.listen(_BACKLOG)
        self._accepting = asyncio.create_task(arrivals.take(self._socket, self._admit))

    def show(self, tls: ssl.SSLContext) -> None:
        """Whoever connects from now on is shown the leaf in `tls`; who is here stays with the one before."""
        self._tls = tls

    def let_watch(self, pages: WatchPages) -> None:
        """A monitor may ask for these from now on."""
        self._app.watched = pages

    def stop_taking(self) -> None:
        """No new connection and no new request; those that run will be answered."""
        self._app.taking = False
        if self._accepting is not None:
            self._accepting.cancel()

    async def stop(self, grace_s: float = 2.0) -> None:
        """Give running requests `grace_s` to be answered, then end every connection."""
        self.stop_taking()
        if self._accepting is not None:
            await asyncio.gather(self._accepting, return_exceptions=True)
        self._socket.close()
        for guest in tuple(self._guests.here):
            guest.shutdown()
        if self._state.tasks:
            await asyncio.wait(tuple(self._state.tasks), timeout=grace_s)
        unfinished = (*self._greeting, *self._state.tasks)
        for task in unfinished:
            task.cancel()
        for guest in tuple(self._guests.here):
            guest.transport.abort()
        await asyncio.gather(*unfinished, return_exceptions=True)
        await self._guests.left.wait()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _admit(self, peer: socket.socket) -> None:
        if not self._make_room():
            peer.close()
            return
        connection = Connection(self._config, self._state, self._guests, self._head_s, self._unread_s)
        newcomer = _Newcomer(peer, connection)
        task = asyncio.create_task(self._greet(newcomer))
        self._greeting[task] = newcomer
        task.add_done_callback(self._greeted)
        await asyncio.sleep(0)  # or a whole queue would be let in before anyone who must go is gone

    async def _greet(self, newcomer: _Newcomer) -> None:
        """TLS first: until it is there, nobody has asked anything."""
        with contextlib.suppress(OSError):  # whoever cannot do TLS with us, or is too slow, is let go
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: Ear(newcomer.connection),
                newcomer.peer,
                ssl=self._tls,
                ssl_handshake_timeout=HANDSHAKE_S,
                ssl_shutdown_timeout=SHUTDOWN_S,
            )
            return
        newcomer.peer.close()

    def _greeted(self, task: asyncio.Task[None]) -> None:
        peer = self._greeting.pop(task).peer
        if task.cancelled():
            peer.close()
        elif task.exception() is not None:
            self._on_trouble(Trouble.CONNECTION)
            peer.close()

    def _make_room(self) -> bool:
        """Let the one go that has asked nothing for longest. False: everybody here is being answered."""
        guests = self._guests.here
        strangers = [task for task, newcomer in self._greeting.items() if newcomer.connection not in guests]
        if len(guests) + len(strangers) < self._max_connections:
            return True
        if len(strangers) * 2 > self._max_connections and _turn_away(strangers):
            return True
        return self._let_go("parting") or self._let_go("idle") or _turn_away(strangers) or self._let_go("unheard")

    def _let_go(self, why: Literal["parting", "idle", "unheard"]) -> bool:
        for guest in self._guests.here:
            if getattr(guest, why):
                guest.let_go()
                return True
        return False


def _turn_away(strangers: list[asyncio.Task[None]]) -> bool:
    """The first of those that have no TLS yet."""
    for task in strangers:
        if not task.cancelling():
            task.cancel()
            return True
    return False
