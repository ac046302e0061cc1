"""What a till is told by itself, at its configured address: that the terminal is there, goes, or does not work.

A queue of its own and a task of its own: no payment waits for it. A notification that is not taken after three tries is
dropped and counted. It says nothing of any request, and nothing of when anything was sold.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime

from pos_bridge.pos_api.kept_request import stamp
from pos_bridge.wire.nexo.device_words import EventToNotify
from pos_bridge.wire.nexo.encode import encode_event
from pos_bridge.wire.nexo.event import EventNotification
from pos_bridge.wire.nexo.pairs import encode_pairs

PAUSES_S = (0.0, 1.0, 5.0)  # before each try
MOST_WAITING = 16
CLOSE_S = 2.0
_DEVICE_ID_BYTES = 5

Details = tuple[tuple[str, str], ...]


class TillEvents:
    """`post` gives whether it was taken; `on_lost` is called for each that is dropped. `start`, then `close`."""

    def __init__(
        self,
        post: Callable[[bytes], Awaitable[bool]],
        *,
        poiid: str,
        sale_id: str,
        clock: Callable[[], datetime],
        on_lost: Callable[[], None],
        pauses_s: tuple[float, ...] = PAUSES_S,
    ) -> None:
        self._post = post
        self._poiid = poiid
        self._sale_id = sale_id
        self._clock = clock
        self._on_lost = on_lost
        self._pauses_s = pauses_s
        self._queue: asyncio.Queue[bytes] = asyncio.Queue(MOST_WAITING)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._send())

    def tell(self, event: EventToNotify, details: Details = (), *, maintenance: bool = False) -> None:
        """Returns at once. `details` are words of this program; `maintenance`: a person has to mend something."""
        notification = EventNotification(
            stamp(self._clock()), event, encode_pairs(details) if details else None, maintenance or None
        )
        body = encode_event(
            notification, sale_id=self._sale_id, poiid=self._poiid, device_id=secrets.token_hex(_DEVICE_ID_BYTES)
        )
        try:
            self._queue.put_nowait(body)
        except asyncio.QueueFull:
            self._on_lost()

    async def close(self, limit_s: float = CLOSE_S) -> None:
        """What waits is tried for so long; the rest is dropped."""
        if self._task is None:
            return
        try:
            async with asyncio.timeout(limit_s):
                await self._queue.join()
        except TimeoutError:
            for _ in range(self._unfinished):
                self._on_lost()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    @property
    def _unfinished(self) -> int:
        return self._queue.qsize() + self._sending

    _sending = 0

    async def _send(self) -> None:
        while True:
            body = await self._queue.get()
            self._sending = 1
            if not await self._taken(body):
                self._on_lost()
            self._sending = 0
            self._queue.task_done()

    async def _taken(self, body: bytes) -> bool:
        for pause in self._pauses_s:
            await asyncio.sleep(pause)
            if await self._post(body):
                return True
        return False
