"""A serial line that is not there: the reader's end of a pseudo-terminal under a stable name, paced like 9600 baud.

The line knows nothing of cards. It tells what it heard and when the other side hung up; what nobody reads stays in
the kernel's buffer, as a careless reader of a real port would find it.
"""

import asyncio
import contextlib
import errno
import os
import select
import tty
from collections.abc import Callable
from pathlib import Path

BYTES_PER_SECOND = 960  # 9600 baud, a start bit, 8 data bits, a stop bit
_TICK_S = 0.005
_OPENED_CHECK_S = 0.01  # the kernel does not tell a pty's master that somebody opened the other side
_READ_SIZE = 256


class LineCutError(Exception):
    """The line was unplugged."""


class Line:
    """One pseudo-terminal, from plugging in to unplugging; `device` is a symbolic link to the engine's end.

    `heard` gets the bytes the engine wrote; `hung_up` is called when the last program closed the port.
    """

    def __init__(self, device: Path, heard: Callable[[bytes], None], hung_up: Callable[[], None]) -> None:
        self._device = device
        self._heard = heard
        self._hung_up = hung_up
        self._loop = asyncio.get_running_loop()
        self._check: asyncio.TimerHandle | None = None
        self._master, slave = os.openpty()
        try:
            tty.setraw(slave)  # without it the kernel would echo a swipe back at the reader
            port = os.ttyname(slave)
        finally:
            os.close(slave)
        os.set_blocking(self._master, False)
        self._poll = select.poll()
        self._poll.register(self._master, select.POLLIN)
        _point(device, port)
        self._watch()

    @property
    def is_cut(self) -> bool:
        return self._master < 0

    @property
    def is_open(self) -> bool:
        """Whether some program holds the port open now."""
        return not self.is_cut and not self._state() & select.POLLHUP

    async def send(self, data: bytes) -> None:
        """Write at the pace of the wire. Raises LineCutError when unplugged before or while sending."""
        start = self._loop.time()
        sent = 0
        while True:
            due = min(len(data), 1 + int((self._loop.time() - start) * BYTES_PER_SECOND))
            if self.is_cut:
                raise LineCutError
            if due > sent:
                self._write(data[sent:due])
                sent = due
            if sent == len(data):
                return
            await asyncio.sleep(_TICK_S)

    def cut(self) -> None:
        """Unplug: the engine's end is hung up and the name is gone. Done twice, it is done once."""
        if self.is_cut:
            return
        if self._check is not None:
            self._check.cancel()
        self._loop.remove_reader(self._master)
        with contextlib.suppress(FileNotFoundError):
            self._device.unlink()
        os.close(self._master)
        self._master = -1

    def _write(self, data: bytes) -> None:
        with contextlib.suppress(BlockingIOError):  # nobody reads and the buffer is full: bytes are lost, as on a wire
            os.write(self._master, data)

    def _watch(self) -> None:
        """While the port is closed: see whether it was opened. While it is open, the event loop tells."""
        self._check = None
        state = self._state()
        if not state & select.POLLHUP:
            self._loop.add_reader(self._master, self._read)
            return
        if state & select.POLLIN:  # a visit shorter than the check; what it left is still there to be heard
            self._read()
        self._watch_later()

    def _watch_later(self) -> None:
        if self._check is None:
            self._check = self._loop.call_later(_OPENED_CHECK_S, self._watch)

    def _state(self) -> int:
        return next((events for _, events in self._poll.poll(0)), 0)

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, _READ_SIZE)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
                break  # EIO: everything was read and the last program closed the port
            self._heard(data)
        self._loop.remove_reader(self._master)
        self._watch_later()
        self._hung_up()


def _point(link: Path, target: str) -> None:
    """Make `link` point at `target` in one step, whatever an earlier run left there."""
    fresh = link.with_name(f".{link.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)
