"""Faults that nobody caught: of what type and where in the code, never what they say. And no library's own logging.

An exception's text, a task's repr and a library's log line may quote what a till, a processor or a disk sent, and
standard error is a log like any other: a service manager keeps it for months.
"""

import asyncio
import logging
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from traceback import walk_tb

_MOST_CAUSES = 4


def silence() -> None:
    """For this process, for good. The event loop has its own hook: `in_loop`."""
    logging.disable()
    warnings.simplefilter("ignore")
    sys.excepthook = lambda _type, error, _trace: tell(error)
    threading.excepthook = lambda fault: tell(fault.exc_value)
    sys.unraisablehook = lambda fault: tell(fault.exc_value)


def in_loop(_loop: asyncio.AbstractEventLoop, fault: Mapping[str, object]) -> None:
    """For `set_exception_handler`: tasks that nobody waited for, callbacks that raised."""
    error = fault.get("exception")
    tell(error if isinstance(error, BaseException) else None)


def tell(error: BaseException | None) -> None:
    """One line on standard error."""
    sys.stderr.write(f"pos-bridge: fault: {' from '.join(_causes(error))}\n")
    sys.stderr.flush()


def _causes(error: BaseException | None) -> Iterator[str]:
    if error is None:
        yield "without an exception"
    for _ in range(_MOST_CAUSES):
        if error is None:
            return
        places = (f"{PurePath(frame.f_code.co_filename).name}:{line}" for frame, line in walk_tb(error.__traceback__))
        yield f"{type(error).__name__} at {' '.join(places) or 'no place'}"
        error = error.__cause__ or error.__context__
