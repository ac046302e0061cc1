"""The floor of a card sale: only what no program can avoid, with the same bytes, on the same machine, in the same run.

Three append+fdatasync, one pty round trip, one HPKE seal, a raw TCP and a raw TLS 1.3 echo. No validation, no
recovery, no answer that means anything.
"""

import os
import pty
import socket
import ssl
import threading
import tty
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519

JOURNAL_ROW = 400  # about what a chain row and its side rows add to the write-ahead log
SWIPE = 120
CLEAR = 256
AUTHORISE = 1700
ANSWER = 100
PAYMENT = 1200
RECEIPT = 2500


class Floor:
    """Makes its peers once; `sale` is one round. Close it."""

    def __init__(self, folder: Path, certificate: Path, key: Path) -> None:
        self._journal = os.open(folder / "floor.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self._suite = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
        self._public = hpke.MLKEM768X25519PublicKey(
            mlkem.MLKEM768PrivateKey.generate().public_key(), x25519.X25519PrivateKey.generate().public_key()
        )
        self._tcp = _echo(AUTHORISE, ANSWER, None, None)
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(certificate, key)
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.check_hostname = False
        client.verify_mode = ssl.CERT_NONE
        self._tls = _echo(PAYMENT, RECEIPT, server, client)

    def parts(self) -> dict[str, Callable[[], None]]:
        return {"three appends": self.appends, "pty": self.pty, "seal": self.seal, "tcp": self.tcp, "tls": self.tls}

    def sale(self) -> None:
        for part in self.parts().values():
            part()

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

    def tcp(self) -> None:
        _exchange(self._tcp, AUTHORISE, ANSWER)

    def tls(self) -> None:
        _exchange(self._tls, PAYMENT, RECEIPT)

    def close(self) -> None:
        for peer in (self._tcp, self._tls):
            peer.close()
        for fd in (self._journal, self._master, self._slave):
            os.close(fd)


def _exchange(peer: socket.socket, asked: int, answered: int) -> None:
    peer.sendall(b"q" * asked)
    _read(lambda: peer.recv(answered), answered)


def _read(read: Callable[[], bytes], length: int) -> None:
    while length:
        length -= len(read())


def _echo(asked: int, answered: int, server: ssl.SSLContext | None, client: ssl.SSLContext | None) -> socket.socket:
    """A connection whose other end, in a thread, answers `answered` bytes to each `asked`."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        peer, _ = listener.accept()
        listener.close()
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with server.wrap_socket(peer, server_side=True) if server else peer as talk:
            try:
                while True:
                    _read(lambda: talk.recv(asked) or _hang_up(), asked)
                    talk.sendall(b"a" * answered)
            except (ConnectionError, ssl.SSLError):
                return

    threading.Thread(target=serve, daemon=True).start()
    ours = socket.create_connection(listener.getsockname())
    ours.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client.wrap_socket(ours) if client else ours


def _hang_up() -> bytes:
    raise ConnectionResetError
