"""The processor's own clock: milliseconds since 1970 UTC that never run backwards while it lives.

A request refused as late must stay late, whatever is done to the machine's time.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], int]


def steady_clock() -> Clock:
    """A clock set once from the system's, then driven by the time since boot, sleep included."""
    started = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    return lambda: int((started + time.clock_gettime(time.CLOCK_BOOTTIME)) * 1000)


def yymm(now_ms: int) -> str:
    """The month of a time, as a card's stripe writes it."""
    return datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%y%m")
