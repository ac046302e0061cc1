"""Whether this terminal can work, looked at now and then: what changed is told to the till by an event.

Out of order is a journal that cannot be written, or no reader at all. Both are told when they begin and when they end.
"""

import asyncio
from typing import Protocol

from pos_bridge.domain.outcome import Health
from pos_bridge.pos_api.till_events import Details
from pos_bridge.wire.nexo.device_words import EventToNotify

EVERY_S = 10.0


class _Desk(Protocol):
    async def health(self) -> Health: ...


class _Events(Protocol):
    def tell(self, event: EventToNotify, details: Details = (), *, maintenance: bool = False) -> None: ...


class StateWatch:
    """The first look sees what there is to tell beside Initialised."""

    def __init__(self, desk: _Desk, events: _Events, every_s: float = EVERY_S) -> None:
        self._desk = desk
        self._events = events
        self._every_s = every_s
        self._wrong: Details = ()

    async def run(self) -> None:
        """For ever."""
        while True:
            await self.look()
            await asyncio.sleep(self._every_s)

    async def look(self) -> None:
        wrong = _wrong(await self._desk.health())
        if wrong == self._wrong:
            return
        self._wrong = wrong
        if wrong:
            self._events.tell(EventToNotify.OUT_OF_ORDER, wrong, maintenance=True)
        else:
            self._events.tell(EventToNotify.INITIALISED)


def _wrong(health: Health) -> Details:
    """As Diagnosis names it."""
    absent = tuple((f"reader.{name}", "down") for name, present in health.readers if not present)
    journal = () if health.journal_writable else (("journal", "down"),)
    return (*journal, *(absent if len(absent) == len(health.readers) else ()))
