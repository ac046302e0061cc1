"""The processor's clock as the till knows it: its last word, plus the time that has passed here since."""

import time
from datetime import UTC, datetime


def boot_ms() -> int:
    """Milliseconds of CLOCK_BOOTTIME: runs through suspend and is never set."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


class ProcessorClock:
    """Never ahead of the processor by more than drift: an answer's time is older than its arrival."""

    def __init__(self) -> None:
        self._heard: tuple[int, int] | None = None  # the processor's ms, our boot ms when they arrived

    @property
    def known(self) -> bool:
        return self._heard is not None

    def heard(self, now_ms: int) -> None:
        if now_ms > 0:
            self._heard = (now_ms, boot_ms())

    def now_ms(self) -> int:
        """Raises RuntimeError before the processor was heard once: asking then is a fault of this program."""
        if self._heard is None:
            raise RuntimeError("the processor's clock is not known yet")
        said, arrived = self._heard
        return said + boot_ms() - arrived

    def time(self) -> datetime | None:
        """In UTC. None before it was heard, and where what it said is no date."""
        if not self.known:
            return None
        try:
            return datetime.fromtimestamp(self.now_ms() / 1000, UTC)
        except (ValueError, OverflowError, OSError):
            return None
