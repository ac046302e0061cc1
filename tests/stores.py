"""A simulated store around tests, of which nothing runs on afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hw_sim.running import RunningStore, running_store
from tests.processes import descendants, survivors


@contextmanager
def whole_store(folder: Path, *options: str) -> Iterator[RunningStore]:
    """As `running_store`, and each process of it ends with it."""
    with running_store(folder, *options) as store:
        yield store
        processes = descendants(store.process.pid)
    assert not survivors(processes)
