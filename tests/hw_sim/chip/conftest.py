import asyncio
import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hw_sim.chip.pcscd import SLOTS, Pcscd
from hw_sim.chip.slot import Slotted
from hw_sim.disk import private_folder
from hw_sim.store import tether

CLIENT = Path(__file__).with_name("scard.py")


class Client:
    """scard.py, running."""

    def __init__(self, process):
        self._process = process
        self.hello = process.stdout.readline().split()

    def send(self, command):
        return bytes.fromhex(self.ask(command.hex()))

    def ask(self, line):
        self.begin(line)
        return self._process.stdout.readline().strip()

    def begin(self, line):
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()


class Counter:
    """A pcscd, and what a test does with it."""

    def __init__(self, pcscd, runner, folder):
        self.pcscd = pcscd
        self.folder = folder
        self._runner = runner

    def run(self, work):
        return self._runner.run(work)

    def insert(self, card, *faults, slot=0, **how):
        self.run(self.pcscd.insert(slot, Slotted(card, str(self.folder / f"{card}.json"), faults, **how)))

    def remove(self, slot=0):
        return self.run(self.pcscd.remove(slot))

    @contextlib.contextmanager
    def client(self, slot=0, until="present"):
        command = [sys.executable, "-I", "-S", tether.__file__, str(os.getpid())]
        command += [sys.executable, "-P", str(CLIENT), SLOTS[slot], until]
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PCSCLITE_CSOCK_NAME": str(self.pcscd.socket)},
        ) as process:
            try:
                yield Client(process)
            finally:
                process.stdin.close()
                process.wait(30)


@pytest.fixture
def counter(tmp_path):
    with counter_in(tmp_path / "a") as made:
        yield made


@contextlib.contextmanager
def counter_in(folder):
    with asyncio.Runner() as runner:
        pcscd = Pcscd(private_folder(folder))
        try:
            runner.run(pcscd.start())
            yield Counter(pcscd, runner, folder)
        finally:
            runner.run(pcscd.close())
