"""The listening port: mutual TLS on loopback, closed and opened again at will, always at the same number."""

import random
import socket
from typing import Self

import grpc

from hw_sim.disk import write_atomically
from hw_sim.processor.folder import Folder
from hw_sim.processor.line import Line
from pos_bridge.protocol.processor_v1_pb2_grpc import add_ProcessorServicer_to_server

_HOST = "127.0.0.1"
_MAX_MESSAGE = 16_384  # no message of this protocol comes near it
_OPTIONS = (
    ("grpc.so_reuseport", 0),  # two processors on one port would share its tills
    ("grpc.max_receive_message_length", _MAX_MESSAGE),
    ("grpc.keepalive_permit_without_calls", 1),  # an idle till keeps its connection alive
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
)
# Below Linux's ephemeral ports, so that nobody's outgoing connection sits on ours while we are away.
_CANDIDATES = range(20_000, 32_000)
_TRIES = 200


class PortTakenError(Exception):
    """The port this processor always had is another program's now."""


class Listener:
    """`up` and `down` may be called in any order, each as often as one likes."""

    def __init__(self, folder: Folder, line: Line) -> None:
        """Raises PortTakenError when the kept port is not free."""
        self._line = line
        self._credentials = grpc.ssl_server_credentials(
            [(folder.read("server.key"), folder.read("server.pem"))],
            root_certificates=folder.read("ca.pem"),
            require_client_auth=True,
        )
        self._reservation, self._port = _reserve(folder)
        self._server: grpc.aio.Server | None = None

    @property
    def address(self) -> str:
        return f"{_HOST}:{self._port}"

    async def up(self) -> None:
        """Listen. Returns once connections are taken; raises PortTakenError if they cannot be."""
        if self._server is not None:
            return
        server = grpc.aio.server(options=_OPTIONS)
        add_ProcessorServicer_to_server(self._line, server)
        try:
            server.add_secure_port(self.address, self._credentials)
        except RuntimeError:
            raise PortTakenError(self.address) from None
        await server.start()
        self._server = server

    async def down(self) -> None:
        """Close the port and every connection at once. Returns once new ones are refused."""
        server, self._server = self._server, None
        if server is not None:
            await server.stop(None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.down()
        self._reservation.close()


def _reserve(folder: Folder) -> tuple[socket.socket, int]:
    """Bind the folder's port, or a free one for good, without listening: so it stays ours while we are down."""
    if folder.port.exists():
        port = int(folder.port.read_bytes())
        reservation = _bind(port)
        if reservation is None:
            raise PortTakenError(f"{_HOST}:{port}")
        return reservation, port
    for port in random.sample(_CANDIDATES, _TRIES):
        reservation = _bind(port)
        if reservation is not None:
            write_atomically(folder.port, b"%d\n" % port)
            return reservation, port
    raise PortTakenError("every port tried")


def _bind(port: int) -> socket.socket | None:
    reservation = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # Both this socket and gRPC's reuse the address, which the kernel allows as long as only one of them listens.
    reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        reservation.bind((_HOST, port))
    except OSError:
        reservation.close()
        return None
    return reservation
