"""A store that is watched for what it leaves behind: with temporary folders of its own, a core limit, and a tap."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from hw_sim.running import PROGRAM, RunningStore, running_store
from hw_sim.store import tether
from tests.processes import descendants, survivors
from tests.surfaces.disk import NAMESPACE, namespaces
from tests.surfaces.residue_scene import MarkedBook, Scene
from tests.surfaces.residue_tap import tapped
from tests.surfaces.residue_watch import TEMPORARY, Watch

_PROJECT = Path(__file__).parents[2]
# As large as this user's limits allow: where the kernel would write a core, it may.
_CORES = 'ulimit -S -c "$(ulimit -H -c)"'
# Empty folders over the machine's temporary ones; what the store needs of those ("$@" up to --) shows through.
_EMPTY = """
mount -t tmpfs pos-bridge-test /dev/shm
mkdir /dev/shm/beneath
mount --rbind / /dev/shm/beneath
mount -t tmpfs pos-bridge-test /tmp
mount -t tmpfs pos-bridge-test /var/tmp
while [ "$1" != -- ]; do
    mkdir -p "$1"
    mount --rbind "/dev/shm/beneath$1" "$1"
    shift
done
shift
umount -l /dev/shm/beneath
rmdir /dev/shm/beneath
"""


@contextmanager
def watched_store(
    folder: Path,
    *readers: str,
    program: Sequence[str] = PROGRAM,
    opened: Callable[[RunningStore, Mapping[str, Any]], MarkedBook] = MarkedBook,
) -> Iterator[Scene]:
    """One with `readers`, whose engine waits a second for an answer. `program`: pos-bridge-sim, or one like it.

    `opened`: the book that its till keeps.
    """
    temporary = folder / "temporary"
    temporary.mkdir()
    options = ["--answer-timeout", "1", *(word for reader in readers for word in ("--reader", reader))]
    with ExitStack() as after:
        with running_store(folder / "store", *options, program=_alone(folder, temporary, program)) as store:
            with tapped(store, folder / "wire") as tap:
                book = opened(store, tap.facts)
                book.in_session()
                private = after.enter_context(_temporary_folders(store.process.pid))
                yield Scene(book, watch := Watch(store, tap, [temporary, *private], book.till.heard))
                tap.has_all()
            processes = descendants(store.process.pid)
        watch.look_at_files()  # with what an engine that ends writes last
        assert not survivors(processes)


def _alone(folder: Path, temporary: Path, program: Sequence[str]) -> list[str]:
    # The death signal is asked for again inside: the kernel forgets it when a process takes on a namespace's rights.
    inside = [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), *program]
    environment = ["/usr/bin/env", f"TMPDIR={temporary}"]
    if not namespaces():
        return [*environment, "sh", "-ec", f'{_CORES}\nexec "$@"', "sh", *inside]
    needed = {Path(path).resolve() for path in (folder, _PROJECT, sys.prefix, sys.base_prefix)}
    shown = [str(path) for path in sorted(needed) if any(path.is_relative_to(temp) for temp in TEMPORARY)]
    return [*environment, *NAMESPACE, "sh", "-ec", f'{_EMPTY}{_CORES}\nexec "$@"', "sh", *shown, "--", *inside]


@contextmanager
def _temporary_folders(store: int) -> Iterator[list[Path]]:
    """As the store sees them, where nobody else's files are in them; there until the block ends."""
    seen = [f"/proc/{store}/root{folder}" for folder in TEMPORARY] if namespaces() else []
    descriptors = [os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC) for folder in seen]
    try:
        yield [Path(f"/proc/self/fd/{descriptor}/.") for descriptor in descriptors]
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
