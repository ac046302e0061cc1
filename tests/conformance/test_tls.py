"""The duties about TLS, against servers that are too kind: one asks for no certificate, one speaks TLS 1.2."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from hw_sim.processor.folder import Folder
from pos_bridge.conformance.duties import tls
from pos_bridge.conformance.duty import Verdict
from pos_bridge.conformance.setup import Setup
from pos_bridge.processor.channel import grpc
from pos_bridge.protocol import processor_v1_pb2 as pb
from pos_bridge.protocol.processor_v1_pb2_grpc import ProcessorServicer, add_ProcessorServicer_to_server
from tests.conformance.place import Place, results


class Kind(ProcessorServicer):
    async def GetTime(self, request: pb.GetTimeRequest, context: object) -> pb.GetTimeResponse:  # noqa: N802 - gRPC's name
        return pb.GetTimeResponse(now_ms=1)


@asynccontextmanager
async def asks_for_no_certificate(folder: Folder) -> AsyncIterator[str]:
    server = grpc.aio.server()
    add_ProcessorServicer_to_server(Kind(), server)
    pair = (folder.read("server.key"), folder.read("server.pem"))
    port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([pair]))
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(None)


@asynccontextmanager
async def speaks_tls_1_2(path: Path) -> AsyncIterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path / "server.pem", path / "server.key")
    context.load_verify_locations(path / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def _check_kind(setup: Setup, folder: Folder) -> tuple[Verdict, str]:
    async with asks_for_no_certificate(folder) as address:
        (found,) = await results(replace(setup, address=address), [tls.certificate_required])
    return found.verdict, found.seen


async def _check_old(setup: Setup, path: Path) -> tuple[Verdict, str]:
    async with speaks_tls_1_2(path) as address:
        (found,) = await results(replace(setup, address=address), [tls.tls_1_2_refused])
    return found.verdict, found.seen


def test_a_server_that_asks_for_no_certificate(place: Place):
    told = asyncio.run(_check_kind(place.bare(), Folder(place.processor.store.folder)))
    assert told == (Verdict.BROKEN, "a client without a certificate was told the time")


def test_a_server_that_speaks_tls_1_2(place: Place):
    told = asyncio.run(_check_old(place.bare(), place.processor.store.folder))
    assert told == (Verdict.BROKEN, "a TLS 1.2 handshake was completed")


def test_an_address_where_nobody_listens_is_not_taken_for_a_refusal(place: Place):
    place.processor.mode("down")
    (found,) = asyncio.run(results(place.bare(), [tls.tls_1_2_refused]))
    assert found.verdict is Verdict.BROKEN
