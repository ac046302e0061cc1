"""Fixtures for all tests: a whole simulated store with the real engine, started and ended through the command line."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import pos_bridge.rpc  # noqa: F401 - first: in a worker that runs all kinds of tests grpc is loaded once
from benchmarks.program import as_on_a_till
from hw_sim.running import RunningStore
from pos_bridge.log.log import Log
from tests.stores import whole_store

settings.register_profile("untimed", deadline=None)  # how fast something is, is the benchmarks' business
settings.load_profile("untimed")


# Each takes a minute or so: begun last, they would keep one worker at work alone while the others are done.
_LONG = ("test_residue", "test_residue_chips", "test_kill_refund", "test_kill_void", "test_kill_sale", "test_stories")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.stem not in _LONG)


def pytest_collection_finish() -> None:
    """All tests of all rooms live as long as this worker: no collection of one's own garbage walks over them again."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup() -> None:
    """A command that was called in this process closed its files to others, and those of the tests behind it."""
    os.umask(0o022)


@pytest.fixture(scope="session", autouse=True)
def _as_on_a_till() -> Iterator[None]:
    """The programs that tests start load no tool of development: they begin a third sooner, and as they would there."""
    with as_on_a_till():
        yield


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStore]:
    """One store for all tests of a module. A test leaves it as it found it: engine up, mode approve, readers whole."""
    folder = tmp_path_factory.mktemp("store")
    with whole_store(folder) as running:
        yield running
    assert running.process.returncode == 0
    assert not (folder / "store.json").exists()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    opened = Log(tmp_path / "log")
    yield opened
    opened.close()
