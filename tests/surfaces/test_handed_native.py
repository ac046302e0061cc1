"""The native tills' port from systemd: their own certificates through the relay, and nobody else on it, ever."""

import os
import signal
import socket
import ssl
import stat
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import grpc
import pytest

from hw_sim import pki
from hw_sim.native_till import NativeTill, new_request_id
from pos_bridge.protocol import till_v1_pb2 as pb
from pos_bridge.till_api.server import MOST_REQUEST
from tests.processes import descriptors, resident_kib
from tests.surfaces.book import until
from tests.surfaces.handed import activated, engine_with, handing_over, held, is_listening, nobody_else_can_listen
from tests.surfaces.native import NativeShop, native_shop, reachable, refused

GROWTH_KIB = 128 * 1024
IDLE = 200
FILES = 16  # that a first sale by card opens and keeps


@pytest.fixture(name="shop", scope="module")
def one_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NativeShop]:
    """A store whose own engine is off."""
    with native_shop(tmp_path_factory.mktemp("store")) as shop:
        shop.store.do("engine", "kill")
        yield shop
        shop.store.do("engine", "restart")


@pytest.fixture(name="config")
def its_configuration(shop: NativeShop) -> Path:
    return Path(shop.facts["config"])


def ports(shop: NativeShop) -> tuple[int, int]:
    """Nexo's and the native tills'."""
    url, address = shop.facts["nexo_url"], shop.facts["native_address"]
    return int(url.split(":")[2].split("/")[0]), int(address.split(":")[1])


def connected(port: int, count: int, stack: ExitStack) -> list[socket.socket]:
    return [stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30)) for _ in range(count)]


def test_a_till_pays_by_its_certificate_and_a_stranger_does_not(shop: NativeShop, config: Path, tmp_path: Path):
    nexo, native = ports(shop)
    with engine_with(config, activated(nexo=nexo, native=native)) as running, ExitStack() as stack:
        until(lambda: is_listening(native))
        nobody_else_can_listen(native)
        till = stack.enter_context(NativeTill.of(shop.facts, over_tls=True))
        until(lambda: reachable(till))
        nobody_else_can_listen(native)
        behind = config.parent / "state" / "native.sock"
        assert stat.S_IMODE(behind.stat().st_mode) == 0o600

        paid = new_request_id()
        assert shop.pay(1000, till, request_id=paid).result == pb.RESULT_APPROVED
        with NativeTill.of(shop.facts, over_tls=True) as again:
            assert again.stub.Status(pb.RequestName(request_id=paid)).result == pb.RESULT_APPROVED
        with NativeTill.of(shop.facts) as at_socket:
            assert at_socket.stub.Status(pb.RequestName(request_id=paid)).result != pb.RESULT_APPROVED, "another till"
        a_stranger_is_refused(shop, tmp_path)
        assert till.pay(200, cash=True).result == pb.RESULT_APPROVED
        running.terminate()
        assert running.wait(60) == 0
        assert not behind.exists()


def a_stranger_is_refused(shop: NativeShop, folder: Path) -> None:
    ca = Path(shop.facts["native_ca"]).read_bytes()
    authority = pki.authority("nobody", ["pos-bridge.test"], folder / "ca.key", folder / "ca.pem")
    leaf = pki.Leaf("till-1", pki.Usage.CLIENT, dns=["till-1.pos-bridge.test"])
    pki.issue(authority, leaf, folder / "leaf.key", folder / "leaf.pem")
    wrong = (folder / "leaf.pem").read_bytes(), (folder / "leaf.key").read_bytes()
    for shown in ((None, None), wrong):
        with NativeTill.at_port(shop.facts["native_address"], ca, *shown) as till:
            assert refused(till.health)[0] is grpc.StatusCode.UNAVAILABLE


def test_who_waits_while_the_engine_is_killed_is_answered_by_the_next(shop: NativeShop, config: Path):
    nexo, native = ports(shop)
    with held(nexo) as tills, held(native) as natives, ExitStack() as stack:
        program = handing_over(nexo=tills, native=natives)
        with engine_with(config, program, tills, natives) as running:
            with NativeTill.of(shop.facts, over_tls=True) as till:
                until(lambda: reachable(till))
                assert till.pay(300, cash=True).result == pb.RESULT_APPROVED
            running.kill()
            running.wait(60)
        nobody_else_can_listen(native)
        late = stack.enter_context(NativeTill.of(shop.facts, over_tls=True))
        waiting = stack.enter_context(ThreadPoolExecutor(1)).submit(late.pay, 400, cash=True)
        patient = connected(native, 1, stack)[0]
        with engine_with(config, program, tills, natives) as running:
            assert waiting.result(120).result == pb.RESULT_APPROVED
            assert tls_version(shop, patient) == "TLSv1.3"
            running.terminate()
            assert running.wait(60) == 0
        nobody_else_can_listen(native)


def tls_version(shop: NativeShop, peer: socket.socket) -> str | None:
    context = ssl.create_default_context(cafile=shop.facts["native_ca"])
    context.load_cert_chain(shop.facts["native_certificate"], shop.facts["native_key"])
    context.set_alpn_protocols(["h2"])
    with context.wrap_socket(peer, server_hostname="localhost") as served:
        return served.version()


def test_hostile_clients_disturb_no_payment(shop: NativeShop, config: Path):
    nexo, native = ports(shop)
    with held(nexo) as tills, held(native) as natives, ExitStack() as stack:
        running = stack.enter_context(engine_with(config, handing_over(nexo=tills, native=natives), tills, natives))
        till = stack.enter_context(NativeTill.of(shop.facts, over_tls=True))
        until(lambda: reachable(till))
        size_before, open_before = resident_kib(running.pid), descriptors(running.pid)
        with shop.asking(1000, till) as asked, ExitStack() as attack:
            asked.comes_to(pb.STAGE_PRESENT_CARD)
            connected(native, IDLE, attack)
            noise_and_resets(native, attack)
            many_that_never_listen(shop, attack)
            with NativeTill.of(shop.facts, over_tls=True) as late:
                assert late.pay(500, cash=True).result == pb.RESULT_BUSY
                requests_of_every_size(late)
            assert resident_kib(running.pid) - size_before < GROWTH_KIB
            with shop.store.customer("visa"):
                assert asked.end().result == pb.RESULT_APPROVED
        until(lambda: descriptors(running.pid) <= open_before + FILES)
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 0


def noise_and_resets(port: int, stack: ExitStack) -> None:
    for peer in connected(port, 20, stack):
        with suppress(OSError):
            peer.sendall(os.urandom(4096))
    for peer in connected(port, 20, stack):
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with suppress(OSError):
            peer.sendall(b"\x16\x03\x01\x02\x00\x01")
        peer.close()


def many_that_never_listen(shop: NativeShop, stack: ExitStack) -> None:
    for _ in range(5):
        till = stack.enter_context(NativeTill.of(shop.facts, over_tls=True))
        for _ in range(10):
            request = pb.PayRequest(request_id=new_request_id(), cents=1, tender=pb.TENDER_CASH, reference="never read")
            till.stub.Pay(request, timeout=30)


def requests_of_every_size(till: NativeTill) -> None:
    """The largest that is let in is read and refused for what it is; one byte more is not read."""
    call = till.raw_stream("/pos_bridge.till.v1.Till/Pay")
    order = MOST_REQUEST - 4
    largest = b"\x22" + bytes([order & 127 | 128, order >> 7 & 127 | 128, order >> 14]) + bytes(order)
    assert len(largest) == MOST_REQUEST
    assert refused(lambda: list(call(largest, timeout=30)))[0] is grpc.StatusCode.INVALID_ARGUMENT
    assert refused(lambda: list(call(largest + b"\x00", timeout=30)))[0] is grpc.StatusCode.RESOURCE_EXHAUSTED
