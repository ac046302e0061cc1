"""A pcscd that a supervisor listens for and starts when the first client comes, as systemd does on Debian."""

import select
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

_LIMIT_S = 30.0
# Socket activation (sd_listen_fds(3)): the socket is descriptor 3, and the variables name the process it is for.
_TAKE_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
os.execv(sys.argv[2], sys.argv[2:])
"""


class Supervised:
    """Its socket lies in `folder`, which has a short name, and is there from the start. A `with` block ends both."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.socket = folder / "pcscd.comm"
        script = Path(__file__).with_name("namespaces.py")
        self._command = [sys.executable, str(script), str(folder), *arguments]
        self._listener = socket.socket(socket.AF_UNIX)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._listener.bind(str(self.socket))
        self._listener.listen()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._listener.close()
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(_LIMIT_S)

    def serve_once(self) -> None:
        """Start the daemon once somebody has connected; returns at once after that, or when nobody came."""
        if not select.select([self._listener], [], [], _LIMIT_S)[0]:
            return
        ours = self._listener.fileno()
        self._process = subprocess.Popen(
            [sys.executable, "-c", _TAKE_OVER, str(ours), *self._command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[ours],
        )
