"""Linux namespaces by ctypes: a network and mounts of one's own, and entering another program's network.

For the short programs that start pcscd and the cards; standard library only. Every function raises OSError.
"""

import ctypes
import fcntl
import os
import signal
import socket
import struct
from pathlib import Path

_NEW_MOUNTS, _NEW_USER, _NEW_NETWORK = 0x00020000, 0x10000000, 0x40000000
_BIND, _RECURSIVE, _PRIVATE = 0x1000, 0x4000, 0x40000
_PR_SET_PDEATHSIG = 1
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x1  # netdevice(7)
_IFREQ = "16sh14x"
_libc = ctypes.CDLL(None, use_errno=True)


def leave() -> None:
    """From now on this process has mounts and a network of its own, with nothing but a loopback that is up.

    Without root it becomes root of a user namespace, where the system allows that.
    """
    user, group = os.geteuid(), os.getegid()
    _checked(_libc.unshare(_NEW_MOUNTS | _NEW_NETWORK | (_NEW_USER if user else 0)))
    if user:
        for name, content in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
            Path("/proc/self", name).write_text(content, encoding="ascii")
    _mount("none", "/", None, _RECURSIVE | _PRIVATE)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = fcntl.ioctl(any_socket, _GET_FLAGS, struct.pack(_IFREQ, b"lo", 0))
        flags: int = struct.unpack(_IFREQ, asked)[1]
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack(_IFREQ, b"lo", flags | _UP))


def enter_network(pid: int) -> None:
    """From now on this process's new sockets are in the network of process `pid`."""
    kinds = ("net",) if os.geteuid() == 0 else ("user", "net")
    for kind in kinds:
        descriptor = os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _checked(_libc.setns(descriptor, 0))
        finally:
            os.close(descriptor)


def bind(source: Path, target: Path) -> None:
    """Let `target`, which is there, show `source`."""
    _mount(str(source), str(target), None, _BIND)


def empty(target: Path) -> None:
    """Hide what lies in a folder behind an empty one in memory."""
    _mount("none", str(target), "tmpfs", 0)


def die_with(parent: int) -> None:
    """Be killed when the parent ends. Changing a user namespace had undone it (PR_SET_PDEATHSIG)."""
    _checked(_libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL))
    if os.getppid() != parent:
        raise ProcessLookupError("the parent has ended")


def _mount(source: str, target: str, kind: str | None, flags: int) -> None:
    encoded = None if kind is None else kind.encode()
    _checked(_libc.mount(os.fsencode(source), os.fsencode(target), encoded, ctypes.c_ulong(flags), None))


def _checked(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
