"""Where native tills come in: who is let in, what hostile clients can do there, and how the engine stops."""

import os
import signal
import socket
import ssl
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import grpc
import pytest

from hw_sim import pki
from hw_sim.native_till import NativeTill
from hw_sim.store.config import POIID
from hw_sim.store.layout import Layout
from hw_sim.unix_path import short_address
from hw_sim.world import enrol
from pos_bridge.protocol import till_v1_pb2 as pb
from tests.processes import resident_kib
from tests.surfaces.book import until
from tests.surfaces.engine import changed, engine, refused
from tests.surfaces.native import NativeShop, native_shop, reachable
from tests.surfaces.native import refused as call_refused
from tests.surfaces.native_attacks import ATTACKS, Attack, half_a_greeting

GROWTH_KIB = 128 * 1024


@pytest.fixture(name="shop", scope="module")
def one_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NativeShop]:
    with native_shop(tmp_path_factory.mktemp("store")) as shop:
        yield shop


# ---- who is let in ----


def files(shop: NativeShop) -> tuple[bytes, bytes, bytes]:
    ca, certificate, key = (Path(shop.facts[f"native_{name}"]).read_bytes() for name in ("ca", "certificate", "key"))
    return ca, certificate, key


def test_nobody_comes_in_without_a_certificate_of_the_right_authority(shop: NativeShop, tmp_path: Path):
    ca, certificate, key = files(shop)
    address = shop.facts["native_address"]
    stranger = pki.authority("nobody", ["pos-bridge.test"], tmp_path / "ca.key", tmp_path / "ca.pem")
    leaf = pki.Leaf("till-1", pki.Usage.CLIENT, dns=["till-1.pos-bridge.test"])
    pki.issue(stranger, leaf, tmp_path / "leaf.key", tmp_path / "leaf.pem")
    wrong = (tmp_path / "leaf.pem").read_bytes(), (tmp_path / "leaf.key").read_bytes()
    for shown in ((None, None), wrong):
        with NativeTill.at_port(address, ca, *shown) as till:
            assert call_refused(till.health)[0] is grpc.StatusCode.UNAVAILABLE
    with NativeTill.at_port(address, stranger.pem, certificate, key) as till:
        assert call_refused(till.health)[0] is grpc.StatusCode.UNAVAILABLE, "the engine is not who it should be"
    assert shop.at_port.health().journal_writable


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_nothing_but_tls_1_3_is_spoken(shop: NativeShop, version: ssl.TLSVersion):
    context = ssl.create_default_context(cafile=shop.facts["native_ca"])
    context.load_cert_chain(shop.facts["native_certificate"], shop.facts["native_key"])
    context.set_alpn_protocols(["h2"])
    context.minimum_version = context.maximum_version = version
    host, port = shop.facts["native_address"].split(":")
    with socket.create_connection((host, int(port)), timeout=30) as raw:
        if version is ssl.TLSVersion.TLSv1_3:
            with context.wrap_socket(raw, server_hostname="localhost") as peer:
                assert peer.version() == "TLSv1.3"
        else:
            with pytest.raises(ssl.SSLError):
                context.wrap_socket(raw, server_hostname="localhost")


def test_the_socket_is_for_its_owner_and_its_group(shop: NativeShop):
    there = Path(shop.facts["native_socket"]).stat()
    assert stat.S_ISSOCK(there.st_mode)
    assert stat.S_IMODE(there.st_mode) == 0o660
    assert [path.name for path in Path(shop.facts["native_socket"]).parent.iterdir()] == ["till.sock"]


def test_there_is_no_reflection(shop: NativeShop):
    call = shop.at_socket.raw_stream("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo")
    assert call_refused(lambda: list(call(b"", timeout=30)))[0] is grpc.StatusCode.UNIMPLEMENTED


def shown(shop: NativeShop) -> bytes:
    """The engine's certificate, DER."""
    context = ssl.create_default_context(cafile=shop.facts["native_ca"])
    context.load_cert_chain(shop.facts["native_certificate"], shop.facts["native_key"])
    host, port = shop.facts["native_address"].split(":")
    with (
        socket.create_connection((host, int(port)), timeout=30) as raw,
        context.wrap_socket(raw, server_hostname="localhost") as peer,
    ):
        return peer.getpeercert(binary_form=True) or b""


def test_a_new_certificate_is_shown_without_a_dropped_sale(shop: NativeShop):
    layout = Layout(shop.store.folder)
    before = shown(shop)
    with shop.asking(1010, shop.at_port) as asked:
        asked.comes_to(pb.STAGE_PRESENT_CARD)
        (layout.engine / "nexo.pem").unlink()
        enrol(layout.world, layout.engine, POIID)
        os.kill(int(shop.facts["engine_pid"]), signal.SIGHUP)
        until(lambda: shown(shop) != before)
        with shop.store.customer("visa"):
            assert asked.end().result == pb.RESULT_APPROVED
    with NativeTill.of(shop.facts, over_tls=True) as newcomer:
        assert newcomer.health().journal_writable


# ---- what is refused with a word ----


def test_a_request_that_does_not_fit_is_refused_by_the_name_of_its_field(shop: NativeShop):
    till, invalid = shop.at_socket, grpc.StatusCode.INVALID_ARGUMENT
    cases = {
        "unfit: request_id": lambda: till.pay(100, cash=True, request_id=b"short"),
        "unfit: cents": lambda: till.pay(0, cash=True),
        "unfit: reference": lambda: till.pay(100, cash=True, reference="x" * 65),
        "card_data: reference": lambda: till.pay(100, cash=True, reference="4921817844445119"),
        "card_data: choices": lambda: till.pay(100, cash=True, member="4921817844445119"),
        "unfit: order": lambda: till.pay(100, cash=True, order=bytes(65_537)),
        "unfit: confirm_within_s": lambda: till.pay(100, confirm_within_s=4),
        "unfit: split.due_cents": lambda: till.pay(100, cash=True, split=(50, -1)),
        "unfit: sale_key": lambda: till.give_back("not a key"),
        "unfit: key": lambda: till.confirm("not a key"),
    }
    for word, call in cases.items():
        assert call_refused(call) == (invalid, word)


# ---- hostile clients, while a payment waits for its card ----


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_a_payment_is_not_disturbed(shop: NativeShop, attack: Attack):
    pid = int(shop.facts["engine_pid"])
    size_before = resident_kib(pid)
    with shop.asking(1000) as asked:
        asked.comes_to(pb.STAGE_PRESENT_CARD)
        with ExitStack() as held:
            attack(shop, held)
            assert shop.at_port.pay(500, cash=True).result == pb.RESULT_BUSY
            assert resident_kib(pid) - size_before < GROWTH_KIB
            with shop.store.customer("visa"):
                assert asked.end().result == pb.RESULT_APPROVED
    assert shop.at_socket.health().journal_writable
    assert int(shop.store.facts["engine_pid"]) == pid


def test_somebody_new_is_let_in_although_others_took_every_place_and_say_nothing(shop: NativeShop):
    with ExitStack() as held:
        half_a_greeting(shop, held)
        with NativeTill.of(shop.facts) as till:
            until(lambda: reachable(till))


# ---- how it stops, and starts ----


@pytest.fixture(name="config")
def its_configuration(shop: NativeShop) -> Iterator[Path]:
    """The store's own engine is off."""
    shop.store.do("engine", "kill")
    yield Path(shop.facts["config"])
    shop.store.do("engine", "restart")
    shop.in_session()


def test_what_a_killed_run_left_is_replaced_and_what_a_stopped_one_had_is_gone(shop: NativeShop, config: Path):
    path = Path(shop.facts["native_socket"])
    assert path.is_socket(), "it was killed"
    with engine(config) as running, NativeTill.of(shop.facts) as till:
        until(lambda: till.health().processor_reachable)
        running.terminate()
        assert running.end().said == []
    assert list(path.parent.iterdir()) == []


def test_told_to_stop_while_a_card_is_awaited(shop: NativeShop, config: Path):
    with engine(config) as running, NativeTill.of(shop.facts) as till:
        until(lambda: till.health().processor_reachable)
        with shop.asking(1001, till) as asked:
            asked.comes_to(pb.STAGE_PRESENT_CARD)
            running.terminate()
            told = asked.end()
        assert running.end().code == 0
    assert (told.result, told.cause) == (pb.RESULT_REFUSED, "stopped")


def test_an_upgrade_waits_for_the_customer(shop: NativeShop, config: Path):
    with engine(config) as running, NativeTill.of(shop.facts) as till:
        until(lambda: till.health().processor_reachable)
        with shop.asking(1002, till) as asked:
            asked.comes_to(pb.STAGE_PRESENT_CARD)
            running.process.send_signal(signal.SIGUSR1)
            with shop.store.customer("visa"):
                told = asked.end()
        assert running.end().code == 0
    assert told.result == pb.RESULT_APPROVED


def test_what_cannot_be_listened_on_stops_the_start(shop: NativeShop, config: Path):
    path = Path(shop.facts["native_socket"])
    path.unlink()
    path.write_text("a file of somebody's")
    assert "[socket_taken]" in refused(config).said[0]
    assert path.read_text() == "a file of somebody's"
    path.unlink()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
        with short_address(path.parent, path.name) as address:
            other.bind(address)
        other.listen(1)
        assert "[socket_taken]" in refused(config).said[0]
    path.unlink()
    port = int(shop.facts["native_address"].split(":")[1])
    with socket.create_server(("127.0.0.1", port)):
        assert "native.port" in refused(config).said[0]


@pytest.mark.parametrize(
    ("old", "new", "code", "named"),
    [
        ('clients = "native-clients.pem"\n', "", 2, "[native_port_half]"),
        ('socket = "native/till.sock"\n', 'socket = "absent/till.sock"\n', 2, "native.socket"),
        ('socket = "native/till.sock"\n', f'socket = "{"x" * 120}"\n', 2, "[socket_path_too_long]"),
        ('socket = "native/till.sock"\n', 'socket = "open/till.sock"\n', 2, "[changeable_by_others]"),
        ('socket = "native/till.sock"\n', 'socket = "nexo.pem/till.sock"\n', 2, "native.socket"),
        ('clients = "native-clients.pem"', 'clients = "api.key"', 2, "[not_pem]"),
    ],
)
def test_a_setting_that_cannot_be_used(config: Path, old: str, new: str, code: int, named: str):
    (config.parent / "open").mkdir(exist_ok=True)
    (config.parent / "open").chmod(0o777)
    ended = refused(changed(config, "unfit", (old, new)))
    assert ended.code == code
    (line,) = ended.said
    assert named in line
