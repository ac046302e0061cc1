"""The floor of a card sale: only what no program can avoid, with the same bytes, on the same machine, in the same run.

Three append+fdatasync, one pty round trip, one HPKE seal, a raw TCP and a raw TLS 1.3 echo by another process. No
validation, no recovery, no answer that means anything.
"""

import os
import pty
import socket
import ssl
import time
import tty
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519

from benchmarks.program import saying_first_line

JOURNAL_ROW = 400  # about what a chain row and its side rows hold
SWIPE = 120
CLEAR = 512
AUTHORISE = 1700
ANSWER = 100
PAYMENT = 500
RECEIPT = 2500
_ECHO = Path(__file__).with_name("echo.py")


class Floor:
    """A context; `sale` is one round of everything. `certificate` and `key` are any TLS server's (PEM)."""

    def __init__(self, folder: Path, certificate: Path, key: Path) -> None:
        self._folder = folder
        self._identity = (os.fspath(certificate), os.fspath(key))
        self._stack = ExitStack()
        self._suite = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
        self._public = hpke.MLKEM768X25519PublicKey(
            mlkem.MLKEM768PrivateKey.generate().public_key(), x25519.X25519PrivateKey.generate().public_key()
        )

    def __enter__(self) -> Self:
        with self._stack as stack:
            self._journal = os.open(self._folder / "floor.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            stack.callback(os.close, self._journal)
            self._master, self._slave = pty.openpty()
            stack.callback(os.close, self._master)
            stack.callback(os.close, self._slave)
            tty.setraw(self._slave)
            sizes = map(str, (AUTHORISE, ANSWER, PAYMENT, RECEIPT))
            _, ports, _ = stack.enter_context(saying_first_line(os.fspath(_ECHO), *self._identity, *sizes))
            client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            client.check_hostname = False
            client.verify_mode = ssl.CERT_NONE
            tcp, tls, bare = ports.split()
            self._tcp = stack.enter_context(_connected(int(tcp), None))
            self._tls = stack.enter_context(_connected(int(tls), client))
            self._bare = stack.enter_context(_connected(int(bare), client))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def parts(self) -> dict[str, Callable[[], None]]:
        return {
            "three append+fdatasync": self.appends,
            "pty round trip": self.pty,
            "HPKE seal": self.seal,
            "TCP echo": self.tcp,
            "TLS echo": self.tls,
        }

    def sale(self) -> dict[str, float]:
        """One round: the seconds of each part."""
        took = {}
        for name, part in self.parts().items():
            began = time.perf_counter()
            part()
            took[name] = time.perf_counter() - began
        return took

    def appends(self) -> None:
        for _ in range(3):
            self.append()

    def append(self) -> None:
        os.write(self._journal, b"j" * JOURNAL_ROW)
        os.fdatasync(self._journal)

    def pty(self) -> None:
        os.write(self._master, b"s" * SWIPE)
        _read(lambda: os.read(self._slave, SWIPE), SWIPE)
        os.write(self._slave, b"\x1b\x81")
        _read(lambda: os.read(self._master, 2), 2)

    def seal(self) -> None:
        self._suite.encrypt(bytes(CLEAR), self._public, info=b"floor")

    def swipe(self) -> None:
        """What a card room cannot avoid."""
        self.pty()
        self.seal()

    def tcp(self) -> None:
        _exchange(self._tcp, AUTHORISE, ANSWER)

    def tls(self) -> None:
        _exchange(self._tls, PAYMENT, RECEIPT)

    def bare_asyncio(self) -> None:
        """As `tls`, answered by a bare asyncio protocol on uvloop."""
        _exchange(self._bare, PAYMENT, RECEIPT)


def _exchange(peer: socket.socket, asked: int, answered: int) -> None:
    peer.sendall(b"q" * asked)
    _read(lambda: peer.recv(answered), answered)


def _read(read: Callable[[], bytes], length: int) -> None:
    while length:
        length -= len(read())


def _connected(port: int, tls: ssl.SSLContext | None) -> socket.socket:
    ours = socket.create_connection(("127.0.0.1", port))
    ours.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return tls.wrap_socket(ours) if tls else ours
