"""The engine as a till's service manager runs it: `pos-bridge run`, its readiness, its end and its last words."""

import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hw_sim.store import tether
from tests.stores import whole_store
from tests.surfaces.book import Book

PROGRAM = (sys.executable, "-P", "-m", "pos_bridge")
_START_LIMIT_S = 60.0
_END_LIMIT_S = 20.0
_CHECK_S = 0.05


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended: its exit code, and what it had said on standard error, in lines."""

    code: int
    said: list[str]


class Engine:
    """One run of it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def end(self) -> Ended:
        """Wait for its end, which somebody has asked for."""
        _, said = self.process.communicate(timeout=_END_LIMIT_S)
        return Ended(self.process.returncode, said.splitlines())


@contextmanager
def engine(config: Path, *, ready: bool = True, program: Sequence[str] = PROGRAM) -> Iterator[Engine]:
    """An engine on this configuration; on entry it is ready, unless that is not wanted. Killed if still there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        name = f"pos-bridge-test-{secrets.token_hex(16)}"
        ear.bind(f"\0{name}")
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), *program, *_words(config)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "NOTIFY_SOCKET": f"@{name}"},
        )
        with process:
            try:
                if ready:
                    _wait_until_ready(process, ear)
                yield Engine(process)
            finally:
                process.kill()


@contextmanager
def book_without_engine(folder: Path) -> Iterator[Book]:
    """One whose own engine is off: each test runs one. At the end it is on again, and all accounts agree."""
    with whole_store(folder, "--answer-timeout", "1") as store:
        book = Book(store)
        store.do("engine", "kill")
        yield book
        book.mode("up")  # whichever test was this worker's last
        store.do("engine", "restart")
        book.balance()


def refused(config: Path) -> Ended:
    """What an engine that cannot start says, and its exit code."""
    with engine(config, ready=False) as running:
        return running.end()


def changed(config: Path, name: str, *changes: tuple[str, str]) -> Path:
    """A copy of a configuration beside it, with other text in it."""
    text = config.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    copy = config.with_name(f"{name}.toml")
    copy.write_text(text)
    return copy


def _words(config: Path) -> list[str]:
    return ["run", "--config", str(config)]


def _wait_until_ready(process: "subprocess.Popen[str]", ear: socket.socket) -> None:
    deadline = time.monotonic() + _START_LIMIT_S
    while time.monotonic() < deadline:
        if select.select([ear], [], [], _CHECK_S)[0] and b"READY=1" in ear.recv(4096).split(b"\n"):
            return
        assert process.poll() is None, "it ended instead"
    raise AssertionError("it was never ready")
