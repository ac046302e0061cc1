"""A native till in a real store: payments in the background, and the stages that its cashier saw."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest

from hw_sim.native_till import NativeTill, new_request_id
from hw_sim.processor import control
from hw_sim.running import PROGRAM, RunningStore
from hw_sim.store.layout import Layout
from pos_bridge.protocol import till_v1_pb2 as pb
from tests.stores import whole_store
from tests.surfaces.book import until


@dataclass
class Watched:
    """A payment that was asked for, and what its cashier saw so far."""

    request_id: bytes
    seen: list[int] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    reply: "Future[pb.Outcome] | None" = None

    def watch(self, progress: pb.Progress) -> None:
        self.seen.append(progress.stage)
        self.said.append(progress.text)

    def comes_to(self, stage: int) -> None:
        until(lambda: stage in self.seen)

    @property
    def answered(self) -> bool:
        return self.reply is not None and self.reply.done()

    def end(self) -> pb.Outcome:
        assert self.reply is not None
        return self.reply.result(60)


class NativeShop:
    """A store with a native till at its socket, and one at its port."""

    def __init__(self, store: RunningStore) -> None:
        self.store = store
        self.facts: dict[str, Any] = store.facts
        self.processor = Layout(store.folder).processor
        self.at_socket = NativeTill.of(self.facts)
        self.at_port = NativeTill.of(self.facts, over_tls=True)

    def close(self) -> None:
        self.at_socket.close()
        self.at_port.close()

    def mode(self, word: str, value: float | None = None) -> None:
        control.set_mode(self.processor, word, value)

    def held(self, key: str) -> list[str]:
        """The states of that key at the processor."""
        return [row["state"] for row in control.ledger(self.processor) if row["key"] == key]

    def in_session(self, till: NativeTill | None = None) -> None:
        until(lambda: reachable(till or self.at_socket))

    @contextmanager
    def asking(self, cents: int, till: NativeTill | None = None, **options: Any) -> Iterator[Watched]:
        """A payment that runs while the block does."""
        watched = Watched(options.pop("request_id", None) or new_request_id())
        asked = till or self.at_socket
        with ThreadPoolExecutor(1) as thread:
            watched.reply = thread.submit(
                asked.pay, cents, request_id=watched.request_id, watch=watched.watch, **options
            )
            try:
                yield watched
            except BaseException:
                asked.abort(watched.request_id)  # a test that failed waits for nobody
                raise

    def pay(self, cents: int, till: NativeTill | None = None, card: str = "visa", **options: Any) -> pb.Outcome:
        with self.asking(cents, till, **options) as asked, self.store.customer(card):
            return asked.end()


@contextmanager
def native_shop(folder: Path, *options: str, program: Sequence[str] = PROGRAM) -> Iterator[NativeShop]:
    """One in session, whose engine waits one second for an answer."""
    with whole_store(folder, *options, "--answer-timeout", "1", "--native", program=program) as store:
        shop = NativeShop(store)
        shop.in_session()
        yield shop
        shop.close()


def reachable(till: NativeTill) -> bool:
    try:
        return till.health().processor_reachable
    except grpc.RpcError:
        return False


def refused(call: Any) -> tuple[grpc.StatusCode, str]:
    """The status and the word of a call that fails."""
    with pytest.raises(grpc.RpcError) as caught:
        call()
    error: Any = caught.value  # it is its call too
    return error.code(), error.details() or ""
