"""What /proc tells of processes: which descend from one and survive, and how much one holds. Signals nobody."""

import os
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Process:
    """A number and a start time: together they never mean another process."""

    pid: int
    started: int

    @property
    def is_alive(self) -> bool:
        return self in {process for process, _, state in _all() if state != "Z"}


def descendants(pid: int) -> set[Process]:
    listing = _all()
    found: set[Process] = set()
    parents = {pid}
    while parents:
        children = {process for process, parent, _ in listing if parent in parents} - found
        found |= children
        parents = {process.pid for process in children}
    return found


def survivors(processes: set[Process], within_s: float = 5.0) -> set[Process]:
    """Those that are still there after a while: a process that was killed needs the processor once more to go."""
    until = time.monotonic() + within_s
    while (alive := {process for process in processes if process.is_alive}) and time.monotonic() < until:
        time.sleep(0.02)
    return alive


def descriptors(pid: int) -> int:
    """How many files and sockets it has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def resident_kib(pid: int) -> int:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1])


def may_look(pid: int) -> bool:
    """Whether this user may read that process's memory: a room's, only root with the right to trace may."""
    try:
        os.close(os.open(f"/proc/{pid}/mem", os.O_RDONLY))
    except PermissionError:
        return False
    return True


def slept(process: Process) -> int | None:
    """How often it has gone to sleep, now that it sleeps; None while it runs or when it is no more."""
    try:
        text = Path(f"/proc/{process.pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    facts = dict(line.split(":\t", 1) for line in text.splitlines())
    return int(facts["voluntary_ctxt_switches"]) if facts["State"].startswith("S") else None


def _all() -> list[tuple[Process, int, str]]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text(errors="replace")
        except OSError:  # ended meanwhile
            continue
        fields = text.rpartition(")")[2].split()  # proc(5): after the name come state, parent, ..., start time (22nd)
        found.append((Process(int(stat.parent.name), int(fields[19])), int(fields[1]), fields[0]))
    return found
