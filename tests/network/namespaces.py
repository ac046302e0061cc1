"""A machine's network of a test's own, with another machine across a wire. Nothing of the real network is touched.

The calling thread is in it, with all that it starts, until the block ends.
"""

import ctypes
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

NEWNET = 0x40000000
HERE, HERE_6 = "192.0.2.2", "2001:db8:2::2"
THERE, THERE_6 = "192.0.2.1", "2001:db8:2::1"
ENGINE, ROOM, PAGE, GUARD = 64901, 64902, 64903, 64904
USERS = {"posb": ENGINE, "posb-card": ROOM, "posb-page": PAGE, "posb-watch": GUARD}
_libc = ctypes.CDLL(None, use_errno=True)


def check(answer: int) -> None:
    if answer != 0:
        raise OSError(ctypes.get_errno(), "refused by the kernel")


def of_this_thread() -> int:
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


@contextmanager
def apart() -> Iterator[int]:
    """Gives a descriptor of the other machine's network."""
    home = of_this_thread()
    try:
        check(_libc.unshare(NEWNET))
        there = of_this_thread()
        ip("link", "set", "lo", "up")
        check(_libc.unshare(NEWNET))
        ip("link", "set", "lo", "up")
        far = f"/proc/{os.getpid()}/fd/{there}"
        ip("link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns", far)
        _address(HERE, HERE_6)
        ip("route", "add", "default", "via", THERE)
        with on(there):
            _address(THERE, THERE_6)
        yield there
        os.close(there)
    finally:
        check(_libc.setns(home, NEWNET))
        os.close(home)


def _address(four: str, six: str) -> None:
    ip("address", "add", f"{four}/24", "dev", "wire")
    ip("address", "add", f"{six}/64", "dev", "wire", "nodad")
    ip("link", "set", "wire", "up")


@contextmanager
def on(network: int) -> Iterator[None]:
    """The calling thread on that machine."""
    here = of_this_thread()
    check(_libc.setns(network, NEWNET))
    try:
        yield
    finally:
        check(_libc.setns(here, NEWNET))
        os.close(here)


def socket_of(uid: int, family: int, kind: int) -> socket.socket:
    """A socket as that user's program would have it: whose it is is settled when it is made."""
    _libc.setfsuid(uid)
    try:
        return socket.socket(family, kind)
    finally:
        _libc.setfsuid(0)


def reaches(uid: int, address: str, port: int, kind: int = socket.SOCK_STREAM) -> bool:
    """Whether that user's connection is made, or a question answered; refused, it is so at once."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with closing(socket_of(uid, family, kind)) as asking:
        asking.settimeout(30)
        try:
            asking.connect((address, port))
            if kind == socket.SOCK_DGRAM:
                asking.send(b"?")
                asking.recv(16)
        except (ConnectionRefusedError, PermissionError):
            return False
        except OSError as error:
            if error.errno in {101, 111, 113}:  # ENETUNREACH, ECONNREFUSED, EHOSTUNREACH
                return False
            raise
    return True


def with_users(folder: Path, *command: str) -> list[str]:
    """The command, on a machine that has this program's users."""
    passwd = folder / "passwd"
    lines = "".join(f"{name}:x:{uid}:{uid}::/nonexistent:/usr/sbin/nologin\n" for name, uid in USERS.items())
    passwd.write_text(Path("/etc/passwd").read_text() + lines)
    script = 'mount --bind "$0" /etc/passwd && exec "$@"'
    return ["unshare", "--mount", "sh", "-c", script, str(passwd), *command]
