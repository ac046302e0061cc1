"""A small native till: speaks protos/till_v1.proto to the engine, over its unix socket or over mutual TLS.

For demos and tests, and for developers to read: it uses the generated protocol and gRPC, and knows nothing else of the
engine but what store.json tells. It repeats nothing by itself.
"""

import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import grpc

from pos_bridge.protocol import till_v1_pb2 as pb
from pos_bridge.protocol.till_v1_pb2_grpc import PeopleStub, RightsStub, TillStub

ANSWER_LIMIT_S = 180.0  # a payment takes its card prompt and its processing
_REQUEST_ID_BYTES = 16


def new_request_id() -> bytes:
    return secrets.token_bytes(_REQUEST_ID_BYTES)


def _watch_nothing(_: pb.Progress) -> None:
    pass


class NativeTill:
    """One connection to the engine: `stub` has every call about money, `people` about people, and `rights` what only
    the other socket serves (`office`); the methods here fill in what a test does not care about.

    A call that fails raises grpc.RpcError, which tells nothing about money. To be closed, or used in a `with` block.
    """

    def __init__(self, channel: grpc.Channel, folder: int | None = None) -> None:
        self._channel = channel
        self._folder = folder
        self.stub = TillStub(channel)
        self.people = PeopleStub(channel)
        self.rights = RightsStub(channel)

    @classmethod
    def of(cls, store: Mapping[str, Any], *, over_tls: bool = False) -> Self:
        """`store` is what store.json holds, of a store that was started with --native."""
        if not over_tls:
            return cls.at_socket(Path(store["native_socket"]))
        files = (Path(store[f"native_{name}"]).read_bytes() for name in ("ca", "certificate", "key"))
        return cls.at_port(store["native_address"], *files)

    @classmethod
    def office(cls, store: Mapping[str, Any]) -> Self:
        """Of the person in charge of personal information."""
        return cls.at_socket(Path(store["privacy_socket"]))

    @classmethod
    def at_socket(cls, path: Path) -> Self:
        """The folder's descriptor stays open: a long path is no address, and gRPC connects whenever it wants."""
        folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        options = (("grpc.use_local_subchannel_pool", 1),)
        return cls(grpc.insecure_channel(f"unix:/proc/self/fd/{folder}/{path.name}", options), folder)

    @classmethod
    def at_port(cls, address: str, ca: bytes, certificate: bytes | None, key: bytes | None) -> Self:
        """`ca` is the authority of the engine's certificate; the pair is this till's own. All PEM."""
        credentials = grpc.ssl_channel_credentials(ca, key, certificate)
        options = (("grpc.use_local_subchannel_pool", 1), ("grpc.enable_http_proxy", 0))
        return cls(grpc.secure_channel(address, credentials, options))

    def close(self) -> None:
        self._channel.close()
        folder, self._folder = self._folder, None
        if folder is not None:
            os.close(folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def raw_stream(self, method: str) -> "grpc.UnaryStreamMultiCallable[bytes, bytes]":
        """A call of bytes as they are, for who wants to send what the protocol does not have."""
        return self._channel.unary_stream(method, lambda raw: raw, lambda raw: raw)

    # ---- what a till does ----

    def pay(
        self,
        cents: int,
        *,
        cash: bool = False,
        request_id: bytes | None = None,
        reference: str | None = None,
        order: bytes = b"",
        partial_ok: bool = False,
        confirm_within_s: int = 0,
        split: tuple[int, int] | None = None,
        member: str | None = None,
        delivery: str | None = None,
        watch: Callable[[pb.Progress], object] = _watch_nothing,
    ) -> pb.Outcome:
        """Blocks until it is answered; `watch` is given each progress. `split`: cents paid so far, and due in all."""
        choices = [pb.Choice(chouchous=member)] if member is not None else []
        choices += [pb.Choice(home_delivery=delivery)] if delivery is not None else []
        request = pb.PayRequest(
            request_id=request_id or new_request_id(),
            cents=cents,
            tender=pb.TENDER_CASH if cash else pb.TENDER_CARD,
            reference=reference or f"sale-{secrets.token_hex(4)}",
            order=order,
            partial_ok=partial_ok,
            confirm_within_s=confirm_within_s,
            split=None if split is None else pb.Split(paid_cents=split[0], due_cents=split[1]),
            choices=choices,
        )
        return watched(self.stub.Pay(request, timeout=ANSWER_LIMIT_S), watch)

    def refund(
        self,
        cents: int,
        sale: str = "",
        *,
        cash: bool = False,
        request_id: bytes | None = None,
        reference: str | None = None,
        watch: Callable[[pb.Progress], object] = _watch_nothing,
    ) -> pb.Outcome:
        """To the card of `sale` (Outcome.key), which is presented again, or in cash."""
        request = pb.RefundRequest(
            request_id=request_id or new_request_id(),
            cents=cents,
            tender=pb.TENDER_CASH if cash else pb.TENDER_CARD,
            sale_key=sale,
            reference=reference or f"return-{secrets.token_hex(4)}",
        )
        return watched(self.stub.Refund(request, timeout=ANSWER_LIMIT_S), watch)

    def give_back(
        self, sale: str, cents: int = 0, *, void_only: bool = False, request_id: bytes | None = None
    ) -> pb.Outcome:
        """Without the card: all of a sale, or so many cents of it."""
        request = pb.GiveBackRequest(
            request_id=request_id or new_request_id(), sale_key=sale, cents=cents, void_only=void_only
        )
        return _outcome(self.stub.GiveBack(request, timeout=ANSWER_LIMIT_S))

    def confirm(self, key: str) -> pb.Outcome:
        return _outcome(self.stub.Confirm(pb.PaymentKey(key=key), timeout=ANSWER_LIMIT_S))

    def cancel(self, key: str) -> pb.Outcome:
        return _outcome(self.stub.Cancel(pb.PaymentKey(key=key), timeout=ANSWER_LIMIT_S))

    def cancel_basket(self, reference: str) -> pb.BasketAnswer:
        answer = self.stub.CancelBasket(pb.BasketReference(reference=reference), timeout=ANSWER_LIMIT_S)
        assert isinstance(answer, pb.BasketAnswer)
        return answer

    def abort(self, request_id: bytes) -> bool:
        answer = self.stub.Abort(pb.RequestName(request_id=request_id), timeout=ANSWER_LIMIT_S)
        assert isinstance(answer, pb.Aborted)
        return answer.withdrawn

    def status(self, request_id: bytes) -> pb.Outcome:
        return _outcome(self.stub.Status(pb.RequestName(request_id=request_id), timeout=ANSWER_LIMIT_S))

    def health(self) -> pb.Health:
        answer = self.stub.GetHealth(pb.HealthRequest(), timeout=ANSWER_LIMIT_S)
        assert isinstance(answer, pb.Health)
        return answer

    def what_is_kept(self, key: str) -> pb.PrivacyReceipt:
        answer = self.stub.WhatIsKept(pb.PaymentKey(key=key), timeout=ANSWER_LIMIT_S)
        assert isinstance(answer, pb.PrivacyReceipt)
        return answer


def watched(updates: Iterator[pb.MoveUpdate], watch: Callable[[pb.Progress], object]) -> pb.Outcome:
    """The outcome at the end of a stream. Raises grpc.RpcError, EOFError for a stream without one."""
    for update in updates:
        if update.HasField("outcome"):
            return update.outcome
        watch(update.progress)
    raise EOFError("a stream ends with an outcome")


def _outcome(answer: object) -> pb.Outcome:
    assert isinstance(answer, pb.Outcome)
    return answer
