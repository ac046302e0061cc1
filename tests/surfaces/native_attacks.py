"""What hostile clients do where native tills come in, to disturb a payment; what they hold is let go after it."""

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import grpc
import pytest

from hw_sim.native_till import NativeTill, new_request_id
from hw_sim.unix_path import short_address
from pos_bridge.protocol import till_v1_pb2 as pb
from tests.surfaces.native import NativeShop
from tests.surfaces.native import refused as call_refused

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"

Attack = Callable[[NativeShop, ExitStack], None]


def plain(shop: NativeShop) -> socket.socket:
    path = Path(shop.facts["native_socket"])
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    peer.settimeout(5.0)
    with short_address(path.parent, path.name) as address:
        peer.connect(address)
    return peer


def half_a_greeting(shop: NativeShop, held: ExitStack) -> None:
    for count in range(100):
        with suppress(OSError):
            held.enter_context(closing(plain(shop))).sendall(PREFACE[: count % len(PREFACE)])


def noise(shop: NativeShop, held: ExitStack) -> None:
    for words in (b"\x00" * 4096, b"GET / HTTP/1.1\r\n\r\n", PREFACE + b"\xff" * 4096, b"\x16\x03\x01" * 500):
        peer = held.enter_context(closing(plain(shop)))
        with suppress(OSError):
            peer.sendall(words)


def a_frame_without_end(shop: NativeShop, held: ExitStack) -> None:
    """Headers that say that they are long, and do not come."""
    for stream in range(1, 41, 2):
        peer = held.enter_context(closing(plain(shop)))
        with suppress(OSError):
            peer.sendall(PREFACE + SETTINGS + struct.pack(">I", 16_000)[1:] + b"\x01\x04" + struct.pack(">I", stream))


def a_large_message(shop: NativeShop, held: ExitStack) -> None:
    call = shop.at_socket.raw_stream("/pos_bridge.till.v1.Till/Pay")
    for size in (100_000, 20_000_000):
        code, _ = call_refused(lambda size=size: list(call(bytes(size), timeout=30)))
        assert code is grpc.StatusCode.RESOURCE_EXHAUSTED


def no_message_at_all(shop: NativeShop, held: ExitStack) -> None:
    call = shop.at_socket.raw_stream("/pos_bridge.till.v1.Till/Pay")
    for raw in (b"\xff" * 100, b"\x0a\xff\xff\xff\xff\x0f"):
        with pytest.raises(grpc.RpcError):
            list(call(raw, timeout=30))


def many_that_ask_and_never_listen(shop: NativeShop, held: ExitStack) -> None:
    """As many as are let in, each with a request that it does not read the answer of."""
    for _ in range(10):
        till = held.enter_context(NativeTill.of(shop.facts))
        for _ in range(20):
            request = pb.PayRequest(request_id=new_request_id(), cents=1, tender=pb.TENDER_CASH, reference="never read")
            till.stub.Pay(request, timeout=20)


def calls_without_a_request(shop: NativeShop, held: ExitStack) -> None:
    """As many as a connection may have, on several."""
    enough = threading.Event()
    for _ in range(8):
        till = held.enter_context(NativeTill.of(shop.facts))
        call = till._channel.stream_stream("/pos_bridge.till.v1.Till/Pay", lambda raw: raw, lambda raw: raw)
        for _ in range(20):
            call(iter(lambda: enough.wait() or b"", None), timeout=20)
    held.callback(enough.set)


def headers_without_end(shop: NativeShop, held: ExitStack) -> None:
    name = (("x-name", "x" * 60_000),)
    with pytest.raises(grpc.RpcError):
        shop.at_socket.stub.GetHealth(pb.HealthRequest(), metadata=name, timeout=10)


ATTACKS: tuple[Attack, ...] = (
    half_a_greeting,
    noise,
    a_frame_without_end,
    a_large_message,
    no_message_at_all,
    many_that_ask_and_never_listen,
    headers_without_end,
    calls_without_a_request,
)
