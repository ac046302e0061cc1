"""Where a card room's process begins: `python -I -S -B entry.py --trust FILE [--emv FILE] [--engine USER]`.

The link is descriptor 3, from the engine that started it as from systemd, which begins there with what it hands over.
`--engine`: only that user's process may be at the link's other end; for a room that systemd started.

Started without site-packages on the path, so that no .pth file runs code of its own; it finds what it needs from where
it lies. Made unreadable for other processes before anything else. Until then, for the milliseconds of the
interpreter's own start, a process of the same user could attach to it: on a till the room has its own user.
"""

import ctypes
import os
import signal
import sys

_LINK = 3
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4
_LAST_RESORT = 4  # program.FAULT
_SYSTEMD = 1  # as a parent it outlives the engine: then the link alone tells that the engine has gone
_OPTIONS = {"--trust", "--emv", "--engine"}


def hide() -> bool:
    """No memory reads, no ptrace, no core; and no life after the engine that started us (True: the kernel agreed).

    That the first is in force is looked at once more in lockdown.py.
    """
    prctl = ctypes.CDLL(None).prctl
    nothing = ctypes.c_ulong(0)
    prctl(_PR_SET_DUMPABLE, nothing, nothing, nothing, nothing)
    refused: int = prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL), nothing, nothing, nothing)
    return refused == 0 and os.getppid() != _SYSTEMD


def keep_only_the_link() -> None:
    """Standard input, output and error lead nowhere; nothing else that was left open stays."""
    nowhere = os.open("/dev/null", os.O_RDWR)
    for descriptor in range(_LINK):
        os.dup2(nowhere, descriptor)
    os.closerange(_LINK + 1, os.sysconf("SC_OPEN_MAX"))


def find_packages() -> None:
    """A checkout has the packages it needs in its virtual environment; in an installed wheel they lie beside it."""
    here = os.path.abspath(__file__)  # noqa: PTH100 - pathlib would load urllib into the room
    root = here.removesuffix(os.path.join("pos_bridge", "card", os.path.basename(here)))  # noqa: PTH118, PTH119 - same
    prefix = os.path.dirname(os.path.dirname(sys.executable))  # noqa: PTH120 - same
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    sys.path += [root, os.path.join(prefix, "lib", version, "site-packages")]  # noqa: PTH118 - same


def main(arguments: list[str]) -> int:
    """The exit code."""
    bound_to_parent = hide()
    keep_only_the_link()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    find_packages()
    from pos_bridge.card.program import run  # noqa: PLC0415 - only now is there a path to find it on
    from pos_bridge.wire.locks import Lock  # noqa: PLC0415 - same

    options = dict(zip(arguments[::2], arguments[1::2], strict=True))
    if options.keys() - _OPTIONS or len(options) * 2 != len(arguments):
        raise ValueError("usage: entry.py --trust FILE [--emv FILE] [--engine USER]")
    already = Lock.DIES_WITH_PARENT if bound_to_parent else Lock(0)
    return run(options["--trust"], options.get("--emv"), already, options.get("--engine"))


if __name__ == "__main__":
    try:
        code = main(sys.argv[1:])
    except BaseException:  # noqa: BLE001 - not even a missing library leaves a traceback behind
        code = _LAST_RESORT
    os._exit(code)  # no finalisers: the kernel takes the memory back
