"""A bare PC/SC client at the till's end of a simulated pcscd, in a process of its own."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from hw_sim.store import tether

_PROGRAM = Path(__file__).with_name("scard.py")


class Client:
    """scard.py, running."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._says: IO[str] = process.stdout
        self._hears: IO[str] = process.stdin
        self.hello = self._says.readline().split()

    def send(self, command: bytes) -> bytes:
        return bytes.fromhex(self.ask(command.hex()))

    def ask(self, line: str) -> str:
        self.begin(line)
        return self._says.readline().strip()

    def begin(self, line: str) -> None:
        self._hears.write(line + "\n")
        self._hears.flush()

    def end(self) -> None:
        self._hears.close()


@contextlib.contextmanager
def client_of(pcscd: Path | str, device: str, until: str = "present") -> Iterator[Client]:
    """`pcscd` is its socket; `device` its name for the reader; `until` what the client first waits for."""
    command = [sys.executable, "-I", "-S", tether.__file__, str(os.getpid())]
    command += [sys.executable, "-P", str(_PROGRAM), device, until]
    environment = {**os.environ, "PCSCLITE_CSOCK_NAME": str(pcscd)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        client = Client(process)
        try:
            yield client
        finally:
            client.end()
            process.wait(30)
