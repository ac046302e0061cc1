"""Runs pcscd in network and mount namespaces of its own: namespaces.py FOLDER [pcscd's arguments].

vpcd listens on every address, and pcscd's socket has a fixed place: so neither is seen by anybody else, and the socket
lies in FOLDER. Any user can start it where the kernel allows namespaces to users.
"""

import ctypes
import fcntl
import os
import socket
import struct
import sys
from pathlib import Path

libc = ctypes.CDLL(None, use_errno=True)
NEWNS, NEWUSER, NEWNET = 0x00020000, 0x10000000, 0x40000000
PRIVATE, BIND = 0x4000 | 0x40000, 0x1000  # MS_REC | MS_PRIVATE
SIOCSIFFLAGS, IFF_UP = 0x8914, 1


def check(answer: int) -> None:
    if answer != 0:
        raise OSError(ctypes.get_errno(), "refused by the kernel")


def main(folder: str, arguments: list[str]) -> None:
    user, group = os.getuid(), os.getgid()
    check(libc.prctl(1, ctypes.c_ulong(9), 0, 0, 0))
    check(libc.unshare(NEWNET | NEWNS | (NEWUSER if user else 0)))
    if user:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    check(libc.mount(None, b"/", None, PRIVATE, None))
    check(libc.mount(b"none", b"/run", b"tmpfs", 0, None))
    Path("/run/pcscd").mkdir()
    check(libc.mount(folder.encode(), b"/run/pcscd", None, BIND, None))
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))
    os.execv("/usr/sbin/pcscd", ["pcscd", "--foreground", "--critical", *arguments])


main(sys.argv[1], sys.argv[2:])
