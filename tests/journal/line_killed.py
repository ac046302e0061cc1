"""A step of a program that is killed at each of its lines in turn, and what lies on the disk then.

Used inside a program of its own: it forks.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

Step = Callable[[], object]


def killed_at_lines(
    root: Path,
    numbers: range,
    traced: tuple[str, ...],
    begun: Callable[[Path], Step],
    check: Callable[[Path], None],
) -> int:
    """Each time on a copy of `root / "before"`: `begun` makes the step ready, which is killed at its n-th line.

    Counted are the lines of the `traced` files, each at its first visit. `check` looks at what is left. Ends with the
    first number that the step has no line for, which is the result.
    """
    for at in numbers:
        folder = root / "after"
        shutil.copytree(root / "before", folder)
        child = os.fork()
        if child == 0:
            _live(begun(folder), at, traced)
        status = os.waitpid(child, 0)[1]
        check(folder)
        shutil.rmtree(folder)
        if status == 0:
            return at
        assert os.WTERMSIG(status) == signal.SIGKILL, status
    raise AssertionError("it has more lines than that")


def _live(step: Step, at: int, traced: tuple[str, ...]) -> NoReturn:
    lines = set()

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if not frame.f_code.co_filename.endswith(traced):
            return None
        if event == "line":
            lines.add((frame.f_code.co_filename, frame.f_lineno))
            if len(lines) == at:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)
    step()
    sys.settrace(None)
    os._exit(0)
