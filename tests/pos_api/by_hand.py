"""HTTP by hand, for what no client library would send, and what came back."""

import contextlib
import json
import socket
import ssl

from tests.pos_api.world import API_KEY
from tests.wire.nexo.shapes import request

DIAGNOSIS = request("Diagnosis", {})


def errors(answer: tuple[int, bytes]) -> tuple[int, list[str]]:
    status_code, raw = answer
    return status_code, json.loads(raw)["errors"]


def head(
    length: str | int = "", *, path: str = "/nexo", host: str = "localhost:8443", key: str = API_KEY, more: str = ""
) -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nX-API-Key: {key}\r\n"
        f"{f'Content-Length: {length}' if length != '' else 'Transfer-Encoding: chunked'}\r\n{more}\r\n"
    ).encode()


def heard(sock: socket.socket) -> bytes:
    """Everything until the other side is done."""
    parts = []
    with contextlib.suppress(ConnectionResetError, ssl.SSLError):
        while part := sock.recv(65536):
            parts.append(part)
    return b"".join(parts)
