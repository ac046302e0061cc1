"""A small world for the tills' side: the real server with a desk that behaves, and a till that speaks HTTPS.

A test says what happens to a payment (fake_desk.py) and looks at what the till is told.
"""

import asyncio
import base64
import contextlib
import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl

import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.trouble import Trouble
from pos_bridge.listening.places import loopback_socket
from pos_bridge.pos_api.choice import Offered
from pos_bridge.pos_api.customer import Customer
from pos_bridge.pos_api.device_ports import NOTHING_AROUND
from pos_bridge.pos_api.https import NexoServer, tls_context
from pos_bridge.pos_api.nexo_service import NexoService
from pos_bridge.pos_api.payment_answer import Terminal
from pos_bridge.pos_api.reception import Reception
from pos_bridge.pos_api.transactions import Floor
from pos_bridge.wire.nexo.secured import MessageKey
from tests.pos_api.fake_desk import FakeAnswers, FakeDesk
from tests.wire.nexo.shapes import POIID, encode

API_KEY = base64.b32encode(bytes(range(20))).decode()
SECRET = bytes(range(32))
LIMIT_S = 60.0  # nothing here takes a hundredth of it, but machines are slow at times


@dataclass
class Clock:
    """Each look is a second later."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 23, 9, 30, tzinfo=UTC))

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@dataclass(frozen=True)
class Certificate:
    certificate: Path
    key: Path


def make_certificate(folder: Path) -> Certificate:
    """A self-signed leaf for localhost and 127.0.0.1, for a day."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "P400-123456789.test")])
    now = datetime.now(UTC)
    san = [x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))]
    leaf = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(san), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(private, hashes.SHA256())
    )
    files = Certificate(folder / "nexo.pem", folder / "nexo.key")
    files.certificate.write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    files.key.write_bytes(private.private_bytes(pem, pkcs8, serialization.NoEncryption()))
    return files


class Store:
    """The service behind a real HTTPS server, on a loop in a thread of its own, as the daemon runs it."""

    def __init__(
        self, files: Certificate, *, keys: Sequence[MessageKey] = (), api_key: str | None = API_KEY, **limits: Any
    ) -> None:
        self.files = files
        self.keys = keys
        self.api_key = api_key
        self.limits = limits
        self.desk = FakeDesk()
        self.answers = FakeAnswers()
        self.clock = Clock()
        self.troubles: list[Trouble] = []
        self.offered = Offered("Chouchous", delivery=True)
        self.customer: Customer | None = None
        self.dropped = 0
        self.around = NOTHING_AROUND
        self.rejected = 0
        self.port = 0
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        self.run(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(LIMIT_S)

    def begin(self, work: Coroutine[Any, Any, Any]) -> "Future[Any]":
        """Run it while the test does other things."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def restart(self) -> None:
        """A new process: what is on disk (answers) and at the desk's journal is there, memory is not."""
        self.run(self._stop())
        self.desk.forgets = True
        self.run(self._start())

    def hold(self) -> None:
        self.run(self._hold())

    def release(self) -> None:
        assert self.desk.door is not None
        self._loop.call_soon_threadsafe(self.desk.door.set)

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Until it is so, at most a minute. The condition only looks: the server's thread goes on meanwhile."""
        end = time.monotonic() + LIMIT_S
        while not condition():
            assert time.monotonic() < end, "it never came to that"
            time.sleep(0.005)

    def told(self, count: int = 1) -> list[LegKey]:
        """The legs noted as told, once there are that many: the note follows the answer."""
        self.wait_for(lambda: len(self.desk.told_keys) >= count)
        return self.desk.told_keys

    @property
    def tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.files.certificate))

    @contextlib.contextmanager
    def connection(self, timeout: float = LIMIT_S) -> Iterator[http.client.HTTPSConnection]:
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.tls, timeout=timeout)
        try:
            yield connection
        finally:
            connection.close()

    @contextlib.contextmanager
    def raw(self, timeout: float = LIMIT_S) -> Iterator[ssl.SSLSocket]:
        with (
            socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as plain,
            self.tls.wrap_socket(plain, server_hostname="localhost") as wrapped,
        ):
            yield wrapped

    def post(self, body: Any, path: str = "/nexo", **headers: str) -> tuple[int, bytes]:
        """As official clients do: chunked, no Content-Length, one request a connection."""
        raw = body if isinstance(body, bytes) else encode(body)
        with self.connection() as connection:
            given = {"X-API-Key": API_KEY, "Content-Type": "application/json", "Connection": "close"} | headers
            connection.request("POST", path, iter((raw[:40], raw[40:])), given, encode_chunked=True)
            response = connection.getresponse()
            return response.status, response.read()

    def ask(self, message: Any) -> dict[str, Any]:
        """The body of the answer, whatever it is called."""
        status, raw = self.post(message)
        assert status == 200, raw
        answer = json.loads(raw)["SaleToPOIResponse"]
        (name,) = set(answer) - {"MessageHeader"}
        body = answer[name]
        assert isinstance(body, dict)
        return body

    def asking(self, message: Any) -> "Asking":
        return Asking(self, message)

    async def _start(self) -> None:
        self.reception = Reception.of(self._service, self.keys, in_clear=self.api_key is not None)
        self.service = self.reception._services[0]
        self.server = NexoServer(
            self.reception,
            bound=loopback_socket(0),
            tls=tls_context(self.files.certificate, self.files.key),
            api_key=self.api_key,
            on_trouble=self.troubles.append,
            **self.limits,
        )
        self.port = self.server.port
        await self.server.start()

    async def _stop(self) -> None:
        self.server.stop_taking()
        if self.desk.door is not None:
            self.desk.door.set()
        await self.server.stop()
        await self.reception.close()

    def _service(self, credential: str, floor: Floor) -> NexoService:
        return NexoService(
            terminal=Terminal(poiid=POIID, merchant_id="CLEMENT-001", language="fr", version="0.1.0"),
            secret=SECRET,
            desk=self.desk,
            answers=self.answers,
            clock=self.clock,
            on_trouble=self.troubles.append,
            on_dropped=self._count,
            offered=self.offered,
            credential=credential,
            floor=floor,
            around=self.around,
            on_reject=self._reject,
            customer=self.customer,
        )

    def _count(self) -> None:
        self.dropped += 1

    def _reject(self) -> None:
        self.rejected += 1

    async def _hold(self) -> None:
        self.desk.door = asyncio.Event()


class Asking:
    """A till that waits for its answer while the test does other things."""

    def __init__(self, store: Store, message: Any) -> None:
        self._answer: dict[str, Any] | None = None
        self._store = store
        self._message = message
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def answer(self) -> dict[str, Any]:
        self._thread.join(LIMIT_S)
        assert self._answer is not None
        return self._answer

    def _run(self) -> None:
        self._answer = self._store.ask(self._message)


def more(body: dict[str, Any]) -> dict[str, str]:
    """AdditionalResponse, taken apart."""
    return dict(parse_qsl(body["Response"].get("AdditionalResponse", ""), strict_parsing=False))


def result(body: dict[str, Any]) -> tuple[str, str | None]:
    response = body["Response"]
    return response["Result"], response.get("ErrorCondition")


def repeated(body: dict[str, Any], category: str = "Payment") -> dict[str, Any]:
    """The answer of that category that a status was told again."""
    assert result(body) == ("Success", None)
    told = body["RepeatedMessageResponse"]
    assert told["MessageHeader"]["MessageCategory"] == category
    answer: dict[str, Any] = told["RepeatedResponseMessageBody"][f"{category}Response"]
    return answer
