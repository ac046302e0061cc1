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

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        script = Path(__file__).with_name("namespaces.py")
        command = [sys.executable, str(script), str(self._folder), *self._arguments]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        until = time.monotonic() + _LIMIT_S
        while not self._answers():
            assert self._process.poll() is None, "pcscd did not start"
            assert time.monotonic() < until, "pcscd does not listen"
            os.sched_yield()

    def stop(self) -> None:
        """As an administrator would; the file of its socket goes with it."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(_LIMIT_S)
            self._process = None
        self.socket.unlink(missing_ok=True)

    def slot(self, reader: str = READER) -> socket.socket:
        """A connection to the virtual reader, made from inside its network: a card's own side."""
        libc = CDLL(None, use_errno=True)
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        theirs = os.open(f"/proc/{self.pid}/ns/net", os.O_RDONLY)
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

    def seen(self, reader: str = READER) -> str:
        """What the daemon knows of the reader, by a process of its own: a process has one daemon at most."""
        command = [sys.executable, str(Path(__file__).with_name("presence.py")), reader]
        environment = {"PCSCLITE_CSOCK_NAME": str(self.socket)}
        told = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=_LIMIT_S, check=True)
        return told.stdout.strip()

    def _answers(self) -> bool:
        if not self.socket.exists():
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.socket)) == 0
