"""Where this program listens: ports on loopback, systemd's where it holds them and else our own, and unix sockets."""

import socket
from pathlib import Path

from pos_bridge.listening.handed import Handed
from pos_bridge.listening.unix_socket import Place, TakenError
from pos_bridge.start_fault import CannotStartError, StartFault

LOOPBACK = "127.0.0.1"


def port_of(handed: Handed, name: str, setting: str, port: int) -> socket.socket:
    """The one handed over by that name; none was: bound here. `setting` is what a fault names. CannotStartError."""
    return handed.take(name, port) or own_port(setting, port)


def own_port(setting: str, port: int) -> socket.socket:
    """Raises CannotStartError."""
    try:
        return loopback_socket(port)
    except OSError as error:
        raise CannotStartError(StartFault.PORT_UNUSABLE, setting=setting, port=port, reason=error.strerror) from None


def loopback_socket(port: int) -> socket.socket:
    """A TCP socket bound to 127.0.0.1, not yet listening. Port 0: any free one. Raises OSError."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((LOOPBACK, port))
    except OSError:
        bound.close()
        raise
    return bound


def place_at(setting: str, path: Path, mode: int) -> Place:
    """For a unix socket. `setting` is what a fault names. CannotStartError."""
    try:
        return Place(path, mode)
    except TakenError:
        raise CannotStartError(StartFault.SOCKET_TAKEN, setting=setting, path=path) from None
    except OSError as error:
        raise CannotStartError(StartFault.SOCKET_UNUSABLE, setting=setting, path=path, reason=error.strerror) from None
