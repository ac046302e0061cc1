"""A real pcscd of a test's own, with vpcd's virtual readers."""

import os
import signal
import socket
import subprocess
import sys
import time
from ctypes import CDLL, get_errno
from pathlib import Path
from types import TracebackType
from typing import Self

READER, OTHER_READER = "Virtual PCD 00 00", "Virtual PCD 00 01"
_PORTS = {READER: 35963, OTHER_READER: 35964}
_LIMIT_S = 30.0
_NEWNET = 0x40000000


class Pcscd:
    """Its socket lies in `folder`, which has a short name. A `with` block ends it."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.socket = folder / "pcscd.comm"
        self._folder = folder
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def runs(self) -> bool:
        return self._process is not None

    def start(self) -> None:
        script = Path(__file__).with_name("namespaces.py")
        command = [sys.executable, str(script), str(self._folder), *self._arguments]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        until = time.monotonic() + _LIMIT_S
        while not self._answers():
            assert self._process.poll() is None, "pcscd did not start"
            assert time.monotonic() < until, "pcscd does not listen"
            os.sched_yield()
        environment = {"PCSCLITE_CSOCK_NAME": str(self.socket)}
        watch = [sys.executable, str(Path(__file__).with_name("presence.py"))]
        pipe = subprocess.PIPE
        self._watcher = subprocess.Popen(watch, env=environment, stdin=pipe, stdout=pipe, text=True)

    def stop(self) -> None:
        """As an administrator would; the file of its socket goes with it."""
        if self._watcher is not None:
            self._watcher.communicate()
            self._watcher = None
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(_LIMIT_S)
            self._process = None
        self.socket.unlink(missing_ok=True)

    def slot(self, reader: str = READER) -> socket.socket:
        """A connection to the virtual reader, made from inside its network: a card's own side."""
        return slot_of(self.pid, reader)

    def seen(self, reader: str = READER) -> tuple[str, int]:
        """CARD or EMPTY, and how many changes of it the daemon has noticed."""
        assert self._watcher is not None
        assert self._watcher.stdin is not None
        assert self._watcher.stdout is not None
        self._watcher.stdin.write(f"{reader}\n")
        self._watcher.stdin.flush()
        state, count = self._watcher.stdout.readline().split()
        return state, int(count)

    def wait_for_change(self, count: int, reader: str = READER) -> None:
        """Until the daemon has noticed that many changes of the reader.

        A card that goes and another that comes within one look of the daemon's (0.4 s) are one card to it.
        """
        until = time.monotonic() + _LIMIT_S
        while self.seen(reader)[1] < count:
            assert time.monotonic() < until, "pcscd sees no change"
            os.sched_yield()

    def _answers(self) -> bool:
        if not self.socket.exists():
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.socket)) == 0


def slot_of(pid: int, reader: str = READER) -> socket.socket:
    """The same of a pcscd that is process `pid`."""
    libc = CDLL(None, use_errno=True)
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    theirs = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    try:
        if libc.setns(theirs, _NEWNET) != 0:
            raise OSError(get_errno(), "setns")
        try:
            return socket.create_connection(("127.0.0.1", _PORTS[reader]), _LIMIT_S)
        finally:
            assert libc.setns(home, _NEWNET) == 0
    finally:
        os.close(theirs)
        os.close(home)
