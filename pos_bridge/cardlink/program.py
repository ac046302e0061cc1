"""How the engine starts a card room of its own: a fresh program, never a fork. On a till systemd does: activated.py."""

import os
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from pos_bridge.cardlink.room import Room

_LINK = 3
_ENTRY = Path(__file__).resolve().parents[1] / "card" / "entry.py"
# Symbols bound at start, not at first use: lazy binding leaves a copy of a call's arguments on the stack.
_ENVIRONMENT = {"LD_BIND_NOW": "1"}


@dataclass(frozen=True, slots=True)
class RoomProgram:
    """The room's program: `trust` is its trust file, `python` the interpreter that has its libraries.

    With `emv`, the file of a terminal's data, and `pcscd`, that daemon's socket, the room reads chips.
    """

    trust: Path
    python: str = sys.executable
    emv: Path | None = None
    pcscd: Path | None = None

    def command(self) -> list[str]:
        chips = [] if self.emv is None else ["--emv", str(self.emv.absolute())]
        return [self.python, "-I", "-S", "-B", str(_ENTRY), "--trust", str(self.trust.absolute()), *chips]

    def environment(self) -> dict[str, str]:
        """Libpcsclite looks for its daemon where this says, instead of at one place for all."""
        return _ENVIRONMENT if self.pcscd is None else _ENVIRONMENT | {"PCSCLITE_CSOCK_NAME": str(self.pcscd)}

    def start(self) -> Room:
        """A room on its way to Ready, in a session of its own. Called in the event loop's own thread, since a room
        dies with the thread that started it. Raises OSError.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                pid = os.posix_spawn(
                    self.python,
                    self.command(),
                    self.environment(),
                    file_actions=[
                        (os.POSIX_SPAWN_DUP2, theirs.fileno(), _LINK),
                        *((os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in range(_LINK)),
                    ],
                    setsid=True,
                    setsigmask=(),
                    setsigdef=(signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE),
                )
            return Room(ours, pid)
        except OSError:
            ours.close()
            raise
