"""The gRPC leg: an Authorise by the engine's own client, beside the leanest call that Python can make, and raw TLS.

A C++ client, which the goal was set against, is not here. The leanest call is gRPC's own C core, synchronous, with
bytes that were made beforehand: no protobuf, no asyncio, no judgement of the answer. A C++ client does a little less.
"""

import asyncio
import os
import time
from contextlib import closing
from pathlib import Path

import uvloop

from benchmarks.figures import Figure, Goal, Unit, beside
from benchmarks.floor import Floor
from benchmarks.store import Peer
from hw_sim.store.layout import Layout
from pos_bridge.domain.authorisation import Ask, Yes
from pos_bridge.domain.card import SEALED_LENGTH, Brand, CardFacts, EntryMode, SealedByRoom, SealedCard
from pos_bridge.domain.ledger import Binding, JournalHead
from pos_bridge.domain.leg import Flow
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.log.log import Event
from pos_bridge.processor import codec
from pos_bridge.processor.channel import OPTIONS, Credentials, grpc
from pos_bridge.processor.client import ProcessorClient, ProcessorSettings

_METHOD = "/pos_bridge.processor.v1.Processor/Authorise"
_NAME = "processor.pos-bridge.test"
_LIMIT_S = 10.0
_AMOUNT = Amount(1000)
_HEAD = JournalHead(1, bytes(32))


class _Chain:
    def __init__(self) -> None:
        self._epoch: bytes | None = None

    def head(self) -> JournalHead:
        return _HEAD

    async def holds(self, _sequence: int, _row_hash: bytes) -> bool:
        return True

    def ledger_epoch(self) -> bytes | None:
        return self._epoch

    async def change_ledger_epoch(self, digest: bytes) -> None:
        self._epoch = digest

    async def note_refused_head(self, _head: JournalHead) -> None:
        raise RuntimeError("the peer shows another journal")

    def is_refused(self) -> bool:
        return False


class _Silent:
    def emit(self, event: Event) -> None:
        raise RuntimeError(f"the client reports {type(event).__name__}")


class _Starting(_Silent):
    def emit(self, event: Event) -> None:
        """A session is opened once."""


def leg(layout: Layout, peer: Peer, floor: Floor, rounds: int) -> list[Figure]:
    credentials = _credentials(layout)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        took = runner.run(_measure(credentials, peer, floor, rounds))
    name, us = "gRPC leg: an Authorise, answered", Unit.MICROSECONDS
    lean = {part: took[part] for part in ("engine", "lean")}
    raw = {part: took[part] for part in ("engine", "tls")}
    return [
        beside(name, us, lean, "gRPC's C core from Python, ready-made bytes", Goal(2.5)),
        beside("  beside raw TLS", us, raw, "TLS 1.3 echo of about as many bytes"),
    ]


async def _measure(credentials: Credentials, peer: Peer, floor: Floor, rounds: int) -> dict[str, list[float]]:
    settings = ProcessorSettings(peer.address, _NAME, credentials, _LIMIT_S)
    client = ProcessorClient(settings, _Chain(), _Starting())
    took: dict[str, list[float]] = {"engine": [], "lean": [], "tls": []}
    try:
        if not await client.ready():
            raise RuntimeError("the peer opens no session")
        with closing(_Lean(peer.address, credentials)) as lean:
            for _ in range(rounds):
                ask = _ask()
                began = time.perf_counter()
                answer = await client.authorise(ask)
                took["engine"].append(time.perf_counter() - began)
                peer.arrival()
                _check(answer)
                request = codec.authorise(ask, codec.context(1, _HEAD)).SerializeToString()
                began = time.perf_counter()
                lean.call(request)
                took["lean"].append(time.perf_counter() - began)
                peer.arrival()
                began = time.perf_counter()
                floor.tls()
                took["tls"].append(time.perf_counter() - began)
    finally:
        await client.close()
    return took


class _Lean:
    """Bytes out, bytes in."""

    def __init__(self, address: str, credentials: Credentials) -> None:
        own = grpc.ssl_channel_credentials(credentials.ca, credentials.key, credentials.certificate)
        options = (*OPTIONS, ("grpc.ssl_target_name_override", _NAME))
        self._channel = grpc.secure_channel(address, own, options)
        grpc.channel_ready_future(self._channel).result(_LIMIT_S)
        self.call = self._channel.unary_unary(_METHOD, None, None)

    def close(self) -> None:
        self._channel.close()


def _check(answer: object) -> None:
    if type(answer) is not Yes:
        raise RuntimeError("the peer did not approve")


def _ask() -> Ask:
    return Ask(
        key=LegKey.fresh(),
        amount=_AMOUNT,
        partial_ok=False,
        flow=Flow.TWO_MESSAGES,
        card=SealedCard(
            CardFacts(Brand.VISA, 0, EntryMode.MAGSTRIPE), SealedByRoom(os.urandom(8), os.urandom(SEALED_LENGTH))
        ),
        not_after_ms=time.time_ns() // 1_000_000 + 45_000,
        payment_salt=os.urandom(16),
        order_digest=os.urandom(32),
        binding=Binding(os.urandom(32), os.urandom(64)),
    )


def _credentials(layout: Layout) -> Credentials:
    def read(name: str) -> bytes:
        return Path(layout.engine / name).read_bytes()

    return Credentials(read("processor-ca.pem"), read("till.pem"), read("till.key"))
