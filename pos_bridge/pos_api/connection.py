"""One connection of a till: uvicorn's HTTP protocol, made silent, with a bound on the head and on its time."""

import asyncio
import logging

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from pos_bridge.pos_api.reply import refusal

MAX_HEAD = 16 * 1024  # request line and headers
_RECORD = 16 * 1024  # the most that a TLS record holds
HEAD_S = 10.0  # from the connection, or from the answer before, to the end of the next request's headers
_UNREAD = 32 * 1024  # of answers that their client does not read, so much waits; then nothing more is answered,
UNREAD_S = 10.0  # and after so long it is let go
_MOST_PIPELINED = 8  # requests behind one that is being answered: each costs a hundred times its own size

_SILENT = logging.Logger("nothing", level=logging.CRITICAL + 1)  # noqa: LOG001 - in no hierarchy: nobody can turn it on


class Guests:
    """The connections that are there, the longest without activity first. `left` is set while there are none."""

    def __init__(self) -> None:
        self.here: dict[Connection, None] = {}
        self.left = asyncio.Event()
        self.left.set()

    def enter(self, guest: "Connection") -> None:
        """Come in, or move to the end of the line."""
        self.here.pop(guest, None)
        self.here[guest] = None
        self.left.clear()

    def leave(self, guest: "Connection") -> None:
        self.here.pop(guest, None)
        if not self.here:
            self.left.set()


class Ear(asyncio.BufferedProtocol):
    """What TLS decrypts into: one buffer for a connection's life, wiped as soon as its bytes were heard.

    As an ordinary protocol a connection would be given a fresh copy of 256 KiB for every record.
    """

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._buffer = memoryview(bytearray(_RECORD))

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        self._connection.connection_made(transport)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - what does not fit comes next
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        heard = self._buffer[:nbytes]
        try:
            self._connection.data_received(heard)  # type: ignore[arg-type] # httptools reads any buffer
        finally:
            heard[:] = bytes(nbytes)

    def eof_received(self) -> None:
        self._connection.eof_received()

    def pause_writing(self) -> None:
        self._connection.pause_writing()

    def resume_writing(self) -> None:
        self._connection.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._connection.connection_lost(exc)
        del self._connection  # uvloop's TLS keeps this ear's methods: nothing may keep the connection in a circle


class Connection(HttpToolsProtocol):
    """One TLS connection: uvicorn's, made silent, with a bound on the head and on the time it may take."""

    def __init__(self, config: Config, state: ServerState, guests: Guests, head_s: float, unread_s: float) -> None:
        super().__init__(config, state, app_state={})
        self.logger = _SILENT
        self.access_logger = _SILENT
        self.access_log = False
        self._guests = guests
        self._head_s = head_s
        self._unread_s = unread_s
        self._head_size = 0
        self._head_is_whole = False
        self._let_go = False
        self._deadline: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    @property
    def idle(self) -> bool:
        """Nothing was asked that is not answered."""
        cycle: RequestResponseCycle | None = self.cycle
        return not self.transport.is_closing() and (cycle is None or cycle.response_complete)

    @property
    def parting(self) -> bool:
        """Its last answer is out of our hands, and only its own goodbye is waited for."""
        is_closing = self.transport.is_closing() and not self._let_go
        return is_closing and not self.transport.get_write_buffer_size()

    @property
    def unheard(self) -> bool:
        """A request has begun and is not whole yet, and none before it is being answered."""
        cycle: RequestResponseCycle | None = self.cycle
        has_begun = cycle is not None and cycle.more_body and not cycle.response_complete and not self.pipeline
        return has_begun and not self.transport.is_closing()

    def let_go(self) -> None:
        """At once: what is still to be sent is not."""
        self._let_go = True
        self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=_UNREAD)
        self._guests.enter(self)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._guests.leave(self)
        self._stop_waiting()
        self._is_read()
        super().connection_lost(exc)
        self._unset_keepalive_if_required()  # uvicorn leaves the clock of a broken connection running, and holds it
        self._forget()
        self.cycle = None  # type: ignore[assignment] # one that was never begun would keep this connection in a circle

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(self._unread_s, self.transport.abort)

    def resume_writing(self) -> None:
        self._is_read()
        super().resume_writing()

    def on_message_begin(self) -> None:
        self._head_size = 0
        self._head_is_whole = False
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        if not (self._head_size or url.startswith((b"/", b"*"))):
            # The absolute form (RFC 9112, 3.2.2) names a host that would stand above the Host header that the door
            # looks at. It is for proxies, and this is none.
            raise ValueError("the target is not a path")
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + 4)
        if not self._head_is_whole:  # or it is a trailer: those may be dropped (RFC 9112, 7.1.2), and are
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        if len(self.pipeline) >= _MOST_PIPELINED:
            raise ValueError("too many requests at once")
        self._head_is_whole = True
        super().on_headers_complete()
        self.url = b""  # the scope has it, for the door

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._forget()
        else:
            self._guests.enter(self)
            self._wait_for_head()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words; ours is one
        """Not HTTP, or too large a head."""
        body = refusal(400, "not-http").body
        head = b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\nconnection: close\r\n"
        self.transport.write(head + b"content-length: %d\r\n\r\n" % len(body) + body)
        self.transport.close()
        self._forget()

    def _forget(self) -> None:
        """No request will be heard any more: let go of what has come and was not read."""
        self.pipeline.clear()
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None:
            cycle.body.clear()

    def _count(self, size: int) -> None:
        self._head_size += size
        if self._head_size > MAX_HEAD:
            raise ValueError("the head is too large")

    def _is_read(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _wait_for_head(self) -> None:
        self._stop_waiting()
        self._deadline = self.loop.call_later(self._head_s, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
