"""A simulated store around tests, of which nothing runs on afterwards."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hw_sim.running import PROGRAM, RunningStore, running_store
from tests.processes import descendants, survivors


@contextmanager
def whole_store(folder: Path, *options: str, program: Sequence[str] = PROGRAM) -> Iterator[RunningStore]:
    """As `running_store`, and each process of it ends with it."""
    with running_store(folder, *options, program=program) as store:
        yield store
        processes = descendants(store.process.pid)
    assert not survivors(processes)
