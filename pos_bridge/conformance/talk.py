"""The calls of the protocol, one method each. Every answer is watched: to our question, and within the protocol?

What the watching finds is kept for the duties that are about every answer; the others judge what was said.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from google.protobuf.message import Message

from pos_bridge.conformance import shape
from pos_bridge.conformance.duty import SilentError
from pos_bridge.processor.channel import grpc
from pos_bridge.processor.clock import ProcessorClock
from pos_bridge.protocol import processor_v1_pb2 as pb
from pos_bridge.protocol.processor_v1_pb2_grpc import ProcessorStub

Answer = TypeVar("Answer", bound=Message)
_Money = pb.AuthoriseRequest | pb.RefundRequest


@dataclass(slots=True)
class Watch:
    """What was wrong with answers so far, each fault once and in order of its first time."""

    beyond: dict[str, None] = field(default_factory=dict)
    echoes: dict[str, None] = field(default_factory=dict)
    less: dict[str, None] = field(default_factory=dict)

    def see(self, call: str, request: Message, answer: Message) -> None:
        self.beyond.update(dict.fromkeys(f"{call}: {fault}" for fault in shape.faults(answer)))
        key = getattr(request, "key", None)
        if key is not None and getattr(answer, "key", key) != key:
            self.echoes[f"{call} was answered under another key"] = None
        if isinstance(request, _Money) and isinstance(answer, pb.AuthoriseResponse | pb.RefundResponse):
            self._see_money(call, request, answer)

    def _see_money(self, call: str, request: _Money, answer: pb.AuthoriseResponse | pb.RefundResponse) -> None:
        if not answer.HasField("approved"):
            return
        asked, told = request.amount, answer.approved.amount
        partial = isinstance(request, pb.AuthoriseRequest) and request.partial_ok
        if told.currency != asked.currency:
            self.echoes[f"{call} was approved in another currency"] = None
        if told.cents > asked.cents:
            self.echoes[f"{call} was approved for more than was asked"] = None
        elif told.cents < asked.cents and not partial:
            self.less[f"{call} was approved for less, and partial_ok was not set"] = None


class Talk:
    """One channel's calls. Raises SilentError where there is no answer."""

    def __init__(self, channel: grpc.aio.Channel, watch: Watch, clock: ProcessorClock, timeout_s: float) -> None:
        self._stub = ProcessorStub(channel)
        self._watch = watch
        self._clock = clock
        self._timeout_s = timeout_s

    async def open_session(self, head: pb.JournalHead) -> pb.OpenSessionResponse:
        return await self._call("OpenSession", self._stub.OpenSession, pb.OpenSessionRequest(journal=head))

    async def get_time(self) -> int:
        answer: pb.GetTimeResponse = await self._call("GetTime", self._stub.GetTime, pb.GetTimeRequest())
        return answer.now_ms

    async def sealing_keys(self) -> pb.GetSealingKeysResponse:
        return await self._call("GetSealingKeys", self._stub.GetSealingKeys, pb.GetSealingKeysRequest())

    async def authorise(self, request: pb.AuthoriseRequest) -> pb.AuthoriseResponse:
        return await self._call("Authorise", self._stub.Authorise, request)

    async def capture(self, request: pb.CaptureRequest) -> pb.CaptureResponse:
        return await self._call("Capture", self._stub.Capture, request)

    async def reverse(self, request: pb.ReverseByKeyRequest) -> pb.ReverseByKeyResponse:
        return await self._call("ReverseByKey", self._stub.ReverseByKey, request)

    async def refund(self, request: pb.RefundRequest) -> pb.RefundResponse:
        return await self._call("Refund", self._stub.Refund, request)

    async def look_up(self, key: bytes) -> pb.LookUpResponse:
        return await self.look_up_as(pb.LookUpRequest(key=key))

    async def look_up_as(self, request: pb.LookUpRequest) -> pb.LookUpResponse:
        return await self._call("LookUp", self._stub.LookUp, request)

    async def reconcile(self, from_ms: int, after_key: bytes = b"") -> pb.ReconcileResponse:
        request = pb.ReconcileRequest(from_ms=from_ms, after_key=after_key)
        return await self._call("Reconcile", self._stub.Reconcile, request)

    async def _call(self, name: str, method: Callable[..., Awaitable[Answer]], request: Message) -> Answer:
        try:
            answer = await method(request, timeout=self._timeout_s, wait_for_ready=False)
        except grpc.aio.AioRpcError as error:
            raise SilentError(name, error.code().name) from None
        self._clock.heard(getattr(answer, "now_ms", 0))
        self._watch.see(name, request, answer)
        return answer
