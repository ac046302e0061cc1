"""A control group of its own for each throw-away till, on this machine, and gone with it.

systemd-nspawn leaves the groups of a machine that was killed, under names that the next machine has too. To each the
kernel keeps what that machine's systemd attached, its rules on addresses and devices, 64 of a kind at most: the next
one's units would be under both (until one is stopped, and its group goes), and in the end under none of their own.
"""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MOUNTED = re.compile(r"^\d+ \d+ \S+ / (\S+) .* - (cgroup2?) ", re.MULTILINE)
_LIMIT_S = 30.0


@contextmanager
def control_group() -> Iterator[Path]:
    """A new one below ours. Whatever a killed run of ours has left is of another name."""
    mounted = _MOUNTED.findall(Path("/proc/self/mountinfo").read_text())
    unified = next(Path(place) for place, kind in mounted if kind == "cgroup2")
    (ours,) = re.findall(r"^0::/(.*)$", Path("/proc/self/cgroup").read_text(), re.MULTILINE)
    name = Path(ours) / f"till-{os.getpid()}-{time.monotonic_ns()}"
    group = unified / name
    group.mkdir()
    try:
        yield group
    finally:
        for place, _ in mounted:  # the same name in the old hierarchies, where systemd-nspawn finds such
            _remove(Path(place) / name)


def enter(group: Path) -> None:
    """This process, and all that it will start."""
    group.joinpath("cgroup.procs").write_text("0")


def _remove(group: Path) -> None:
    """With all groups below. A process that was just killed may hold one for a moment."""
    until = time.monotonic() + _LIMIT_S
    while True:
        try:
            for folder, _, _ in os.walk(group, topdown=False):
                Path(folder).rmdir()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return
