"""The ASGI application of the tills' port: door, body, answer, and the note that the answer was given. No framework.

What arrives is never logged, and no exception leaves with its text.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from pos_bridge.domain.trouble import Trouble
from pos_bridge.pos_api.door import Door
from pos_bridge.pos_api.reception import Reception
from pos_bridge.pos_api.reply import Reply, refusal
from pos_bridge.pos_api.watch_pages import Page, WatchPages
from pos_bridge.wire.nexo.decode import MAX_BODY

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_DISCARDED = 4 * MAX_BODY  # of a body that is too large, so much is read off, that its sender can hear the answer


class _GoneError(Exception):
    """The client left before its request was whole."""


class NexoApp:
    """`body_s`: how long a body may take to arrive. `taking` false: requests are told that the service stops."""

    def __init__(
        self, reception: Reception, door: Door, on_trouble: Callable[[Trouble], None], *, body_s: float
    ) -> None:
        self._reception = reception
        self._door = door
        self._on_trouble = on_trouble
        self._body_s = body_s
        self.taking = True
        self.watched: WatchPages | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if self.watched is not None and self.watched.has(scope["path"]):
            await self._show(self.watched, scope, send)
            return
        try:
            reply = await self._reply(scope, receive)
        except _GoneError:
            return
        except Exception:  # noqa: BLE001 - uvicorn would log it whole
            self._on_trouble(Trouble.CONNECTION)
            reply = refusal(500, "fault")
        await self._give(reply, receive, send)

    async def _reply(self, scope: Message, receive: Receive) -> Reply:
        turned = self._door.turned_away(scope["method"], scope["path"], scope["headers"])
        key_shown = self._door.shows_key(scope["headers"])
        _forget_head(scope)
        if turned is not None:
            return refusal(*turned)
        if not self.taking:
            return refusal(503, "stopping")
        try:
            async with asyncio.timeout(self._body_s):
                body = await _body(receive)
        except TimeoutError:
            return refusal(408, "body-too-slow")
        if body is None:
            return refusal(413, "too-large")
        return await self._reception.answer(body, key_shown=key_shown)

    async def _show(self, watched: WatchPages, scope: Message, send: Send) -> None:
        """A page for a monitor. It ends its connection."""
        foreign = self._door.foreign(scope["headers"])
        try:
            page = (
                await watched.answer(scope["method"], scope["path"], scope["headers"])
                if foreign is None
                else Page(foreign[0], b"")
            )
        except Exception:  # noqa: BLE001 - uvicorn would log it whole
            self._on_trouble(Trouble.CONNECTION)
            page = Page(500, b"")
        _forget_head(scope)
        headers = [
            (b"content-length", b"%d" % len(page.body)),
            (b"content-type", page.kind),
            (b"cache-control", b"no-store"),
            (b"connection", b"close"),
            *page.headers,
        ]
        await send({"type": "http.response.start", "status": page.status, "headers": headers})
        await send({"type": "http.response.body", "body": page.body})

    async def _give(self, reply: Reply, receive: Receive, send: Send) -> None:
        gone = reply.told is not None and await _gone(receive)
        await send({"type": "http.response.start", "status": reply.status, "headers": _headers(reply)})
        await send({"type": "http.response.body", "body": reply.body})
        if reply.told is not None and not gone:
            await self._reception.told(reply.told)


async def _gone(receive: Receive) -> bool:
    """Whether the client has left while its answer was made: uvicorn's send never tells, its receive does at once."""
    asking = asyncio.ensure_future(receive())
    await asyncio.sleep(0)
    if not asking.done():
        asking.cancel()
        return False
    return bool(asking.result()["type"] == "http.disconnect")


def _forget_head(scope: Message) -> None:
    """It was judged, and nothing of it is to wait with a payment. (uvicorn looks at the method once more.)"""
    scope["headers"].clear()
    scope["raw_path"] = scope["query_string"] = b""


async def _body(receive: Receive) -> bytearray | None:
    """The whole body; None when it is larger than MAX_BODY. It may come in chunks, without Content-Length."""
    body = bytearray()
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise _GoneError
        size += len(message["body"])
        if size <= MAX_BODY:
            body += message["body"]
        else:
            body.clear()
        if size > _DISCARDED or not message["more_body"]:
            return None if size > MAX_BODY else body


def _headers(reply: Reply) -> list[tuple[bytes, bytes]]:
    headers = [(b"content-length", b"%d" % len(reply.body))]
    if reply.body:
        headers.append((b"content-type", b"application/json"))
    if reply.status != 200:  # noqa: PLR2004 - an error ends the connection: what else comes on it is not heard
        headers.append((b"connection", b"close"))
    if reply.status == 405:  # noqa: PLR2004 - RFC 9110 15.5.6
        headers.append((b"allow", b"POST"))
    return headers
