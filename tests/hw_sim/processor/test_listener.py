"""Nothing but mutual TLS 1.3 with a certificate of the processor's own authority and an enrolled name."""

import asyncio
import ssl
from ipaddress import IPv4Address
from pathlib import Path

import grpc
import pytest

from hw_sim import pki
from hw_sim.world import SERVER_NAME
from pos_bridge.protocol import processor_v1_pb2 as pb
from tests.hw_sim.processor import terminal
from tests.hw_sim.processor.conftest import Processor, Store

# An HTTP/2 client's first bytes (RFC 9113, 3.4) with an empty SETTINGS frame.
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))


async def greeting(store: Store, version: ssl.TLSVersion, certificate: tuple[Path, Path] | None) -> bytes:
    """What the processor says to a client's first bytes; nothing when it hung up. Raises OSError (SSL's too)."""
    context = ssl.create_default_context(cafile=store.engine / "processor-ca.pem")
    context.minimum_version = context.maximum_version = version
    context.set_alpn_protocols(["h2"])
    if certificate is not None:
        context.load_cert_chain(*certificate)
    host, port = store.address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port), ssl=context, server_hostname=SERVER_NAME)
    try:
        writer.write(PREFACE)
        await writer.drain()
        return await reader.read(1)
    finally:
        writer.transport.abort()  # gRPC does not answer a close_notify
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


def own(store: Store) -> tuple[Path, Path]:
    return store.engine / "till.pem", store.engine / "till.key"


def test_tls_1_3_is_served(running: Processor) -> None:
    assert asyncio.run(greeting(running.store, ssl.TLSVersion.TLSv1_3, own(running.store)))


def test_tls_1_2_is_refused(running: Processor) -> None:
    with pytest.raises(OSError):
        asyncio.run(greeting(running.store, ssl.TLSVersion.TLSv1_2, own(running.store)))


def said(store: Store, certificate: tuple[Path, Path] | None) -> bytes:
    try:
        return asyncio.run(greeting(store, ssl.TLSVersion.TLSv1_3, certificate))
    except OSError:
        return b""


def test_no_certificate_is_refused(running: Processor) -> None:
    assert said(running.store, None) == b""


def issued(by: pki.Authority, folder: Path, usage: pki.Usage = pki.Usage.CLIENT, name: str = "P400-999999999") -> None:
    folder.mkdir(exist_ok=True)
    leaf = pki.Leaf(name, usage, dns=["p400-999999999.till.pos-bridge.test"], addresses=[IPv4Address("127.0.0.1")])
    pki.issue(by, leaf, folder / "till.key", folder / "till.pem")


def test_a_certificate_of_another_authority_is_refused(running: Processor, tmp_path: Path) -> None:
    foreign = pki.authority("another", ["pos-bridge.test"], tmp_path / "ca.key", tmp_path / "ca.pem")
    issued(foreign, tmp_path)
    assert said(running.store, (tmp_path / "till.pem", tmp_path / "till.key")) == b""


def processor_authority(store: Store) -> pki.Authority:
    key_file, certificate_file = store.world / "offline" / "processor-ca.key", store.folder / "ca.pem"
    return pki.authority("unused", [], key_file, certificate_file)


def test_a_server_certificate_is_no_till(running: Processor, tmp_path: Path) -> None:
    issued(processor_authority(running.store), tmp_path, pki.Usage.SERVER)
    assert said(running.store, (tmp_path / "till.pem", tmp_path / "till.key")) == b""


@pytest.mark.parametrize("name", ["P400-999999999", "../../offline/x"])
def test_a_till_that_is_not_enrolled_is_denied(running: Processor, tmp_path: Path, name: str) -> None:
    issued(processor_authority(running.store), tmp_path, name=name)
    (tmp_path / "processor-ca.pem").write_bytes((running.store.engine / "processor-ca.pem").read_bytes())

    async def play() -> None:
        async with terminal.channel(tmp_path, running.store.address) as channel:
            for ask in (
                terminal.stub(channel).GetTime(pb.GetTimeRequest(), timeout=20),
                terminal.stub(channel).ReverseByKey(terminal.reverse(terminal.fresh_key(), 1), timeout=20),
            ):
                with pytest.raises(grpc.aio.AioRpcError) as caught:
                    await ask
                assert caught.value.code() is grpc.StatusCode.PERMISSION_DENIED

    asyncio.run(play())
    assert running.ledger() == []


def test_a_malformed_call_without_a_word_for_it_gets_a_status(running: Processor) -> None:
    async def play() -> None:
        async with terminal.channel(running.store.engine, running.store.address) as channel:
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await terminal.stub(channel).LookUp(pb.LookUpRequest(key=b"x"), timeout=20)
            assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT

    asyncio.run(play())


def test_a_processor_of_another_name_is_not_ours(running: Processor) -> None:
    """The till's side of it: the server's certificate names what the engine is configured to expect."""
    store = running.store

    async def play(name: str) -> pb.GetTimeResponse:
        files = ((store.engine / each).read_bytes() for each in ("processor-ca.pem", "till.key", "till.pem"))
        options = [("grpc.ssl_target_name_override", name), ("grpc.use_local_subchannel_pool", 1)]
        credentials = grpc.ssl_channel_credentials(*files)
        async with grpc.aio.secure_channel(store.address, credentials, options=options) as channel:
            answer: pb.GetTimeResponse = await terminal.stub(channel).GetTime(pb.GetTimeRequest(), timeout=20)
            return answer

    assert asyncio.run(play(SERVER_NAME)).now_ms > 0
    with pytest.raises(grpc.aio.AioRpcError):
        asyncio.run(play("another.pos-bridge.test"))
