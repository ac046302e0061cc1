"""The enrolment server: EST over HTTPS on loopback (RFC 7030), a thread a connection, until it is told to end.

Certificates of clients are asked for and not demanded: cacerts and simpleenroll have none to show.
"""

import base64
import binascii
import random
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address

from cryptography import x509

from hw_sim import pki
from hw_sim.disk import PUBLIC, private_folder, write_atomically
from hw_sim.enrolment.desk import Desk, RefusedError
from hw_sim.enrolment.faults import Fault
from hw_sim.enrolment.folder import Folder

NAME = "enrolment.pos-bridge.test"
_HOST = "127.0.0.1"
_PREFIX = "/.well-known/est/"
_LONGEST = 16_384
_PATIENCE_S = 30.0
_LATER, _WHO = 202, 401
_CANDIDATES = range(20_000, 32_000)  # below the ephemeral ports, as the processor's
_TRIES = 200


@contextmanager
def serving(folder: Folder) -> Iterator[str]:
    """Its address, while the block runs. OSError: no port, or the kept one is taken."""
    private_folder(folder.path)
    leaf = pki.Leaf(NAME, pki.Usage.SERVER, dns=[NAME], addresses=[IPv4Address(_HOST)])
    authority = folder.authority()
    pki.issue(authority, leaf, folder.path / "server.key", folder.path / "server.pem")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.minimum_version = ssl.TLSVersion.TLSv1_3
    tls.load_cert_chain(folder.path / "server.pem", folder.path / "server.key")
    tls.load_verify_locations(cadata=authority.pem.decode())
    tls.verify_mode = ssl.CERT_OPTIONAL
    server = _listen(folder)
    server.tls, server.desk, server.folder = tls, Desk(folder), folder
    address = f"https://{_HOST}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="enrolment")
    thread.start()
    write_atomically(folder.address, f"{address}\n".encode(), PUBLIC)
    try:
        yield address
    finally:
        folder.address.unlink(missing_ok=True)
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    tls: ssl.SSLContext
    desk: Desk
    folder: Folder
    daemon_threads = False

    def finish_request(self, request: "socket.socket | tuple[bytes, socket.socket]", client_address: object) -> None:
        """The handshake is the connection's own thread's."""
        assert isinstance(request, socket.socket)
        request.settimeout(_PATIENCE_S)
        with suppress(OSError), self.tls.wrap_socket(request, server_side=True) as secure:
            super().finish_request(secure, client_address)

    def shutdown_request(self, request: "socket.socket | tuple[bytes, socket.socket]") -> None:
        assert isinstance(request, socket.socket)
        request.close()


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002 - http.server's signature
        return format_datetime(self.server.desk.now(), usegmt=True)

    def do_GET(self) -> None:
        if self.path == f"{_PREFIX}cacerts":
            self._answer(self.server.desk.authorities())
        else:
            self._refuse(404)

    def do_POST(self) -> None:
        try:
            self._answer(self._issued(self._body()))
        except RefusedError as refused:
            self._refuse(refused.status)
        except (ValueError, binascii.Error):
            self._refuse(400)

    def _body(self) -> bytes:
        length = int(self.headers.get("Content-Length", "0"))
        if not 0 < length <= _LONGEST:
            self.rfile.read(min(max(length, 0), 4 * _LONGEST))  # what is not read would have the answer thrown away
            raise RefusedError(400)
        return base64.b64decode(b"".join(self.rfile.read(length).split()), validate=True)

    def _issued(self, der: bytes) -> bytes:
        if self.path == f"{_PREFIX}simpleenroll":
            scheme, _, words = self.headers.get("Authorization", "").partition(" ")
            till, _, secret = base64.b64decode(words, validate=True).decode().rpartition(":")
            if scheme != "Basic":
                raise RefusedError(401)
            return self.server.desk.enrol(der, till, secret)
        if self.path == f"{_PREFIX}simplereenroll":
            shown = self.connection.getpeercert(binary_form=True)
            return self.server.desk.enrol_again(der, None if shown is None else x509.load_der_x509_certificate(shown))
        raise RefusedError(404)

    def _answer(self, der: bytes) -> None:
        fault = self.server.folder.fault()
        body = base64.encodebytes(b"nothing of the kind" if fault is Fault.NOISE else der)
        self.send_response(200)
        self.send_header("Content-Type", "application/pkcs7-mime; smime-type=certs-only")
        self.send_header("Content-Transfer-Encoding", "base64")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        halves = fault is Fault.HALF and self.command == "POST"
        self.wfile.write(body[: len(body) // 2] if halves else body)
        self.close_connection = True

    def _refuse(self, status: int) -> None:
        self.send_response(status)
        if status == _LATER:
            self.send_header("Retry-After", "3600")
        if status == _WHO:
            self.send_header("WWW-Authenticate", 'Basic realm="enrolment"')
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True


def _listen(folder: Folder) -> _Server:
    """At the kept port, or a free one for good."""
    if folder.port.exists():
        return _Server((_HOST, int(folder.port.read_bytes())), _Handler)
    for port in random.sample(_CANDIDATES, _TRIES):
        try:
            server = _Server((_HOST, port), _Handler)
        except OSError:
            continue
        write_atomically(folder.port, b"%d\n" % port)
        return server
    raise OSError("every port tried")
