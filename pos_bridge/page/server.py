"""The HTTPS server of the status page: loopback only, one request a connection, few connections and little time each.

A new connection takes the place of the oldest that has asked nothing yet. Nothing of what arrives is written anywhere.
"""

import asyncio
import ssl
from contextlib import suppress
from socket import socket
from typing import Self

from pos_bridge.listening.places import LOOPBACK
from pos_bridge.log import faults
from pos_bridge.page.request import BadRequestError, Intake, Request
from pos_bridge.page.response import Response
from pos_bridge.page.site import Site

MAX_CONNECTIONS = 32
HEARD_S = 10.0  # from TLS to a whole request
ANSWERED_S = 60.0
_CHUNK = 8 * 1024
_FLUSH_S = 5.0


class PageServer:
    """Owns `bound`, a socket on loopback, from here on. ValueError for another one."""

    def __init__(
        self,
        site: Site,
        *,
        bound: socket,
        tls: ssl.SSLContext,
        heard_s: float = HEARD_S,
        max_connections: int = MAX_CONNECTIONS,
    ) -> None:
        if bound.getsockname()[0] != LOOPBACK:
            raise ValueError("the status page is on loopback only")
        self._site = site
        self._bound = bound
        self._tls = tls
        self._heard_s = heard_s
        self._most = max_connections
        self._asking: dict[asyncio.Task[None], None] = {}  # the oldest first
        self._answering: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        port = self._bound.getsockname()[1]
        assert isinstance(port, int)
        return port

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._guest, sock=self._bound, ssl=self._tls, ssl_handshake_timeout=5.0, ssl_shutdown_timeout=1.0
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        here = (*self._asking, *self._answering)
        for task in here:
            task.cancel()
        await asyncio.gather(*here, return_exceptions=True)

    async def _guest(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        try:
            if self._make_room():
                self._asking[task] = None
                await self._serve(task, reader, writer)
        except (OSError, TimeoutError, asyncio.CancelledError):
            pass  # it left, was too slow, or had to go
        except Exception as fault:  # noqa: BLE001 - asyncio would tell it with its text
            faults.tell(fault)
        finally:
            self._asking.pop(task, None)
            self._answering.discard(task)
            await _end(writer)

    async def _serve(
        self, task: asyncio.Task[None], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        head_only = False
        try:
            async with asyncio.timeout(self._heard_s):
                request = await _heard(reader)
            if request is None:
                return
            del self._asking[task]
            self._answering.add(task)
            head_only = request.method == "HEAD"
            async with asyncio.timeout(ANSWERED_S):
                response = await self._answer(request)
        except BadRequestError as bad:
            response = self._site.refusal(bad.status)
        writer.write(response.encoded(head_only=head_only))
        await writer.drain()

    async def _answer(self, request: Request) -> Response:
        try:
            return await self._site.answer(request)
        except (BadRequestError, TimeoutError):
            raise
        except Exception as fault:  # noqa: BLE001 - told without its text, and to the browser not at all
            faults.tell(fault)
            return self._site.refusal(500)

    def _make_room(self) -> bool:
        """False: everybody here is being answered."""
        if len(self._asking) + len(self._answering) < self._most:
            return True
        for task in self._asking:
            if not task.cancelling():
                task.cancel()
                return True
        return False


async def _heard(reader: asyncio.StreamReader) -> Request | None:
    """The request; None where the browser left before it was whole."""
    intake = Intake()
    while True:
        data = await reader.read(_CHUNK)
        if not data:
            return None
        request = intake.feed(data)
        if request is not None:
            return request


async def _end(writer: asyncio.StreamWriter) -> None:
    """What was written is sent; whoever does not read it is let go."""
    writer.close()
    try:
        async with asyncio.timeout(_FLUSH_S):
            with suppress(OSError):
                await writer.wait_closed()
    except (TimeoutError, asyncio.CancelledError):
        writer.transport.abort()
