"""How often identity came that nobody chose to give: a count in memory, told now and then, never for one sale."""

from typing import Protocol

from pos_bridge.log import events
from pos_bridge.log.log import MAX_NUMBER, Event


class _Log(Protocol):
    def emit(self, event: Event) -> None: ...


class Dropped:
    """`publish` is called by the hour and at the end, by a clock that no sale sets."""

    def __init__(self, log: _Log) -> None:
        self._log = log
        self._times = 0

    def count(self) -> None:
        self._times += 1

    def publish(self) -> None:
        """One event for all of them, none for none."""
        times, self._times = self._times, 0
        if times:
            self._log.emit(events.IdentityDropped(min(times, MAX_NUMBER)))
