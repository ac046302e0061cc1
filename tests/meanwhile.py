"""Something that somebody else does while a step runs: at any of its lines."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def at_line(number: int, act: Callable[[], object], step: Callable[[], object], sources: tuple[str, ...]) -> bool:
    """Whether the step has so many lines in these files: `act` is done at that one."""
    seen = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal seen
        if frame.f_code.co_filename not in sources:
            return None
        if event == "line":
            seen += 1
            if seen == number:
                act()
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        step()
    finally:
        sys.settrace(before)
    return seen >= number
