"""Listening sockets that systemd hands over (sd_listen_fds(3)): taken by name, looked at, and never made here.

systemd holds the port from the start of the machine on, also while the engine is down: no other program of this machine
can be taken for it, and whoever connects meanwhile waits instead of being refused.
"""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress

from pos_bridge.start_fault import CannotStartError, StartFault
from pos_bridge.words import Words

_FIRST = 3  # SD_LISTEN_FDS_START
_MOST = 16
_SAID = ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")
_UNNAMED = "unknown"  # as systemd says it itself

NO_SOCKET = Words("ce n'est pas une prise", "it is no socket")
NOT_TCP = Words("ce n'est pas une prise TCP d'IPv4", "it is no TCP socket of IPv4")
NOT_LISTENING = Words("elle n'écoute pas (Accept=yes?)", "it does not listen (Accept=yes?)")
ELSEWHERE = Words("elle est ailleurs que sur 127.0.0.1:{port}", "it is elsewhere than on 127.0.0.1:{port}")
NO_PORT = Words("aucun port n'est réglé pour elle", "no port is set for it")
NOBODYS = Words("FileDescriptorName={name} n'est rien ici", "FileDescriptorName={name} is nothing here")
TWICE = Words("FileDescriptorName={name} y est deux fois", "FileDescriptorName={name} is there twice")


class Handed:
    """What was handed to this process, by name. `close` what nobody took."""

    def __init__(self, sockets: Mapping[str, socket.socket]) -> None:
        self._sockets = dict(sockets)

    def take(self, name: str, port: int | None) -> socket.socket | None:
        """The listening socket of that name, the taker's from now on. None: none was handed over.

        Raises CannotStartError for one that is not TCP, listening, on 127.0.0.1 at that port; without a port, for any.
        """
        found = self._sockets.pop(name, None)
        if found is None:
            return None
        if port is None:
            found.close()
            raise _refused(name, NO_PORT)
        unfit = _unfit(found, port)
        if unfit is not None:
            found.close()
            raise _refused(name, Words(unfit.fr.format(port=port), unfit.en.format(port=port)))
        return found

    def close(self) -> None:
        for left in self._sockets.values():
            left.close()
        self._sockets.clear()


def receive(known: frozenset[str], environment: "os._Environ[str]" = os.environ) -> Handed:
    """Once, at the start: what was handed over goes to no child of ours, nor does the environment say it.

    Raises CannotStartError for a name that is not among `known`, or is there twice, and for what is no socket.
    """
    said = {name: environment.pop(name, "") for name in _SAID}
    if said["LISTEN_PID"] != str(os.getpid()) or not said["LISTEN_FDS"].isdecimal():
        return Handed({})
    count = min(int(said["LISTEN_FDS"][:4]), _MOST)
    told = said["LISTEN_FDNAMES"].split(":") if said["LISTEN_FDNAMES"] else []
    names = [*told, *[_UNNAMED] * count][:count]
    taken: dict[str, socket.socket] = {}
    try:
        for number, name in enumerate(names, _FIRST):
            os.set_inheritable(number, False)  # noqa: FBT003 - the function's own signature
            if name not in known or name in taken:
                said_of = TWICE if name in taken else NOBODYS
                raise _refused(name, Words(said_of.fr.format(name=name), said_of.en.format(name=name)))
            taken[name] = _socket(number, name)
    except OSError:
        Handed(taken).close()
        raise _refused(names[len(taken)], NO_SOCKET) from None
    except CannotStartError:
        Handed(taken).close()
        raise
    return Handed(taken)


def _socket(number: int, name: str) -> socket.socket:
    try:
        return socket.socket(fileno=number)
    except OSError:
        raise _refused(name, NO_SOCKET) from None


def _unfit(found: socket.socket, port: int) -> Words | None:
    if found.family is not socket.AF_INET or found.type is not socket.SOCK_STREAM:
        return NOT_TCP
    listening = 0
    with suppress(OSError):
        listening = found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    if not listening:
        return NOT_LISTENING
    return None if found.getsockname() == ("127.0.0.1", port) else ELSEWHERE


def _refused(name: str, reason: Words) -> CannotStartError:
    return CannotStartError(StartFault.HANDED_UNFIT, name=name, reason=reason)
