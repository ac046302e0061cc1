"""The gRPC server of native tills: a unix socket, or loopback with mutual TLS 1.3, or both; everything bounded.

No reflection, no compression, no words of gRPC's own. A connection that asks nothing is let go, and one that has not
shown its certificate in time too. What a client sends is at most a request that its bounds allow.
"""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pos_bridge import rpc
from pos_bridge.listening.places import LOOPBACK
from pos_bridge.listening.unix_socket import Place
from pos_bridge.till_api.relay import Relay
from pos_bridge.till_api.whole import Whole

MOST_CONNECTIONS = 64
MOST_STREAMS = 16  # of a connection
MOST_REQUEST = 96 * 1024  # an order of 64 KiB, and the rest
MOST_METADATA = 8 * 1024
_HANDSHAKE_MS = 5_000
_IDLE_MS = 5_000  # a read buffer keeps what a connection said last for as long as that is there
_KEEPALIVE_MS, _KEEPALIVE_ANSWER_MS = 20_000, 10_000

OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.so_reuseport", 0),  # another program on our port would be given our tills
    ("grpc.max_receive_message_length", MOST_REQUEST),
    ("grpc.max_metadata_size", MOST_METADATA),
    ("grpc.absolute_max_metadata_size", MOST_METADATA),
    ("grpc.max_concurrent_streams", MOST_STREAMS),
    ("grpc.max_allowed_incoming_connections", MOST_CONNECTIONS),
    ("grpc.server_handshake_timeout_ms", _HANDSHAKE_MS),
    ("grpc.max_connection_idle_ms", _IDLE_MS),
    ("grpc.keepalive_time_ms", _KEEPALIVE_MS),  # who is gone does not hold a place
    ("grpc.keepalive_timeout_ms", _KEEPALIVE_ANSWER_MS),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
)


@dataclass(frozen=True, slots=True, repr=False)
class Pair:
    """PEM: a certificate with its chain, and its private key."""

    certificate: bytes
    key: bytes


@dataclass(frozen=True, slots=True, repr=False)
class TlsPort:
    """`bound`: a socket that holds the port without listening. `clients`: the authority of clients, PEM.

    `behind`: `bound` listens, and is somebody else's too (systemd's): gRPC speaks TLS there, and a relay carries to it.
    `newer` is asked at each handshake for a pair to show from then on; None: nothing has changed.
    """

    bound: socket.socket
    pair: Pair
    clients: bytes
    newer: Callable[[], Pair | None]
    behind: Place | None = None


class Service(Protocol):
    """`taking` False: it takes no new call."""

    taking: bool

    def add_to(self, server: rpc.grpc.aio.Server) -> None: ...

    async def close(self) -> None:
        """Wait for what it still does; after the server has stopped."""


class NativeServer:
    """Made in a running event loop. `start`; then `stop_taking`, closing the desk, and `stop`, in this order.

    Raises OSError or RuntimeError for a place that cannot be listened on.
    """

    def __init__(self, services: tuple[Service, ...], place: Place | None, port: TlsPort | None) -> None:
        self._services = services
        behind = None if port is None else port.behind
        self._places = tuple(each for each in (place, behind) if each is not None)
        self._port = port
        self._server = rpc.grpc.aio.server(interceptors=(Whole(),), options=OPTIONS)
        for service in services:
            service.add_to(self._server)
        if place is not None:
            self._server.add_insecure_port(place.address)
        self._relay: Relay | None = None
        if port is not None:
            address = f"{LOOPBACK}:{port.bound.getsockname()[1]}" if behind is None else behind.address
            self._server.add_secure_port(address, _credentials(port))
            if behind is not None:
                self._relay = Relay(port.bound, lambda: behind.reached)

    async def start(self) -> None:
        """Calls are taken from the return on."""
        await self._server.start()
        for place in self._places:
            place.show()
        if self._relay is not None:
            self._relay.start()

    def stop_taking(self) -> None:
        """No new call; those that run will be answered."""
        if self._relay is not None:
            self._relay.stop_taking()
        for service in self._services:
            service.taking = False

    async def stop(self, grace_s: float = 2.0) -> None:
        """Give running calls `grace_s` to be answered, then end every connection."""
        self.stop_taking()
        await self._server.stop(grace_s)
        if self._relay is not None:
            await self._relay.stop()
        for service in self._services:
            await service.close()
        for place in self._places:
            place.close()
        if self._port is not None:
            self._port.bound.close()


def _credentials(port: TlsPort) -> rpc.grpc.ServerCredentials:
    def newer() -> rpc.grpc.ServerCertificateConfiguration | None:
        pair = port.newer()
        return None if pair is None else _configuration(pair, port.clients)

    return rpc.grpc.dynamic_ssl_server_credentials(
        _configuration(port.pair, port.clients),
        newer,  # type: ignore[arg-type] # None is: nothing has changed (grpc/__init__.py)
        require_client_authentication=True,
    )


def _configuration(pair: Pair, clients: bytes) -> rpc.grpc.ServerCertificateConfiguration:
    return rpc.grpc.ssl_server_certificate_configuration([(pair.key, pair.certificate)], root_certificates=clients)
