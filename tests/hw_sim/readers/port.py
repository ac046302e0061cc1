"""The engine's end of a simulated serial line, for tests: does what the card room does, and shows all that comes."""

import asyncio
import os
import termios
from collections.abc import Callable
from pathlib import Path

LONG = 60.0  # never reached: tests wait for what happens


class Port:
    """The engine's end: opens the device, flushes, lights the lamp, reads."""

    def __init__(self, device: Path) -> None:
        self.fd = os.open(device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self.seen = bytearray()

    def close(self) -> None:
        """Done twice, it is done once."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def lamp_on(self) -> None:
        termios.tcflush(self.fd, termios.TCIFLUSH)
        os.write(self.fd, b"\x1b\x83")

    def lamp_off(self) -> None:
        self.write(b"\x1b\x81")

    def write(self, data: bytes) -> None:
        assert os.write(self.fd, data) == len(data)

    def look(self) -> bytes:
        try:
            while data := os.read(self.fd, 4096):
                self.seen += data
        except BlockingIOError:
            pass
        return bytes(self.seen)

    async def read(self, length: int) -> bytes:
        """The next `length` bytes."""
        await until(lambda: len(self.look()) >= length)
        taken = bytes(self.seen[:length])
        del self.seen[:length]
        return taken

    async def read_swipe(self) -> bytes:
        """Up to and with CR."""
        await until(lambda: b"\r" in self.look())
        return await self.read(self.seen.index(b"\r") + 1)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(LONG):
        while not condition():
            await asyncio.sleep(0.002)


async def settle() -> None:
    """Until the reader has heard what was written to it and done what follows at once."""
    await asyncio.sleep(0.05)
