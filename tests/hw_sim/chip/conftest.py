import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import IO, Any, TypeVar

import pytest

from hw_sim.chip.pcscd import SLOTS, Pcscd
from hw_sim.chip.slot import Slotted
from hw_sim.disk import private_folder
from hw_sim.store import tether

_Done = TypeVar("_Done")
CLIENT = Path(__file__).with_name("scard.py")


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


class Counter:
    """A pcscd, and what a test does with it."""

    def __init__(self, pcscd: Pcscd, runner: asyncio.Runner, folder: Path) -> None:
        self.pcscd = pcscd
        self.folder = folder
        self._runner = runner

    def run(self, work: Coroutine[Any, Any, _Done]) -> _Done:
        return self._runner.run(work)

    def insert(self, card: str, *faults: str, slot: int = 0, **how: Any) -> None:
        self.run(self.pcscd.insert(slot, Slotted(card, str(self.folder / f"{card}.json"), faults, **how)))

    def remove(self, slot: int = 0) -> str:
        return self.run(self.pcscd.remove(slot))

    @contextlib.contextmanager
    def client(self, slot: int = 0, until: str = "present") -> Iterator[Client]:
        command = [sys.executable, "-I", "-S", tether.__file__, str(os.getpid())]
        command += [sys.executable, "-P", str(CLIENT), SLOTS[slot], until]
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PCSCLITE_CSOCK_NAME": str(self.pcscd.socket)},
        ) as process:
            client = Client(process)
            try:
                yield client
            finally:
                client.end()
                process.wait(30)


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    with counter_in(tmp_path / "a") as made:
        yield made


@contextlib.contextmanager
def counter_in(folder: Path) -> Iterator[Counter]:
    with asyncio.Runner() as runner:
        pcscd = Pcscd(private_folder(folder))
        try:
            runner.run(pcscd.start())
            yield Counter(pcscd, runner, folder)
        finally:
            runner.run(pcscd.close())
