"""A serial line for tests: a real pseudo-terminal, the test at its far end in the reader's place."""

import fcntl
import os
import select
import struct
import termios
import tty
from types import TracebackType
from typing import Self

from tests.wire.swipes import PUBLISHED

LIMIT_S = 30.0
GREEN, OFF = b"\x1b\x83", b"\x1b\x81"
VISA = PUBLISHED["visa"]


class Line:
    """`device` is the till's end.

    Our own descriptor of that end stays open: only `hang_up` hangs it up, and nobody else is given its name after that.
    """

    def __init__(self) -> None:
        self.master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.device = os.ttyname(self._slave)
        self._open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.hang_up()
        os.close(self._slave)

    def send(self, data: bytes) -> None:
        while data:
            data = data[os.write(self.master, data) :]

    def hear(self, wanted: bytes) -> bytes:
        """All that the till writes until `wanted` is the end of it."""
        heard = b""
        while not heard.endswith(wanted):
            assert select.select([self.master], [], [], LIMIT_S)[0], f"never heard {wanted!r}, only {heard!r}"
            heard += os.read(self.master, 1 << 16)
        return heard

    def hear_count(self, count: int) -> bytes:
        """The next so many bytes that the till writes."""
        heard = b""
        while len(heard) < count:
            assert select.select([self.master], [], [], LIMIT_S)[0], f"never heard {count} bytes, only {heard!r}"
            heard += os.read(self.master, count - len(heard))
        return heard

    def unheard(self) -> bytes:
        """What the till wrote and nobody has heard yet."""
        return os.read(self.master, 1 << 16) if select.select([self.master], [], [], 0)[0] else b""

    def wait_arrived(self, count: int) -> None:
        """Until that many bytes lie ready for the till."""
        while self._waiting() < count:
            os.sched_yield()

    def wait_taken(self) -> None:
        """Until the till has read all that was sent."""
        while self._waiting():
            os.sched_yield()

    def _waiting(self) -> int:
        (count,) = struct.unpack("i", fcntl.ioctl(self._slave, termios.FIONREAD, bytes(4)))
        return int(count)

    def hang_up(self) -> None:
        if self._open:
            self._open = False
            os.close(self.master)
