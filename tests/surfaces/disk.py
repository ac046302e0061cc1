"""A till's disk that fails, under a real engine: full, read-only, or one whose writes are errors.

The small disk is a tmpfs over DIR/engine/state in a mount namespace of the store's own: it is gone with the store, and
nobody else sees it. It is reached from outside through the store's /proc/PID/root.
"""

import contextlib
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hw_sim.running import PROGRAM, RunningStore, running_store
from hw_sim.store import tether
from tests.surfaces.book import Book

_SIZE = "2m"
NAMESPACE = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]
_MOUNT = f'mkdir -p "$1" && mount -t tmpfs -o size={_SIZE} pos-bridge-test "$1" && shift && exec "$@"'
_CHUNK = bytes(4096)


def namespaces() -> bool:
    """Whether this user may have a mount namespace; some containers refuse."""
    return subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0


@contextmanager
def store_on_a_small_disk(folder: Path, *options: str) -> Iterator[RunningStore]:
    state = folder / "engine" / "state"
    # The death signal is asked for again inside: the kernel forgets it when a process takes on a namespace's rights.
    inside = [PROGRAM[0], "-I", "-S", tether.__file__, str(os.getpid()), *PROGRAM]
    program = ["/usr/bin/env", *NAMESPACE, "sh", "-c", _MOUNT, "sh", os.fspath(state), *inside]
    with running_store(folder, *options, program=program) as store:
        yield store


class FullDisk:
    """No space left on the state folder's disk."""

    name = "full"

    def __init__(self, book: Book) -> None:
        self._filler = book.state / "filler"
        assert book.state.stat().st_dev != book.store.folder.stat().st_dev, "a disk of its own"

    def begin(self) -> None:
        with self._filler.open("ab", buffering=0) as file:
            with contextlib.suppress(OSError):
                while True:
                    file.write(_CHUNK)
            with pytest.raises(OSError, match="No space"):
                file.write(_CHUNK)

    def end(self) -> None:
        self._filler.unlink(missing_ok=True)


class WriteErrors:
    """Every write that makes a file of the engine longer is an error: a limit of the process, set from outside."""

    name = "write errors"

    def __init__(self, book: Book) -> None:
        self._book = book
        self._usual = resource.prlimit(book.engine_pid, resource.RLIMIT_FSIZE)

    def begin(self) -> None:
        resource.prlimit(self._book.engine_pid, resource.RLIMIT_FSIZE, (0, self._usual[1]))

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(self._book.engine_pid, resource.RLIMIT_FSIZE, self._usual)


Fault = FullDisk | WriteErrors
FAULTS: list[type[FullDisk] | type[WriteErrors]] = [WriteErrors, *([FullDisk] if namespaces() else [])]


@contextmanager
def failing(fault: Fault) -> Iterator[None]:
    try:
        fault.begin()
        yield
    finally:
        fault.end()


def remount(store: RunningStore, state: Path, mode: str) -> None:
    """`ro` or `rw`, for everybody in the store; no file may be open for writing there."""
    enter = [
        "nsenter",
        "--target",
        str(store.process.pid),
        "--mount",
        *([] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]),
    ]
    subprocess.run([*enter, "mount", "-o", f"remount,{mode}", os.fspath(state)], check=True)
