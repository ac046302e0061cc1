"""A reader that went away: `pos-bridge doctor | head -1` has what it wanted, and ends without a word."""

import os
import select
from collections.abc import Callable

READER_GONE = 128 + 13  # as a shell tells of a program that SIGPIPE ended
_OUTPUT = 1


def while_read(command: Callable[[], int]) -> int:
    """The command's exit code, once all that it printed has gone out; READER_GONE if nobody reads it any more.

    A pipe that broke elsewhere, to the engine or to a program that it asked, is the command's own fault to tell.
    """
    try:
        try:
            code = command()
        except SystemExit:  # --help
            _send_the_rest()
            raise
        _send_the_rest()
    except BrokenPipeError:
        if not _nobody_reads():
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), _OUTPUT)  # where Python sends what it still holds as it ends
        return READER_GONE
    return code


def _send_the_rest() -> None:
    print(end="", flush=True)  # also where there is no output at all (`>&-`)


def _nobody_reads() -> bool:
    watch = select.poll()
    watch.register(_OUTPUT, 0)
    return any(what & select.POLLERR for _, what in watch.poll(0))
