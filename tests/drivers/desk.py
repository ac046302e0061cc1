"""A driver's reader on a line, and a clock of the test's own."""

import fcntl
import os
import select
import struct
import termios

from drivers.reader import Driver, Event, Tender
from tests.drivers.line import Line

SALE = Tender(12_345, 124, 261123115900)
FALLBACK = Tender(12_345, 124, 261123115900, fallback=True)


def waiting(descriptor: int) -> int:
    """Bytes that have arrived and were not read."""
    (count,) = struct.unpack("i", fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4)))
    return int(count)


class Desk:
    """A reader that was opened at time 0 on a line."""

    def __init__(self, line: Line, driver: Driver, tender: Tender = SALE) -> None:
        self.line = line
        self.memory = bytearray(driver.memory_needed)
        self.reader = driver.open(line.device, tender, memoryview(self.memory), 0.0)
        self.now = 0.0

    def turn(self) -> Event | None:
        return self.reader.turn(self.now, readable=False)

    def take(self, data: bytes, *, after: float = 0.0) -> Event | None:
        """Send, and turn the reader until it has taken everything in; the last event."""
        self.line.send(data)
        self.now += after
        event = None
        while waiting(self.reader.fileno()) < len(data):
            os.sched_yield()
        while select.select([self.reader], [], [], 0)[0] and event is None:
            event = self.reader.turn(self.now, readable=True)
        return event

    def after(self, seconds: float) -> Event | None:
        self.now += seconds
        return self.turn()
