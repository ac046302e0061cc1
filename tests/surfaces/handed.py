"""An engine that is handed its listening sockets, as systemd does, and looks at who else could have the port."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hw_sim.store import tether
from tests.surfaces.engine import PROGRAM

# As systemd does: the sockets are this program's, the engine's are copies of them, and each run gets some.
HAND_OVER = """
import fcntl, os, sys
names, numbers = sys.argv[1], sys.argv[2].split(":")
copies = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 100) for number in numbers]
for place, number in enumerate(copies, 3):
    os.dup2(number, place)
    os.close(number)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(numbers)), LISTEN_FDNAMES=names)
os.execv(sys.argv[3], sys.argv[3:])
"""


@contextmanager
def held(port: int, address: str = "127.0.0.1") -> Iterator[socket.socket]:
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((address, port))
        listening.listen(16)
        os.set_inheritable(listening.fileno(), True)
        yield listening


def handing_over(**sockets: socket.socket) -> tuple[str, ...]:
    """The words of an engine that is handed these by their names; its `run` comes after."""
    numbers = ":".join(str(each.fileno()) for each in sockets.values())
    return (sys.executable, "-I", "-c", HAND_OVER, ":".join(sockets), numbers, *PROGRAM)


def activated(**ports: int) -> tuple[str, ...]:
    """The same by systemd's own program, which makes the sockets and waits for the first who connects."""
    listen = (f"--listen=127.0.0.1:{port}" for port in ports.values())
    return ("/usr/bin/systemd-socket-activate", *listen, f"--fdname={':'.join(ports)}", *PROGRAM)


def nobody_else_can_listen(port: int) -> None:
    for reuse in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, reuse, 1)
            with pytest.raises(OSError, match="in use"):
                other.bind(("127.0.0.1", port))


def is_listening(port: int) -> bool:
    """Without a connection, which would start the engine."""
    rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return any(row.split()[1] == f"0100007F:{port:04X}" and row.split()[3] == "0A" for row in rows)


@contextmanager
def engine_with(
    config: Path, program: tuple[str, ...], *listening: socket.socket
) -> Iterator["subprocess.Popen[bytes]"]:
    """As soon as it is started: who wants it waits in the socket's queue."""
    command = [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), *program, "run", "--config", str(config)]
    with subprocess.Popen(command, pass_fds=[each.fileno() for each in listening], stdin=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()
