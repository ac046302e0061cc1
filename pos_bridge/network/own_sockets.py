"""The sockets of this very process, asked of the kernel through their own descriptors: no list is parsed, none is read.

A connection that is not made yet has no other end, and is not seen before it has.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from stat import S_ISSOCK

from pos_bridge.network.destination import IpAddress, as_address

_DESCRIPTORS = "/proc/self/fd"
_INTERNET = (socket.AF_INET, socket.AF_INET6)
# Within this machine by their nature: other programs, the kernel.
_LOCAL = (socket.AF_UNIX, socket.AF_NETLINK)

End = tuple[IpAddress, int]


@dataclass(frozen=True, slots=True)
class OwnSocket:
    """`kind`: SOCK_STREAM, SOCK_DGRAM or SOCK_RAW, which stands for all else too. `ours` and `peer`: its ends."""

    kind: int
    listens: bool
    ours: End | None
    peer: End | None


def own_sockets() -> Iterator[OwnSocket]:
    """All but those within this machine. OSError: /proc is not there."""
    for name in os.listdir(_DESCRIPTORS):  # noqa: PTH208 - names alone: paths are for files
        with suppress(OSError):  # closed meanwhile
            descriptor = int(name)
            if S_ISSOCK(os.fstat(descriptor).st_mode):
                # Not a duplicate: by now another thread may have a file there, and to close one of those would take
                # that file's locks from the whole process.
                found = socket.socket(fileno=descriptor)
                try:
                    seen = None if found.family in _LOCAL else _seen(found)
                finally:
                    found.detach()
                if seen is not None:
                    yield seen


def _seen(found: socket.socket) -> OwnSocket:
    kind = found.type if found.family in _INTERNET else socket.SOCK_RAW
    if kind not in {socket.SOCK_STREAM, socket.SOCK_DGRAM}:
        return OwnSocket(socket.SOCK_RAW, listens=False, ours=None, peer=None)
    listens = found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) != 0
    peer = None
    if not listens:
        with suppress(OSError):  # it has none
            peer = _end(found.getpeername())
    return OwnSocket(kind, listens, _end(found.getsockname()), peer)


def _end(name: tuple[str, int]) -> End | None:
    address = as_address(str(name[0]))
    return None if address is None else (address, int(name[1]))
