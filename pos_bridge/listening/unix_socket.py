"""A unix socket in a folder of the shop's choosing: made under another name, given its mode, then put in place.

So nobody can connect before its mode is right, and what a run that was killed has left there is replaced. The folder is
reached by a descriptor: what is put in place of it meanwhile changes nothing.
"""

import errno
import os
import secrets
import socket
import stat
from contextlib import suppress
from pathlib import Path

MODE = 0o660
_NAME_BYTES = 4


class TakenError(Exception):
    """Somebody listens there, or it is no socket: it is left as it is."""


class Place:
    """`path` in a folder that is there. Raises OSError, TakenError. `close` when its server has stopped."""

    def __init__(self, path: Path, mode: int = MODE) -> None:
        self._name = path.name
        self._mode = mode
        self._new = f".{secrets.token_hex(_NAME_BYTES)}"
        self._shown: tuple[int, int] | None = None
        self._folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self._look()
        except BaseException:
            os.close(self._folder)
            raise

    @property
    def address(self) -> str:
        """Where a server is to listen, before `show`."""
        return f"unix:{self._at(self._new)}"

    @property
    def reached(self) -> str:
        """Where this process connects to it, after `show`."""
        return self._at(self._name)

    def show(self) -> None:
        """Let clients in: the server listens. Raises OSError."""
        made_at = Path(self._at(self._new))
        made_at.chmod(self._mode)
        made = made_at.stat()
        self._shown = made.st_dev, made.st_ino
        os.rename(self._new, self._name, src_dir_fd=self._folder, dst_dir_fd=self._folder)

    def close(self) -> None:
        with suppress(OSError):
            left = os.stat(self._name, dir_fd=self._folder, follow_symlinks=False)
            if (left.st_dev, left.st_ino) == self._shown:
                os.unlink(self._name, dir_fd=self._folder)
        with suppress(OSError):
            os.unlink(self._new, dir_fd=self._folder)
        os.close(self._folder)

    def _at(self, name: str) -> str:
        return f"/proc/self/fd/{self._folder}/{name}"

    def _look(self) -> None:
        """Whether a socket can be made there, in place of nothing or of one that nobody listens on any more."""
        if not os.access(self._at("."), os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        try:
            there = os.stat(self._name, dir_fd=self._folder, follow_symlinks=False)
        except FileNotFoundError:
            return
        if not stat.S_ISSOCK(there.st_mode):
            raise TakenError
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(self._at(self._name))
            except ConnectionRefusedError:
                return
        raise TakenError
