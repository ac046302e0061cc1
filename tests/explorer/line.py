"""The line between till and processor: a gRPC channel of the shipped client's kind, under which the explorer decides.

For each call one choice says what becomes of the request, of its answer and of the line; three more are the moments at
which the engine can die: before it sends, after it sent, when the answer is there.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pos_bridge.processor.channel import grpc
from pos_bridge.protocol import processor_v1_pb2 as pb
from tests.explorer.choices import Kind
from tests.explorer.ground import Ground
from tests.explorer.processor import UnansweredError
from tests.explorer.words import message_in_words

CHANGING = frozenset({"OpenSession", "Authorise", "Capture", "ReverseByKey", "Refund"})  # more than being read
LATENCY_S = 0.05
OUTAGE_S = 20.0


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one call.

    `after_s`: when the request arrives (None: never); `copy_s`: when a copy of it does. `answered`: the answer gets
    through. `at_once`: a lost call is seen to have failed, else the caller waits until its own time is up. `outage`:
    nothing more gets through from here on for OUTAGE_S. `jump_s`: the processor's clock is set by so much. `lie`: what
    is wrong with the answer, which is one to another question then.
    """

    words: str
    after_s: float | None = LATENCY_S
    copy_s: float | None = None
    answered: bool = True
    at_once: bool = True
    outage: bool = False
    jump_s: int = 0
    lie: str = ""


USUAL = Fate("arrives")
_LOST = Fate("request lost", after_s=None, answered=False)
_UNANSWERED = Fate("answer lost, never told", answered=False, at_once=False)
_OUTAGE = Fate("request lost, then an outage", after_s=None, answered=False, outage=True)
_DONE_OUTAGE = Fate("answer lost in an outage", answered=False, outage=True)
_COPY = Fate("arrives, and a copy 25 s later", copy_s=25.0)
_LATE = Fate("arrives 12 s late", after_s=12.0, answered=False, at_once=False)
_LATE_OUTAGE = Fate("arrives 25 s late, behind an outage", after_s=25.0, answered=False, outage=True)
_TOO_LATE_OUTAGE = Fate("arrives 70 s late, behind an outage", after_s=70.0, answered=False, outage=True)
_FORWARD = Fate("answer lost; the processor's clock jumps 10 minutes ahead", answered=False, jump_s=600)
_BACK = Fate(
    "arrives 70 s late, behind an outage; its clock jumps back 10 minutes", 70.0, None, False, True, True, -600
)

Fates = dict[str, tuple[Fate, ...]]

MONEY: Fates = {
    "Authorise": (
        USUAL,
        _UNANSWERED,
        _OUTAGE,
        _DONE_OUTAGE,
        _LATE,
        _LATE_OUTAGE,
        _TOO_LATE_OUTAGE,
        _COPY,
        _LOST,
        _FORWARD,
        _BACK,
    ),
    "Refund": (USUAL, _UNANSWERED, _OUTAGE, _DONE_OUTAGE, _LATE, _LATE_OUTAGE, _COPY, _LOST),
    "Capture": (USUAL, _DONE_OUTAGE, _LOST, _LATE, _COPY),
    "ReverseByKey": (USUAL, _DONE_OUTAGE, _LOST, _LATE, _COPY),
}
"""What can become of the calls that move money; the others arrive."""

ALL: Fates = MONEY | {
    "OpenSession": (USUAL, _DONE_OUTAGE, _LOST, _COPY),
    "LookUp": (USUAL, _LOST),
    "Reconcile": (USUAL, _LOST),
    "GetSealingKeys": (USUAL, _LOST),
    "GetTime": (USUAL, _LOST),
}

LIES: Fates = {
    "Authorise": (
        USUAL,
        Fate("is answered with another key", lie="key"),
        Fate("is answered with another amount", lie="amount"),
        Fate("is answered with another currency", lie="currency"),
        _UNANSWERED,
        _COPY,
    ),
    "Capture": (USUAL, Fate("is answered with another key", lie="key")),
    "ReverseByKey": (USUAL, Fate("is answered with another key", lie="key")),
    "Refund": (
        USUAL,
        Fate("is answered with another key", lie="key"),
        Fate("is answered with another amount", lie="amount"),
    ),
}
"""Answers that are not to the question, while the ledger holds the truth."""

STEADY: Fates = {method: tuple(fate for fate in fates if not fate.jump_s) for method, fates in MONEY.items()}
"""As MONEY, under a processor whose clock is never set."""


def failed(code: Any) -> Exception:
    metadata = grpc.aio.Metadata()
    return grpc.aio.AioRpcError(code, metadata, metadata, None, None)


class Line:
    """Lives outside the engines: what is on its way arrives though its sender died.

    `sending` sees each request before it leaves, `processor` answers it, `jump` sets its clock. Nothing fails on a line
    that is not `mortal`.
    """

    def __init__(
        self,
        ground: Ground,
        sending: Callable[[str, bytes], None],
        processor: Callable[[str, bytes], bytes],
        jump: Callable[[int], None],
        *,
        mortal: bool = True,
    ) -> None:
        self._ground = ground
        self._sending = sending
        self._processor = processor
        self._jump = jump
        self._mortal = mortal
        self.fates = MONEY
        self.never_answered: set[str] = set()
        self.down_until = 0.0
        self.broken = False  # the connection was lost, and nobody used it since
        self.on_its_way: dict[int, tuple[float, str, bytes]] = {}
        self._number = 0

    def names_of(self, key: bytes) -> list[bytes]:
        """The keys by which the processor knows what an engine calls `key`: on a plain line, that one."""
        return [key]

    @property
    def down(self) -> bool:
        return self._ground.now < self.down_until

    async def carry(self, method: str, data: bytes, timeout_s: float, *, wait: bool) -> bytes:
        """One call of a living engine. Raises grpc.aio.AioRpcError."""
        ground = self._ground
        self._sending(method, data)
        if self._mortal and ground.crash_point(lambda: f"before sending {method}"):
            await asyncio.get_running_loop().create_future()
        deadline = ground.now + timeout_s
        if self.down and not await self._up_again(deadline, wait=wait):
            ground.note("line", f"{method} not sent: the line is down")
            raise failed(grpc.StatusCode.UNAVAILABLE)
        fates = self.fates.get(method, (USUAL,)) if self._mortal else (USUAL,)
        taken = ground.choose(
            Kind.NET, len(fates), lambda n: f"{message_in_words(ground, method, data)}: {fates[n].words}"
        )
        fate = fates[taken]
        ground.note("line", lambda: message_in_words(ground, method, data))
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._send(method, data, fate, answer)
        if self._mortal and ground.crash_point(lambda: f"after sending {method}"):
            await answer
        try:
            async with asyncio.timeout(max(0.0, deadline - ground.now)):
                got = await answer
        except TimeoutError:
            ground.note("line", f"{method}: no answer in time")
            raise failed(grpc.StatusCode.DEADLINE_EXCEEDED) from None
        if fate.lie:
            got = lied(method, got, fate.lie)
        if self._mortal and ground.crash_point(lambda: f"when the answer of {method} comes"):
            await asyncio.get_running_loop().create_future()
        self.broken = False
        return got

    async def _up_again(self, deadline: float, *, wait: bool) -> bool:
        if not wait:
            return False
        await asyncio.sleep(max(0.0, min(deadline, self.down_until) - self._ground.now))
        return not self.down

    def _send(self, method: str, data: bytes, fate: Fate, answer: "asyncio.Future[bytes]") -> None:
        ground = self._ground
        if method in self.never_answered:
            fate = _UNANSWERED
        if fate.outage:
            ground.changes += 1
            self.down_until = ground.now + ground.to_tick(OUTAGE_S)
        if not fate.answered:
            self.broken = True
            if fate.at_once:
                ground.outside.call_later(2 * LATENCY_S, _fail, answer)
        if fate.jump_s:
            ground.changes += 1
            self._jump(fate.jump_s)
        if fate.after_s is not None:
            self._deliver(method, data, fate.after_s, answer if fate.answered else None)
        if fate.copy_s is not None:
            self._deliver(method, data, fate.copy_s, None)

    def _deliver(self, method: str, data: bytes, after_s: float, answer: "asyncio.Future[bytes] | None") -> None:
        if after_s > LATENCY_S:
            after_s = self._ground.to_tick(after_s) + LATENCY_S
        if method in CHANGING:
            self._ground.changes += 1
        self._number += 1
        self.on_its_way[self._number] = (self._ground.now + after_s, method, data)
        self._ground.outside.call_later(after_s, self._arrive, self._number, answer)

    def _arrive(self, number: int, answer: "asyncio.Future[bytes] | None") -> None:
        ground = self._ground
        _, method, data = self.on_its_way.pop(number)
        if method in CHANGING:
            ground.changes += 1
        try:
            got = self._processor(method, data)
        except UnansweredError:
            if answer is not None:
                ground.outside.call_later(LATENCY_S, _fail, answer)
            return
        if answer is not None:
            ground.outside.call_later(LATENCY_S, _give, answer, got)


def lied(method: str, data: bytes, how: str) -> bytes:
    """The answer as somebody tells it who does not tell the truth."""
    answer: Any = getattr(pb, f"{method}Response").FromString(data)
    if how == "key":
        answer.key = bytes(answer.key[:-1]) + bytes([answer.key[-1] ^ 1])
    elif answer.HasField("approved"):
        if how == "amount":
            answer.approved.amount.cents += 1
        else:
            answer.approved.amount.currency = 840
    return bytes(answer.SerializeToString())


def _fail(answer: "asyncio.Future[bytes]") -> None:
    if not answer.done():
        answer.set_exception(failed(grpc.StatusCode.UNAVAILABLE))


def _give(answer: "asyncio.Future[bytes]", got: bytes) -> None:
    if not answer.done():
        answer.set_result(got)


class SimChannel:
    """What ProcessorStub and ProcessorClient use of a grpc.aio.Channel."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def unary_unary(
        self,
        method: str,
        request_serializer: Callable[[Any], bytes],
        response_deserializer: Callable[[bytes], Any],
        **_: object,
    ) -> Callable[..., Awaitable[Any]]:
        name = method.rpartition("/")[2]

        async def call(request: Any, *, timeout: float, wait_for_ready: bool = False) -> Any:  # noqa: ASYNC109 - gRPC's
            return response_deserializer(
                await self._line.carry(name, request_serializer(request), timeout, wait=wait_for_ready)
            )

        return call

    def get_state(self, *, try_to_connect: bool = False) -> Any:
        if self._line.broken or self._line.down:
            return grpc.ChannelConnectivity.TRANSIENT_FAILURE
        return grpc.ChannelConnectivity.READY

    async def close(self, grace: float | None) -> None:
        pass
