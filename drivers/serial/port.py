"""A serial port opened for a card reader: raw 8N1, no echo, ours alone, read straight into the room's locked page.

pyserial opens and configures; it never reads, since its `read` leaves copies of what it read behind.
"""

import os
import stat
import termios

import serial

from drivers.reader import ReadFailedError
from pos_bridge.domain.card import ReadFailure

_BUSY = (11, 16)  # EAGAIN from the lock, EBUSY from the open: another program has the device
_CFLAG, _CC, _IFLAG = 2, 6, 0


class Port:
    """An open port. Raises ReadFailedError: READER_ABSENT or READER_BUSY when opening, READER_ABSENT on hang-up."""

    def __init__(self, device: str, baud: int) -> None:
        path = _serial_device(device)
        try:
            self._serial = serial.Serial(path, baud, exclusive=True)
        except (serial.SerialException, OSError) as error:
            busy = error.errno in _BUSY
            raise ReadFailedError(ReadFailure.READER_BUSY if busy else ReadFailure.READER_ABSENT) from None
        self._fd: int = self._serial.fileno()
        try:
            self._tighten()
        except (termios.error, OSError):
            self.close()
            raise ReadFailedError(ReadFailure.READER_ABSENT) from None

    def fileno(self) -> int:
        return self._fd

    def read_into(self, memory: memoryview) -> int:
        """Bytes read, 0 when there are none yet. By readv: the kernel writes into `memory` and nowhere else."""
        try:
            count = os.readv(self._fd, [memory])
        except BlockingIOError:
            return 0
        except OSError:
            raise ReadFailedError(ReadFailure.READER_ABSENT) from None
        if count == 0:
            raise ReadFailedError(ReadFailure.READER_ABSENT)  # VMIN is 1: end of file is a hang-up
        return count

    def write(self, command: bytes) -> None:
        """A short command. A reader that does not take it in is READER_STALLED."""
        try:
            taken = os.write(self._fd, command)
        except BlockingIOError:
            raise ReadFailedError(ReadFailure.READER_STALLED) from None
        except OSError:
            raise ReadFailedError(ReadFailure.READER_ABSENT) from None
        if taken != len(command):
            raise ReadFailedError(ReadFailure.READER_STALLED)

    def close(self) -> None:
        """Never raises."""
        try:
            self._serial.close()
        except OSError:
            return

    def _tighten(self) -> None:
        """Set what pyserial leaves as it was, then drop what waited.

        No hang-up on close, which would reset some readers; breaks read as zero bytes; a read without data says so
        instead of looking like end of file.
        """
        settings = termios.tcgetattr(self._fd)
        settings[_CFLAG] &= ~termios.HUPCL
        settings[_IFLAG] &= ~termios.BRKINT
        settings[_CC][termios.VMIN] = 1
        settings[_CC][termios.VTIME] = 0
        termios.tcsetattr(self._fd, termios.TCSANOW, settings)
        termios.tcflush(self._fd, termios.TCIOFLUSH)


def _serial_device(device: str) -> str:
    """The character device under /dev that `device` is or leads to; a file or a socket is no reader."""
    try:
        path = os.path.realpath(device, strict=True)
        is_device = stat.S_ISCHR(os.stat(path).st_mode)  # noqa: PTH116 - pathlib would load urllib into the room
    except (OSError, ValueError):
        raise ReadFailedError(ReadFailure.READER_ABSENT) from None
    if not (is_device and path.startswith("/dev/")):
        raise ReadFailedError(ReadFailure.READER_ABSENT)
    return path
