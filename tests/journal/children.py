"""Python programs that tests start: each dies with its parent, and finds the project."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.small_disk import own_mounts

ROOT = Path(__file__).parents[2]
_DIES_WITH_ITS_PARENT = "import ctypes, signal; ctypes.CDLL(None).prctl(1, signal.SIGKILL)\n"


def command(script: str, *arguments: str | Path) -> list[str]:
    return [sys.executable, "-c", _DIES_WITH_ITS_PARENT + script, *map(str, arguments)]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def said_until_killed(lines: int, script: str, *arguments: str | Path) -> list[list[str]]:
    """The words of each whole line that it said: it is killed once it has said so many."""
    child = subprocess.Popen(command(script, *arguments), env=environment(), stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child.stdout:
        said = [child.stdout.readline() for _ in range(lines)]
        child.kill()
        said += child.stdout.readlines()
    assert child.wait() == -signal.SIGKILL
    return [line.split() for line in said if line.endswith("\n")]


def run(script: str, *arguments: str | Path, prefix: tuple[str, ...] = ()) -> str:
    """Run it to its end; its output, or its error as this test's."""
    done = subprocess.run(
        [*prefix, *command(script, *arguments)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_on_small_disk(script: str, root: Path) -> str:
    """The same, told how its `SmallDisk` is made at `root`: without the right to mount, a limit stands in."""
    prefix = own_mounts()
    return run(script, root, "tmpfs" if prefix else "limit", prefix=prefix or ())
