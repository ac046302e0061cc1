"""The processor's own clock: milliseconds since 1970 UTC that never run backwards while it lives.

A request refused as late must stay late, whatever is done to the machine's time. Only whoever runs the simulation may
set it (`clock-skew`), to show that a till goes by this clock and not by its own.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], int]


class SteadyClock:
    """Set once from the system's clock, then driven by the time since boot, sleep included, `skew_ms` ahead."""

    def __init__(self) -> None:
        self._started = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
        self.skew_ms = 0

    def __call__(self) -> int:
        return int((self._started + time.clock_gettime(time.CLOCK_BOOTTIME)) * 1000) + self.skew_ms


def yymm(now_ms: int) -> str:
    """The month of a time, as a card's stripe writes it."""
    return datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%y%m")
