"""Listening sockets on loopback: systemd's where it holds the port, else one of our own."""

import socket

from pos_bridge.handed import Handed
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
