"""Grandchildren of the store (card rooms) whose parent died: adopted, waited for, and ended if they do not end.

A card room ends by itself when its engine is gone; the store waits to see it, so that nothing survives a store and a
restarted engine finds the readers free. Only processes that the kernel has made children of this one are touched.
"""

import asyncio
import contextlib
import ctypes
import os
import signal
from collections.abc import Set as AbstractSet
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_CHECK_S = 0.01


def adopt() -> None:
    """From now on orphaned descendants become children of this process instead of init's."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


async def see_off(own: AbstractSet[int], patience_s: float) -> None:
    """Wait until no child is left but `own`; after `patience_s` the rest is killed."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience_s
    while orphans := {pid for pid in _children() - own if not _reaped(pid)}:
        if loop.time() >= deadline:
            for pid in orphans:  # ours and not reaped: the number cannot be another's
                os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(_CHECK_S)


def _reaped(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def _children() -> set[int]:
    found: set[int] = set()
    for listing in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):  # the thread ended
            found.update(int(pid) for pid in listing.read_text().split())
    return found
