"""The store's ear for the sd_notify protocol: a socket for one start of one program, heard until it says READY=1."""

import asyncio
import contextlib
import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass

_DATAGRAM = 4096


@dataclass(frozen=True, slots=True)
class Readiness:
    """`address` goes into NOTIFY_SOCKET. Abstract: no path, so no limit to the length of the store's folder."""

    address: str
    _socket: socket.socket

    async def ready(self) -> None:
        """Returns when the program says that it is ready; waits for ever if it never does."""
        while b"READY=1" not in (await asyncio.get_running_loop().sock_recv(self._socket, _DATAGRAM)).split(b"\n"):
            pass


@contextlib.contextmanager
def listen() -> Iterator[Readiness]:
    name = f"pos-bridge-sim-{secrets.token_hex(16)}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.setblocking(False)  # noqa: FBT003 - the standard library's signature
        ear.bind(f"\0{name}")
        yield Readiness(f"@{name}", ear)
