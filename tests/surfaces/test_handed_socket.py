"""The tills' port from systemd: payments on it, nobody else on it, and nobody refused while the engine is away."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hw_sim.store import tether
from tests.stores import whole_store
from tests.surfaces.book import Book, until
from tests.surfaces.engine import PROGRAM


@pytest.fixture(name="book", scope="module")
def one_book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """A store whose own engine is off."""
    with whole_store(tmp_path_factory.mktemp("store"), "--answer-timeout", "1") as store:
        book = Book(store)
        store.do("engine", "kill")
        yield book
        store.do("engine", "restart")
        book.balance()


@pytest.fixture(name="config")
def its_configuration(book: Book) -> Path:
    return Path(book.store.facts["config"])


def port_of(config: Path) -> int:
    port = tomllib.loads(config.read_text())["nexo"]["port"]
    assert isinstance(port, int)
    return port


# As systemd does: the socket is this program's, the engine's is a copy of it, and each run gets one.
HAND_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES=sys.argv[2])
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


def nobody_else_can_listen(port: int) -> None:
    for reuse in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, reuse, 1)
            with pytest.raises(OSError, match="in use"):
                other.bind(("127.0.0.1", port))


def test_a_restart_refuses_nobody_and_lets_nobody_in_between(book: Book, config: Path, tmp_path: Path):
    """Paid on the handed socket; the engine ends between sales; who asks meanwhile is answered by the next one."""
    port = port_of(config)
    with held(port) as listening:
        starter = tmp_path / "hand_over.py"
        starter.write_text(HAND_OVER)
        program = (sys.executable, "-I", str(starter), str(listening.fileno()), "nexo", *PROGRAM)
        with engine_with(config, program, listening) as running:
            assert book.pay().paid
            running.send_signal(signal.SIGUSR1)
            assert running.wait(60) == 0
        nobody_else_can_listen(port)
        with (
            book.asking(book.new(cash=True)) as waiting,
            socket.create_connection(("127.0.0.1", port), timeout=60) as patient,
            engine_with(config, program, listening) as running,
        ):
            context = ssl.create_default_context(cafile=book.store.facts["ca"])
            with context.wrap_socket(patient, server_hostname="localhost") as served:
                assert served.version() is not None
            told = waiting.end()
            assert told is not None
            assert told.paid
            assert book.pay().paid
            running.terminate()
            assert running.wait(60) == 0
        nobody_else_can_listen(port)


def test_systemds_own_program_starts_it_for_the_first_till(book: Book, config: Path):
    port = port_of(config)
    activate = ("/usr/bin/systemd-socket-activate", f"--listen=127.0.0.1:{port}", "--fdname=nexo", *PROGRAM)
    with engine_with(config, activate) as running:
        until(lambda: is_listening(port))
        nobody_else_can_listen(port)
        assert book.pay_cash().paid
        assert book.pay().paid
        running.terminate()
        assert running.wait(60) == 0


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
