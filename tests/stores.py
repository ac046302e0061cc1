"""A simulated store around tests, of which nothing runs on afterwards."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hw_sim.running import PROGRAM, RunningStore, running_store
from tests.processes import descendants, survivors

_CAPTURED_S = 60.0  # it takes a hundredth, but machines are slow at times


@contextmanager
def whole_store(folder: Path, *options: str, program: Sequence[str] = PROGRAM) -> Iterator[RunningStore]:
    """As `running_store`, and each process of it ends with it."""
    with running_store(folder, *options, program=program) as store:
        yield store
        processes = descendants(store.process.pid)
    assert not survivors(processes)


def at_rest(store: RunningStore) -> list[dict[str, Any]]:
    """All that the processor holds, once what was sold before is captured: the till's answer does not wait for that."""
    deadline = time.monotonic() + _CAPTURED_S
    while "authorised" in {row["state"] for row in store.ledger()}:
        assert time.monotonic() < deadline, "a sale is not captured"
        time.sleep(0.02)
    return store.ledger()
