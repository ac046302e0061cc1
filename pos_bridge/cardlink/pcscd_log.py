"""Whether pcscd writes what cards say into its log: then no card is read through it. Reads /proc; changes nothing.

Started with --apdu or --debug, pcscd logs every exchange, card numbers among them, and no lock of a card room helps.
"""

import socket
from collections.abc import Iterator
from pathlib import Path

from pos_bridge.cardlink.peer import peer_of

_NAME = "pcscd"
_LOGGING = ("--apdu", "--debug")
_LOGGING_LETTERS = frozenset("ad")
# Options of pcscd that take a value, so that what follows such a letter is no option; the rest are flags.
_WITH_VALUE = frozenset("ctsr")
_HIDDEN = 0  # no process has this number


def logs_apdus(socket_path: Path, *, in_use: bool = False) -> bool:
    """Of the pcscd that listens on this socket; where a supervisor listens for it, of any pcscd that runs here.

    False where nobody listens: nothing can be read there either. `in_use`: a room is connected to it, so one runs; if
    none can be seen (another's command line may be hidden: hidepid, ProtectProc), it is taken to log.
    """
    peer = _peer(socket_path)
    if peer is None:
        return False
    command = _pcscd_command(peer)
    if command is not None:
        return asks_for_log(command)
    commands = list(_all_pcscd())
    return any(map(asks_for_log, commands)) or (in_use and not commands)


def asks_for_log(command: list[str]) -> bool:
    """Whether this command line of pcscd has APDUs logged, however the option is written (getopt_long)."""
    for word in command[1:]:
        if word == "--":
            return False
        if word.startswith("--"):
            if len(word) > len("--") and any(option.startswith(word) for option in _LOGGING):
                return True
        elif word.startswith("-"):
            for letter in word[1:]:
                if letter in _LOGGING_LETTERS:
                    return True
                if letter in _WITH_VALUE:
                    break
    return False


def _peer(socket_path: Path) -> int | None:
    """The process that listens; None: nobody does. _HIDDEN: the socket is there and not for us, only for rooms, or its
    queue is full: the event loop waits for nobody here.
    """
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(0)
            probe.connect(str(socket_path))
            return peer_of(probe).pid
    except (PermissionError, BlockingIOError):
        return _HIDDEN
    except (OSError, ValueError):
        return None


def _all_pcscd() -> Iterator[list[str]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and (command := _pcscd_command(int(folder.name))) is not None:
            yield command


def _pcscd_command(pid: int) -> list[str] | None:
    """Its command line; None: it is no pcscd, or is gone."""
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
        name = Path(f"/proc/{pid}/comm").read_text().strip()
    except (OSError, UnicodeDecodeError):
        return None
    command = [word.decode(errors="replace") for word in raw.split(b"\0") if word]
    return command if command and _NAME in (name, Path(command[0]).name) else None
