"""Stores with a stand-in for the engine."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hw_sim.running import RunningStore, running_store
from tests.hw_sim.readers.port import settle, until
from tests.processes import descendants, survivors

PROGRAM = (sys.executable, os.fspath(Path(__file__).with_name("stand_in_store.py")))

Opened = Callable[..., contextlib.AbstractContextManager[RunningStore]]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@contextlib.contextmanager
def _opened(folder: Path, *options: str, code: int = 0) -> Iterator[RunningStore]:
    with running_store(folder, *options, program=PROGRAM) as store:
        yield store
        processes = descendants(store.process.pid)
    assert store.process.returncode == code
    assert not survivors(processes)
    assert not (folder / "store.json").exists()


@pytest.fixture(name="opened")
def open_a_store() -> Opened:
    """A store with a stand-in engine, as a context manager; at its end nothing may be left."""
    return _opened


@pytest.fixture(name="stand_in", scope="module")
def one_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStore]:
    """One for all tests of a module: two readers of a kind, and one that encrypts."""
    readers = [word for driver in ("msr_plain", "msr_plain", "idtech_msr") for word in ("--reader", driver)]
    with _opened(tmp_path_factory.mktemp("store"), *readers) as store:
        yield store


@pytest.fixture(name="run_store")
def run_a_store_to_its_end() -> Run:
    """`pos-bridge-sim store` with a stand-in engine, for what is expected to end by itself."""

    def run(*words: str | os.PathLike[str]) -> "subprocess.CompletedProcess[str]":
        command = [*PROGRAM, "store", *(os.fspath(word) for word in words)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    return run


def in_line(customer: "subprocess.Popen[str]") -> None:
    """Until that customer is in the queue: the command has connected, and the store has read its request."""

    def connected() -> bool:
        for descriptor in Path(f"/proc/{customer.pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                if str(descriptor.readlink()).startswith("socket:"):
                    return True
        return False

    asyncio.run(until(connected))
    asyncio.run(settle())
