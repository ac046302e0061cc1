"""Who is at the other end of a unix socket, as the kernel wrote it down when that end began to listen."""

import socket
import struct
from typing import NamedTuple

_UCRED = struct.Struct("3i")  # struct ucred


class Peer(NamedTuple):
    """Numbers of a process, its user and its group."""

    pid: int
    uid: int
    gid: int


def peer_of(link: socket.socket) -> Peer:
    """Of a connected socket. Raises OSError."""
    return Peer(*_UCRED.unpack(link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)))
