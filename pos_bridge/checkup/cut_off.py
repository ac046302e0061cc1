"""Whether a file that is written in place is being written, or a change of it was cut off: reading would undo that."""

import time
from pathlib import Path

_WRITTEN_WITHIN_S = 2.0
_LOOK_S = 0.02


def is_quiet(path: Path) -> bool:
    """No rollback journal beside it, or not for long."""
    cut_off = path.with_name(path.name + "-journal")
    until = time.monotonic() + _WRITTEN_WITHIN_S
    while path.exists() and cut_off.exists():
        if time.monotonic() > until:
            return False
        time.sleep(_LOOK_S)
    return True
