"""The till that is told of this terminal's state, where one is configured: joined here, beside what it is told of.

Where none is configured nothing happens, and nobody has to ask whether one is.
"""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime

from pos_bridge.checkout.lane import Lane
from pos_bridge.config.settings import Config
from pos_bridge.log import events
from pos_bridge.log.log import Log, counted
from pos_bridge.pos_api.event_post import EventPost
from pos_bridge.pos_api.state_watch import StateWatch
from pos_bridge.pos_api.till_events import TillEvents
from pos_bridge.wire.nexo.device_words import EventToNotify


class Teller:
    """`events` and `watch` None: nobody is told. `publish` is called by the hour."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._lost = 0
        self._events: TillEvents | None = None
        self._watch: StateWatch | None = None
        self._watching: asyncio.Task[None] | None = None

    def to(self, events_: TillEvents, watch: StateWatch) -> None:
        self._events, self._watch = events_, watch
        events_.start()

    def started(self) -> None:
        """Ready for tills."""
        self._tell(EventToNotify.INITIALISED)
        if self._watch is not None:
            self._watching = asyncio.create_task(self._watch.run())

    def stopping(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
        self._tell(EventToNotify.SHUTDOWN)

    def rejected(self) -> None:
        """An Abort matched nothing."""
        self._tell(EventToNotify.REJECT)

    def lost(self) -> None:
        self._lost += 1

    def publish(self) -> None:
        """One event for all notifications that were dropped, none for none."""
        times, self._lost = self._lost, 0
        if times:
            self._log.emit(events.TillNotTold(counted(times)))

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
        if self._events is not None:
            await self._events.close()
        self.publish()

    def _tell(self, event: EventToNotify) -> None:
        if self._events is not None:
            self._events.tell(event)


def open_teller(
    config: Config,
    tls: ssl.SSLContext | None,
    lane: Lane,
    log: Log,
    *,
    clock: Callable[[], datetime],
    stack: AsyncExitStack,
) -> Teller:
    """Closed by the stack. `tls` trusts the configured authority, and is there where an address is."""
    teller = Teller(log)
    stack.push_async_callback(teller.close)
    told = config.nexo.events
    if told is not None and tls is not None:
        posted = TillEvents(
            EventPost(told.address, tls),
            poiid=config.till.poiid,
            sale_id=told.sale_id or str(config.till.number),
            clock=clock,
            on_lost=teller.lost,
        )
        teller.to(posted, StateWatch(lane, posted))
    return teller
