"""The least of a till: one TLS connection kept open, requests prepared beforehand, answers read raw."""

import json
import secrets
import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ANSWER_LIMIT_S = 60.0
_CHUNK = 65_536


class Till:
    """`close` it. `api_key` and `ca` as the engine was enrolled with."""

    def __init__(self, port: int, ca: Path, api_key: str, poiid: str) -> None:
        self._head = (
            f"POST /nexo HTTP/1.1\r\nHost: localhost:{port}\r\nX-API-Key: {api_key}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        )
        self._poiid = poiid
        plain = socket.create_connection(("127.0.0.1", port), ANSWER_LIMIT_S)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._peer = ssl.create_default_context(cafile=ca).wrap_socket(plain, server_hostname="localhost")

    def close(self) -> None:
        self._peer.close()

    def payment(self) -> bytes:
        """A whole HTTP request for a card payment of 10.00 that nobody asked for before."""
        return self.request("Payment", payment_body())

    def request(self, category: str, body: dict[str, Any]) -> bytes:
        content = document(category, body, self._poiid)
        return f"{self._head}{len(content)}\r\n\r\n".encode() + content

    def ask(self, request: bytes) -> None:
        self._peer.sendall(request)

    def answer(self) -> bytes:
        """The body of the next answer. Raises RuntimeError unless its status is 200."""
        read = self._some()
        while b"\r\n\r\n" not in read:
            read += self._some()
        head, _, body = read.partition(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        while len(body) < length:
            body += self._some()
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"the engine answered {head.split(b' ', 2)[1].decode()}")
        return body

    def _some(self) -> bytes:
        data = self._peer.recv(_CHUNK)
        if not data:
            raise RuntimeError("the engine hung up")
        return data


def payment_body() -> dict[str, Any]:
    return {
        "SaleData": {
            "SaleTransactionID": {
                "TransactionID": secrets.token_hex(8),
                "TimeStamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
            }
        },
        "PaymentTransaction": {"AmountsReq": {"Currency": "CAD", "RequestedAmount": 10.0}},
    }


def document(category: str, body: dict[str, Any], poiid: str) -> bytes:
    """One nexo request in JSON."""
    header = {
        "ProtocolVersion": "3.0",
        "MessageClass": "Service",
        "MessageCategory": category,
        "MessageType": "Request",
        "ServiceID": secrets.token_hex(5),
        "SaleID": "Caisse 1 (bench)",
        "POIID": poiid,
    }
    return json.dumps({"SaleToPOIRequest": {"MessageHeader": header, f"{category}Request": body}}).encode()
