"""Who has the vault open: `vault.lock`, shared by all who are connected, held alone to put another file in its place.

Several programs may have one SQLite file open, and none may take it from under another: the other's changes would go
into a file without a name, and closing it would delete the new one's log. So the engine and the commands beside it
share this lock while they are connected, and a renewed file is put in place by whoever has it alone.

Locks of an open file description (fcntl, F_OFD_SETLK), because from shared to alone and back nobody comes in between,
and what could not be had alone stays shared; flock promises neither. They end with the process.
"""

import errno
import fcntl
import os
import struct
import time
from pathlib import Path

NAME = "vault.lock"
_MODE = 0o600
_WAIT_S, _LOOK_S = 5.0, 0.01  # putting a file in place takes milliseconds
_HELD = {errno.EACCES, errno.EAGAIN}


def make(folder: Path) -> None:
    """At the engine's start, so that the first customer who chooses does not set the time of this file."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE))


def lock_of(vault: Path) -> "Lock":
    return Lock(vault.with_name(NAME))


class Lock:
    """For one thread. Raises OSError as the disk does, and TimeoutError when another has it alone for too long."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def share(self) -> None:
        """With everybody who has it open. Made where it is missing. Also from alone back to shared."""
        self._wait(self._opened(), fcntl.F_RDLCK)

    def share_if_there(self) -> None:
        """For who only reads, and makes nothing: without the file nobody has ever put another vault in place."""
        try:
            self._descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        self._wait(self._descriptor, fcntl.F_RDLCK)

    def alone(self) -> bool:
        """False, and still shared, while somebody else has the vault open."""
        return self._descriptor is not None and _set(self._descriptor, fcntl.F_WRLCK)

    def attempt(self) -> bool:
        """Alone, from nothing: False, and nothing, if anybody has it."""
        if _set(self._opened(), fcntl.F_WRLCK):
            return True
        self.release()
        return False

    def take(self) -> None:
        """Alone, from nothing: waits for whoever has it."""
        self._wait(self._opened(), fcntl.F_WRLCK)

    def release(self) -> None:
        """Idempotent."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def _opened(self) -> int:
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE)
        return self._descriptor

    def _wait(self, descriptor: int, kind: int) -> None:
        until = time.monotonic() + _WAIT_S
        while not _set(descriptor, kind):
            if time.monotonic() > until:
                self.release()
                raise TimeoutError(errno.ETIMEDOUT, "another program has it for too long")
            time.sleep(_LOOK_S)


def _set(descriptor: int, kind: int) -> bool:
    """False when another has it. The whole file, of no process: struct flock of fcntl(2)."""
    try:
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, struct.pack("hhqqi4x", kind, os.SEEK_SET, 0, 0, 0))
    except OSError as error:
        if error.errno in _HELD:
            return False
        raise
    return True
