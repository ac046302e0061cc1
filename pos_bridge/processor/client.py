"""The processor as the checkout sees it (checkout.ports.Processor). Never raises for what a network does."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pos_bridge import events
from pos_bridge.domain.authorisation import Ask, No, ReceiptFacts, Unknown, Yes
from pos_bridge.domain.happening import Reversed
from pos_bridge.domain.ledger import JournalHead
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.sealing_key import SealingKey
from pos_bridge.events import Operation
from pos_bridge.log import Event
from pos_bridge.processor import codec
from pos_bridge.processor.channel import Credentials, grpc, open_channel
from pos_bridge.processor.clock import ProcessorClock
from pos_bridge.protocol import processor_v1_pb2 as pb
from pos_bridge.protocol.processor_v1_pb2_grpc import ProcessorStub

_Verdict = TypeVar("_Verdict")
_Answer = TypeVar("_Answer")

_SESSION_TIMEOUT_S = 3.0
_LOOK_UP_TIMEOUT_S = 3.0
_KEY_REFRESH_S = 3600.0


class Chain(Protocol):
    """The journal's chain: its newest row, and whether it holds a row (None: it cannot be known any more)."""

    def head(self) -> JournalHead: ...

    async def holds(self, sequence: int, row_hash: bytes) -> bool | None: ...


class Logbook(Protocol):
    def emit(self, event: Event) -> None: ...


@dataclass(frozen=True, slots=True, repr=False)
class ProcessorSettings:
    address: str
    server_name: str
    credentials: Credentials
    answer_timeout_s: float


class ProcessorClient:
    """One session of this till. Use inside a running event loop; `close` ends the channel."""

    def __init__(self, settings: ProcessorSettings, chain: Chain, log: Logbook) -> None:
        self._timeout_s = settings.answer_timeout_s
        self._chain = chain
        self._log = log
        self._channel = open_channel(settings.address, settings.server_name, settings.credentials)
        self._stub = ProcessorStub(self._channel)
        self._clock = ProcessorClock()
        self._fence: int | None = None
        self._keys: tuple[SealingKey, ...] = ()
        self._keys_at = 0.0
        self._rolled_back = False
        self._opening: asyncio.Task[bool] | None = None

    async def close(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
        await self._channel.close(None)

    async def ready(self) -> bool:
        if self._fence is None or not self._keys or time.monotonic() - self._keys_at > _KEY_REFRESH_S:
            return await self._in_session()
        if self._channel.get_state(try_to_connect=True) is grpc.ChannelConnectivity.READY:
            return True
        answer = await self._call(
            Operation.OPEN_SESSION, self._stub.GetTime, pb.GetTimeRequest(), _SESSION_TIMEOUT_S, wait=True
        )
        if answer is None:
            return False
        self._clock.heard(answer.now_ms)
        return True

    def sealing_key(self) -> SealingKey:
        return self._keys[0]

    def not_after_ms(self, seconds: int) -> int:
        return self._clock.now_ms() + seconds * 1000

    async def authorise(self, ask: Ask) -> Yes | No | Unknown:
        if self._fence is None or self._opening is not None:
            await self._in_session()  # the session in hand ended while the customer took out the card
        if self._fence is None:
            return Unknown()
        request = codec.authorise(ask, self._context())
        answer = await self._call(Operation.AUTHORISE, self._stub.Authorise, request, self._timeout_s)
        if answer is None:
            return Unknown()
        self._heed(request.context, answer.now_ms, fenced=answer.refused.reason == pb.Refused.REASON_FENCED)
        return self._judged(Operation.AUTHORISE, codec.read_authorise(ask.key, answer))

    async def capture(self, key: LegKey, amount: Amount) -> bool | Unknown:
        request = pb.CaptureRequest(context=self._context(), key=key.raw, amount=codec.money(amount))
        answer = await self._call(Operation.CAPTURE, self._stub.Capture, request, self._timeout_s)
        if answer is None:
            return Unknown()
        self._heed(request.context, answer.now_ms, fenced=answer.refused.reason == pb.Refused.REASON_FENCED)
        return self._judged(Operation.CAPTURE, codec.read_capture(key, answer))

    async def reverse(self, key: LegKey) -> Reversed | Unknown:
        request = pb.ReverseByKeyRequest(context=self._context(), key=key.raw)
        answer = await self._call(Operation.REVERSE, self._stub.ReverseByKey, request, self._timeout_s)
        if answer is None:
            return Unknown()
        fenced = answer.outcome == pb.ReverseByKeyResponse.OUTCOME_FENCED
        self._heed(request.context, answer.now_ms, fenced=fenced)
        return self._judged(Operation.REVERSE, codec.read_reversal(key, answer))

    async def receipt_facts(self, key: LegKey) -> ReceiptFacts | None:
        request = pb.LookUpRequest(key=key.raw)
        answer = await self._call(Operation.LOOK_UP, self._stub.LookUp, request, _LOOK_UP_TIMEOUT_S)
        return None if answer is None else codec.read_look_up(key, answer)

    def reachable(self) -> bool:
        """For Diagnosis: a session is open and its channel is up. Starts nothing."""
        return self._fence is not None and self._channel.get_state() is grpc.ChannelConnectivity.READY

    async def _in_session(self) -> bool:
        """One OpenSession at a time, whoever asks: each puts the one before out of force."""
        if self._opening is not None and await asyncio.shield(self._opening):
            return True
        if self._opening is None:  # one begun earlier, when nobody answered, says nothing about now
            self._opening = asyncio.create_task(self._open_session())
            self._opening.add_done_callback(self._opened)
        return await asyncio.shield(self._opening)

    def _opened(self, _: asyncio.Task[bool]) -> None:
        self._opening = None

    async def _open_session(self) -> bool:
        request = pb.OpenSessionRequest(journal=codec.journal_head(self._chain.head()))
        opened = await self._call(
            Operation.OPEN_SESSION, self._stub.OpenSession, request, _SESSION_TIMEOUT_S, wait=True
        )
        if opened is None or not await self._same_journal(opened.last_seen):
            return False
        sent = await self._call(
            Operation.SEALING_KEYS, self._stub.GetSealingKeys, pb.GetSealingKeysRequest(), _SESSION_TIMEOUT_S
        )
        keys = () if sent is None else codec.read_sealing_keys(sent)
        if not keys:
            return False
        self._clock.heard(opened.now_ms)
        if not self._clock.known:
            self._log.emit(events.ProcessorWrong(Operation.OPEN_SESSION))
            return False
        if self._fence is None:  # the hourly renewal falls to the next sale: its line would tell when that was
            self._log.emit(events.SessionOpened())
        self._keys, self._keys_at, self._fence = keys, time.monotonic(), opened.fence
        return True

    async def _same_journal(self, seen: pb.JournalHead) -> bool:
        """Whether every row that the processor saw is a row of ours. If not, this journal was rolled back or forked."""
        head = codec.read_head(seen)
        if head is None:
            self._log.emit(events.ProcessorWrong(Operation.OPEN_SESSION))
            return False
        same = head.sequence == 0 or await self._chain.holds(head.sequence, head.hash) is True
        if not same and not self._rolled_back:
            self._log.emit(events.SessionRefused())
        self._rolled_back = not same
        return same

    def _context(self) -> pb.Context:
        return codec.context(self._fence or 0, self._chain.head())

    def _heed(self, sent: pb.Context, now_ms: int, *, fenced: bool) -> None:
        self._clock.heard(now_ms)
        if fenced and sent.fence == self._fence:
            self._fence = None  # the next call that needs one opens a session of its own

    def _judged(self, operation: Operation, verdict: _Verdict) -> _Verdict:
        if isinstance(verdict, Unknown) and verdict.wrong:
            self._log.emit(events.ProcessorWrong(operation))
        return verdict

    async def _call(
        self,
        operation: Operation,
        method: Callable[..., Awaitable[_Answer]],
        request: object,
        timeout_s: float,
        *,
        wait: bool = False,
    ) -> _Answer | None:
        """One try. None: no answer that could be decoded, whatever the reason."""
        try:
            return await method(request, timeout=timeout_s, wait_for_ready=wait)
        except grpc.aio.AioRpcError as error:
            self._log.emit(events.ProcessorSilent(operation, int(error.code().value[0])))
            return None
