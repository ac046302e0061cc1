"""A character device opened for writing and reading without ever blocking: a serial port, or a USB printer's.

Raw 8N1, no echo, ours alone; what waited to be read is dropped. Never a regular file: text may not come to lie on a
disk. How long anything may take is the caller's to limit; what is still unsent when it is closed is thrown away.
"""

import array
import asyncio
import contextlib
import fcntl
import os
import stat
import termios
import tty
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from pos_bridge.domain.device import DeviceFault

_IFLAG, _CFLAG, _ISPEED, _OSPEED = 0, 2, 4, 5
_READ_SIZE = 256
_DRAINED_CHECK_S = 0.01
_LAST_WORD = 16  # so few bytes a port that nobody stops sends while it is closed, within 16 ms
_TAKEN = (11, 16)  # EAGAIN from the lock, EBUSY from the open
BAUDS = {rate: getattr(termios, f"B{rate}") for rate in (9600, 19200, 38400, 57600, 115200)}


class LineError(Exception):
    """The device is not to be had, or is gone. No text of any kind."""

    def __init__(self, fault: DeviceFault) -> None:
        super().__init__(fault.name)
        self.fault = fault


class Line:
    """An open device; a context manager that closes it. Raises LineError when opened and by each method but `close`."""

    def __init__(self, device: Path, baud: int, *, paused_by_device: bool = False) -> None:
        """`paused_by_device`: it says XOFF when it cannot take more, as printers on a serial port do."""
        try:
            self._fd = os.open(device, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        except OSError as error:
            raise LineError(DeviceFault.TAKEN if error.errno in _TAKEN else DeviceFault.ABSENT) from None
        self._may_send = False
        try:
            self._is_tty = os.isatty(self._fd)
            self._tighten(baud, paused_by_device=paused_by_device)
        except LineError:
            os.close(self._fd)
            raise
        except (OSError, termios.error) as error:
            os.close(self._fd)
            taken = isinstance(error, OSError) and error.errno in _TAKEN
            raise LineError(DeviceFault.TAKEN if taken else DeviceFault.ABSENT) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    async def write(self, data: bytes) -> None:
        """Returns once the system has taken all of it."""
        loop, rest = asyncio.get_running_loop(), memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._fd, rest) :]
            except BlockingIOError:
                await _when(lambda told: loop.add_writer(self._fd, told), lambda: loop.remove_writer(self._fd))
            except OSError:
                raise LineError(DeviceFault.ABSENT) from None

    async def read(self) -> bytes:
        """What came, at least one byte."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                data = os.read(self._fd, _READ_SIZE)
            except BlockingIOError:
                await _when(lambda told: loop.add_reader(self._fd, told), lambda: loop.remove_reader(self._fd))
                continue
            except OSError:
                raise LineError(DeviceFault.ABSENT) from None
            if not data:
                raise LineError(DeviceFault.ABSENT)
            return data

    async def sent(self) -> None:
        """Returns once the device has taken what was written: closing a port would wait for that, and block."""
        while self._is_tty and self._waiting():  # noqa: ASYNC110 - a port tells nobody when it has sent
            await asyncio.sleep(_DRAINED_CHECK_S)

    def last_word(self, data: bytes) -> None:
        """One try, and never an error: on the way out. A device that has not taken what came before is told nothing."""
        with contextlib.suppress(OSError, LineError):
            if self._is_tty and self._waiting():
                return
            os.write(self._fd, data)
            self._may_send = True

    def close(self) -> None:
        """Never raises and never waits."""
        with contextlib.suppress(LineError, OSError, termios.error):
            # The system would wait for half a minute for a device that has stopped us, and the whole loop with it.
            if self._is_tty and self._waiting() > (_LAST_WORD if self._may_send else 0):
                termios.tcflush(self._fd, termios.TCOFLUSH)
        with contextlib.suppress(OSError):
            # Closing alone leaves it locked as long as a program that is just being started still has it.
            fcntl.flock(self._fd, fcntl.LOCK_UN)
        with contextlib.suppress(OSError):
            os.close(self._fd)

    def _waiting(self) -> int:
        count = array.array("i", [0])
        try:
            fcntl.ioctl(self._fd, termios.TIOCOUTQ, count)
        except OSError:
            raise LineError(DeviceFault.ABSENT) from None
        return count[0]

    def _tighten(self, baud: int, *, paused_by_device: bool) -> None:
        if not stat.S_ISCHR(os.fstat(self._fd).st_mode):
            raise LineError(DeviceFault.ABSENT)
        fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not self._is_tty:
            return
        tty.setraw(self._fd, termios.TCSANOW)
        settings = termios.tcgetattr(self._fd)
        settings[_CFLAG] &= ~(termios.HUPCL | termios.CRTSCTS | termios.CSTOPB)
        settings[_CFLAG] |= termios.CLOCAL | termios.CREAD
        settings[_IFLAG] &= ~(termios.IXON | termios.IXOFF)
        if paused_by_device:
            settings[_IFLAG] |= termios.IXON
        settings[_ISPEED] = settings[_OSPEED] = BAUDS[baud]
        termios.tcsetattr(self._fd, termios.TCSANOW, settings)
        termios.tcflush(self._fd, termios.TCIFLUSH)


async def _when(watch: Callable[[Callable[[], None]], None], leave: Callable[[], object]) -> None:
    """Until the loop says that the device is ready. A device that cannot be watched is none."""
    ready = asyncio.Event()
    try:
        watch(ready.set)
    except OSError:
        raise LineError(DeviceFault.ABSENT) from None
    try:
        await ready.wait()
    finally:
        leave()
