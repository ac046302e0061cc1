"""The memory of a running process as /proc shows it: what it can write, and where Python keeps its small integers.

Reads only. Needs the right to look into the process (ptrace(2), PTRACE_MODE_ATTACH): PermissionError otherwise.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Area:
    """One mapping: its bounds, whether the process can write it, and the file or kind it has for a name."""

    start: int
    end: int
    writable: bool
    name: str


def areas(pid: int) -> list[Area]:
    """All mappings of a process, in the order of their addresses."""
    found = []
    for line in Path(f"/proc/{pid}/maps").read_text(errors="replace").splitlines():
        span, mode, _, _, _, *name = line.split(maxsplit=5)
        start, end = (int(part, 16) for part in span.split("-"))
        found.append(Area(start, end, mode[1] == "w", name[0] if name else ""))
    return found


@contextmanager
def opened(pid: int) -> Iterator[int]:
    """A descriptor that reads the process's memory at its own addresses."""
    memory = os.open(f"/proc/{pid}/mem", os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield memory
    finally:
        os.close(memory)


def small_ints_of(pid: int) -> int | None:
    """Where id(0) is in a process that runs the same Python as this one; None when it runs another.

    id(0) lies in the interpreter's static data, at the same distance from the start of its image in every process.
    """
    own, other = _image(os.getpid()), _image(pid)
    return other.start + id(0) - own.start if own.name == other.name else None


def _image(pid: int) -> Area:
    """The file that holds the interpreter, libpython or the program itself, as it is mapped first."""
    images = [area for area in areas(pid) if area.name.startswith("/")]
    if not images:
        raise ProcessLookupError("a process that has ended has no image")
    return next((image for image in images if "libpython3" in image.name), images[0])
