"""The server itself, over TLS: who says nothing, says nonsense or comes in numbers keeps nobody out."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hw_sim.world import enrol
from pos_bridge.listening.places import loopback_socket
from pos_bridge.page.server import PageServer
from pos_bridge.page.session import Sessions
from pos_bridge.page.site import Site
from pos_bridge.pos_api.https import tls_context
from tests.page.visitor import Known, Told

GET = b"GET /fr/login HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(scope="module", name="folder")
def with_certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("till")
    enrol(folder / "world", folder, "P400-123456789")
    return folder


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[PageServer]:
    site = Site(Known(), Told(), Sessions(lambda: 0.0), "fr")
    tls = tls_context(folder / "nexo.pem", folder / "nexo.key")
    async with PageServer(site, bound=loopback_socket(0), tls=tls, max_connections=4) as server:
        yield server
    site.close()


async def connected(folder: Path, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    tls = ssl.create_default_context(cafile=folder / "store-ca.pem")
    tls.check_hostname = False
    return await asyncio.open_connection("127.0.0.1", port, ssl=tls)


async def asked(folder: Path, port: int, data: bytes) -> bytes:
    reader, writer = await connected(folder, port)
    try:
        writer.write(data)
        return await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize(
    ("data", "status"),
    [(GET, b"200"), (b"nonsense\r\n\r\n", b"400"), (GET.replace(b"localhost", b"evil.example"), b"421")],
)
def test_each_is_answered_and_let_go(folder, data, status):
    async def ask() -> bytes:
        async with served(folder) as server:
            return await asked(folder, server.port, data)

    said = asyncio.run(ask())
    assert said.startswith(b"HTTP/1.1 " + status)
    assert b"Connection: close" in said
    assert b"nonsense" not in said


def test_who_says_nothing_makes_room(folder):
    async def ask() -> bytes:
        async with served(folder) as server:
            silent = [await connected(folder, server.port) for _ in range(6)]
            said = await asked(folder, server.port, GET)
            for _, writer in silent:
                writer.transport.abort()
            return said

    assert asyncio.run(ask()).startswith(b"HTTP/1.1 200")


def test_only_on_loopback(folder):
    tls = tls_context(folder / "nexo.pem", folder / "nexo.key")
    site = Site(Known(), Told(), Sessions(lambda: 0.0), "fr")
    with socket.socket() as anywhere:
        anywhere.bind(("0.0.0.0", 0))
        with pytest.raises(ValueError, match="loopback"):
            PageServer(site, bound=anywhere, tls=tls)
    site.close()
