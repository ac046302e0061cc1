"""Ask the running engine something over its administration socket. Blocking; for commands and the status page.

Loads nothing of the engine.
"""

import os
import socket
import time
from contextlib import suppress
from pathlib import Path

from pos_bridge.admin.lines import MOST_LINE, Ask, Fault, Field, Line, UnreadableError, read_answer, write
from pos_bridge.cardlink.peer import peer_of

TIMEOUT_S = 10.0
_CHUNK = 16 * 1024


class NotAnsweredError(Exception):
    """No engine listens there, it is not reached, or it says nothing in time. `reason`: as the system says it.

    `asked`: it may have been told what to do, and may have done it.
    """

    def __init__(self, reason: str, *, asked: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.asked = asked


class RefusedError(Exception):
    """The engine answered that it does not do this, or its socket is closed to whoever asks (DENIED)."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class StrangerError(Exception):
    """What listens there is of a user who may not hear this: they were told nothing. `user`: their number."""

    def __init__(self, user: int) -> None:
        super().__init__()
        self.user = user


def ask(
    path: Path, call: str, *, timeout_s: float = TIMEOUT_S, only: frozenset[int] | None = None, **fields: Field
) -> dict[str, object]:
    """What the engine at that socket answers to `call`. Raises NotAnsweredError, RefusedError.

    `only`: the users who may hear it, by number; for all others StrangerError is raised.
    """
    until, asked = time.monotonic() + timeout_s, False
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as link:
            link.settimeout(timeout_s)
            _connect(link, path)
            if only is not None and (user := peer_of(link).uid) not in only:
                raise StrangerError(user)
            asked = True
            with suppress(BrokenPipeError, ConnectionResetError):  # it has said why it does not listen, and left
                link.sendall(write(Ask(call, dict(fields))))
            answer = read_answer(_line(link, until))
    except TimeoutError:
        raise NotAnsweredError("timeout", asked=asked) from None
    except UnreadableError:
        raise NotAnsweredError("unreadable", asked=asked) from None
    except PermissionError:
        raise RefusedError(Fault.DENIED) from None
    except OSError as error:
        raise NotAnsweredError(error.strerror or type(error).__name__, asked=asked) from None
    if answer.fault is not None:
        raise RefusedError(answer.fault)
    assert answer.done is not None
    return answer.done


def _connect(link: socket.socket, path: Path) -> None:
    """By the folder's descriptor: a path may be longer than an address of the kernel's."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        link.connect(f"/proc/self/fd/{folder}/{path.name}")
    finally:
        os.close(folder)


def _line(link: socket.socket, until: float) -> bytes:
    line = Line(MOST_LINE)
    while True:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        link.settimeout(left)
        data = link.recv(_CHUNK)
        if not data:
            raise UnreadableError
        whole = line.feed(data)
        if whole is not None:
            return whole
