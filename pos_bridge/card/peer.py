"""Who is at the other end of the link, where systemd hands it over: the engine's user, or the room ends unasked.

The socket's mode lets nobody else in; this is for the day that somebody changes it. Never compares names, only users.
"""

import ctypes
import struct

_SOL_SOCKET, _SO_PEERCRED = 1, 17  # x86_64 and aarch64, like all numbers in kernel.py
_PEER = struct.Struct("3i")  # struct ucred: pid, uid, gid as they were when it connected


class StrangerError(Exception):
    """Another user's process asks, or there is no user of that name."""


def check_peer(descriptor: int, user: str) -> None:
    """Before the locks: the list of users is a file. Raises StrangerError."""
    import pwd  # noqa: PLC0415 - a room that the engine starts has no use for it

    peer = ctypes.create_string_buffer(_PEER.size)
    length = ctypes.c_uint(_PEER.size)
    refused = ctypes.CDLL(None).getsockopt(descriptor, _SOL_SOCKET, _SO_PEERCRED, peer, ctypes.byref(length))
    try:
        wanted = pwd.getpwnam(user).pw_uid
    except KeyError:
        raise StrangerError from None
    if refused or _PEER.unpack(peer.raw)[1] != wanted:
        raise StrangerError
