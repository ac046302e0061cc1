"""A till's connection as the fuzzer uses it: kept open as long as the engine likes, in clear or with all encrypted."""

import json
import re
import socket
import ssl
from contextlib import suppress
from random import Random
from typing import Any, Self

from hw_sim.till import Till

LIMIT_S = 60.0
_RUINED = 0.1


class Line:
    """Made anew when the engine ends it."""

    def __init__(self, till: Till) -> None:
        self.till = till
        self._peer: ssl.SSLSocket | None = None
        self._read = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._hang_up()

    def ask(self, raw: bytes) -> None:
        head = (
            f"POST /nexo HTTP/1.1\r\nHost: localhost:{self.till._port}\r\nX-API-Key: {self.till._api_key}\r\n"
            f"Content-Length: {len(raw)}\r\n\r\n"
        ).encode()
        try:
            self._send(head + raw)
        except OSError:  # it was ended in the meantime
            self._hang_up()
            self._send(head + raw)

    def answer(self, within_s: float) -> tuple[int, bytes]:
        """Status and body. Raises TimeoutError, and nothing is lost; OSError when the engine hangs up."""
        assert self._peer is not None
        self._peer.settimeout(within_s)
        while not (whole := self._whole()):
            part = self._peer.recv(65536)
            if not part:
                self._hang_up()
                raise ConnectionError("the engine hung up without an answer")
            self._read += part
        status, body, ends = whole
        if ends:
            self._hang_up()
        return status, body

    def _whole(self) -> tuple[int, bytes, bool] | None:
        head, end, rest = self._read.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        if not end or length is None or len(rest) < (size := int(length[1])):
            return None
        self._read = rest[size:]
        return int(head[9:12]), rest[:size], b"connection: close" in head

    def _send(self, raw: bytes) -> None:
        if self._peer is None:
            plain = socket.create_connection((self.till._host, self.till._port), timeout=LIMIT_S)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._peer = self.till._tls.wrap_socket(plain, server_hostname="localhost")
        self._peer.settimeout(LIMIT_S)
        self._peer.sendall(raw)

    def _hang_up(self) -> None:
        self._read = b""
        if self._peer is not None:
            with suppress(OSError):
                self._peer.close()
            self._peer = None


class SealedLine(Line):
    """Every message encrypted as a whole, some of them spoilt after that; answers are given in clear again."""

    def __init__(self, till: Till, seed: int) -> None:
        super().__init__(till)
        assert till._sealing is not None
        self._sealing = till._sealing
        self._chance = Random(seed)

    def ask(self, raw: bytes) -> None:
        sealed = bytearray(self._sealing.sealed(raw, _header(raw), "SaleToPOIRequest"))
        if self._chance.random() < _RUINED:
            sealed[self._chance.randrange(len(sealed))] = self._chance.randrange(256)
        super().ask(bytes(sealed))

    def answer(self, within_s: float) -> tuple[int, bytes]:
        status, body = super().answer(within_s)
        if status == 200 and body:
            body = self._sealing.opened(json.loads(body)["SaleToPOIResponse"])
        return status, body


def _header(raw: bytes) -> dict[str, Any]:
    """The header inside, as far as it can be read: the one outside has to say the same."""
    with suppress(ValueError, LookupError, TypeError, RecursionError):
        header = json.loads(raw)["SaleToPOIRequest"]["MessageHeader"]
        json.dumps(header, ensure_ascii=False).encode()  # a lone surrogate can be read, and not be written
        if isinstance(header, dict):
            return header
    return {}
