"""The other end of the floor's connections, in a process of its own as real peers are: python echo.py CERT KEY ASKED...

Started with four sizes (asked and answered, TCP then TLS), prints three ports: raw TCP, raw TLS 1.3, and TLS under a
bare asyncio protocol on uvloop. Answers so many bytes to so many bytes, whatever they are; one connection each.
"""

import asyncio
import socket
import ssl
import sys
import threading
from typing import cast

import uvloop


def serve(listener: socket.socket, asked: int, answered: int, tls: ssl.SSLContext | None) -> None:
    peer, _ = listener.accept()
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    answer = b"a" * answered
    with tls.wrap_socket(peer, server_side=True) if tls else peer as talk:
        while True:
            missing = asked
            while missing:
                read = len(talk.recv(missing))
                if not read:
                    return
                missing -= read
            talk.sendall(answer)


class Bare(asyncio.Protocol):
    """The least that asyncio can do."""

    def __init__(self, asked: int, answered: int) -> None:
        self._asked = asked
        self._missing = asked
        self._answer = b"a" * answered
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one by shape, not by class

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._missing -= len(data)
        if self._missing <= 0:
            self._missing += self._asked
            self._transport.write(self._answer)


async def main(certificate: str, key: str, *sizes: str) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    asked, answered, tls_asked, tls_answered = map(int, sizes)
    ports = []
    for sent, back, context in ((asked, answered, None), (tls_asked, tls_answered, tls)):
        listener = socket.create_server(("127.0.0.1", 0))
        ports.append(listener.getsockname()[1])
        threading.Thread(target=serve, args=(listener, sent, back, context), daemon=True).start()
    bare = await asyncio.get_running_loop().create_server(
        lambda: Bare(tls_asked, tls_answered), "127.0.0.1", 0, ssl=tls
    )
    ports.append(bare.sockets[0].getsockname()[1])
    print(*ports, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
