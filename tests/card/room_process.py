"""A real card room started by a test, which stands at the engine's end of the link."""

import os
import select
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pos_bridge
from pos_bridge.wire.cardlink import Report, Request
from pos_bridge.wire.cardlink_codec import decode_report, encode_request

ENTRY = Path(pos_bridge.__file__).parent / "card" / "entry.py"
HERE = Path(__file__).parent
LIMIT_S = 60.0


def room_command(trust: Path, program: Path = ENTRY, emv: Path | None = None) -> list[str]:
    chips = [] if emv is None else ["--emv", str(emv)]
    return [sys.executable, "-I", "-S", "-B", str(program), "--trust", str(trust), *chips]


def without(calls: Sequence[str], command: list[str]) -> list[str]:
    """The command on a kernel that does not know these system calls."""
    return [sys.executable, str(HERE / "older_kernel.py"), ",".join(calls), *command]


class RoomProcess:
    """Starts it; a `with` block ends it."""

    def __init__(self, command: list[str], environment: Mapping[str, str] | None = None) -> None:
        self.link, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._said, outlet = os.pipe()
        self.pid = os.posix_spawn(
            command[0],
            command,
            {"LD_BIND_NOW": "1", **(environment or {})},
            file_actions=[
                (os.POSIX_SPAWN_DUP2, self.theirs.fileno(), 3),
                (os.POSIX_SPAWN_DUP2, outlet, 1),
                (os.POSIX_SPAWN_DUP2, outlet, 2),
            ],
        )
        os.close(outlet)
        self._process = os.pidfd_open(self.pid)
        self._status: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._status is None:
            signal.pidfd_send_signal(self._process, signal.SIGKILL)
            self.exit_code()
        said = os.read(self._said, 1 << 16)
        for descriptor in (self._process, self._said):
            os.close(descriptor)
        self.link.close()
        self.theirs.close()
        assert said == b"", "a room writes nothing to its standard output or error"

    def let_go(self) -> None:
        """Close our copy of the room's end, so that the link ends when the room does."""
        self.theirs.close()

    def say(self, request: Request) -> None:
        self.link.send(encode_request(request))

    def hear_packet(self) -> bytes:
        assert select.select([self.link], [], [], LIMIT_S)[0], "the room says nothing"
        return self.link.recv(1 << 16)

    def hear(self) -> Report:
        return decode_report(self.hear_packet())

    def hang_up(self) -> None:
        """As when the engine dies."""
        self.link.close()

    def exit_code(self) -> int:
        """Waits for the end; negative: by that signal."""
        if self._status is None:
            assert select.select([self._process], [], [], LIMIT_S)[0], "the room does not end"
            _, status = os.waitpid(self.pid, 0)
            self._status = os.waitstatus_to_exitcode(status)
        return self._status
