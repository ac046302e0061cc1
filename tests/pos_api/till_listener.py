"""A till that is told things: a real HTTPS server in a thread, which answers as it is told to and keeps what came."""

import json
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from tests.pos_api.world import Certificate

TAKEN = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"


@dataclass
class Listener:
    """`answers`: for each connection what is sent, the last one for all after it. Empty: nothing, it is held."""

    url: str
    answers: Sequence[bytes]
    heard: list[bytes] = field(default_factory=list)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(raw.partition(b"\r\n\r\n")[2])["SaleToPOIRequest"] for raw in list(self.heard)]

    @property
    def told(self) -> list[str]:
        return [event["EventNotification"]["EventToNotify"] for event in self.events]


@contextmanager
def listening(files: Certificate, *answers: bytes) -> Iterator[Listener]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    with socket.create_server(("127.0.0.1", 0)) as server:
        listener = Listener(f"https://localhost:{server.getsockname()[1]}/events", answers or (TAKEN,))
        held: list[socket.socket] = []

        def serve() -> None:
            count = 0
            while True:
                try:
                    plain, _ = server.accept()
                except OSError:
                    return
                answer = listener.answers[min(count, len(listener.answers) - 1)]
                count += 1
                plain.settimeout(10)
                try:
                    peer = context.wrap_socket(plain, server_side=True)
                except (OSError, ValueError):
                    plain.close()
                    continue
                with suppress(OSError):
                    listener.heard.append(_request(peer))
                    if answer:
                        peer.sendall(answer)
                        peer.close()
                        continue
                held.append(peer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for peer in held:
                peer.close()


def _request(peer: socket.socket) -> bytes:
    raw = b""
    while b"\r\n\r\n" not in raw:
        raw += _more(peer)
    head, _, body = raw.partition(b"\r\n\r\n")
    (length,) = (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    while len(body) < length:
        more = _more(peer)
        raw, body = raw + more, body + more
    return raw


def _more(peer: socket.socket) -> bytes:
    more = peer.recv(4096)
    if not more:
        raise ConnectionError
    return more


def trusting(files: Certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(files.certificate)
    return context
