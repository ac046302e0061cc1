"""The processor as the checkout sees it (checkout.ports.Processor). Never raises for what a network does."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from pos_bridge.domain.authorisation import (
    Ask,
    AskRefund,
    HeldLeg,
    Holding,
    No,
    ReceiptFacts,
    Unknown,
    Yes,
)
from pos_bridge.domain.happening import Reversed, Standing
from pos_bridge.domain.leg import Cause
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.sealing_key import SealingKey
from pos_bridge.domain.session import Trust
from pos_bridge.log.events import Operation
from pos_bridge.processor import books, codec
from pos_bridge.processor.calls import Calls, Logbook, ProcessorSettings
from pos_bridge.processor.channel import Credentials
from pos_bridge.processor.clock import ProcessorClock
from pos_bridge.processor.session import Chain, Session
from pos_bridge.protocol import processor_v1_pb2 as pb

__all__ = ["Chain", "Logbook", "ProcessorClient", "ProcessorSettings"]

_Verdict = TypeVar("_Verdict")

_READING_TIMEOUT_S = 3.0
_LISTING_S = 30.0  # how long all pages of a listing may take together
_NOT_THERE = frozenset({Standing.NOT_SEEN, Standing.TOMBSTONE})  # what a ledger that was replaced says of anything


class ProcessorClient:
    """One session of this till. Use inside a running event loop; `close` ends the channel."""

    def __init__(self, settings: ProcessorSettings, chain: Chain, log: Logbook) -> None:
        self._timeout_s = settings.answer_timeout_s
        self._clock = ProcessorClock()
        self._calls = Calls(settings, log)
        self._session = Session(self._calls, chain, self._clock, log)

    async def close(self) -> None:
        await self._session.close()
        await self._calls.close()

    # ---- how it stands ----

    async def ready(self) -> bool:
        if not await self._session.fresh():
            return False
        if self._calls.connected(try_to=True):
            return True
        answer = await self._calls.ask(
            Operation.OPEN_SESSION, self._calls.stub.GetTime, pb.GetTimeRequest(), _READING_TIMEOUT_S, wait=True
        )
        if answer is None:
            return False
        self._clock.heard(answer.now_ms)
        return True

    def sealing_key(self) -> SealingKey:
        return self._session.sealing_key()

    def time(self) -> datetime | None:
        """The processor's, in UTC; None before it was heard, or where what it says is no date."""
        return self._clock.time()

    def not_after_ms(self, seconds: int) -> int:
        return self._clock.now_ms() + seconds * 1000

    def trust(self) -> Trust:
        return self._session.trust

    def keeps_days(self) -> int:
        return self._session.keeps_days

    def reachable(self) -> bool:
        """For Diagnosis: a session is open and its channel is up. Starts nothing."""
        return self._session.in_force and self._calls.connected()

    async def take(self, credentials: Credentials, keep: Callable[[], None]) -> bool:
        """Whether the processor answers to this certificate under this authority. If so `keep` is called, and they are
        used from the next call on: the session is this till's, whichever certificate shows it, and goes on.

        What `keep` raises is raised, and all stays as it was.
        """
        answer = await self._calls.change(credentials, _READING_TIMEOUT_S, keep)
        if answer is not None:
            self._clock.heard(answer.now_ms)
        return answer is not None

    # ---- money: only in a session ----

    async def authorise(self, ask: Ask) -> Yes | No | Unknown:
        if not await self._session.for_money():
            return Unknown()
        request = codec.authorise(ask, self._session.context())
        answer = await self._calls.ask(Operation.AUTHORISE, self._calls.stub.Authorise, request, self._timeout_s)
        if answer is None:
            return Unknown()
        self._session.heed(request.context, answer.now_ms, fenced=codec.is_fenced(answer.refused))
        return self._judged(Operation.AUTHORISE, codec.read_authorise(ask, answer))

    async def refund(self, ask: AskRefund) -> Yes | No | Unknown:
        if not await self._session.for_money():
            return Unknown()
        request = codec.refund(ask, self._session.context())
        answer = await self._calls.ask(Operation.REFUND, self._calls.stub.Refund, request, self._timeout_s)
        if answer is None:
            return Unknown()
        self._session.heed(request.context, answer.now_ms, fenced=codec.is_fenced(answer.refused))
        return self._judged(Operation.REFUND, codec.read_refund(ask, answer))

    async def capture(self, key: LegKey, amount: Amount) -> bool | Unknown:
        if not await self._session.for_money():
            return Unknown()
        request = pb.CaptureRequest(context=self._session.context(), key=key.raw, amount=codec.money(amount))
        answer = await self._calls.ask(Operation.CAPTURE, self._calls.stub.Capture, request, self._timeout_s)
        if answer is None:
            return Unknown()
        self._session.heed(request.context, answer.now_ms, fenced=codec.is_fenced(answer.refused))
        return self._judged(Operation.CAPTURE, codec.read_capture(key, answer))

    async def reverse(self, key: LegKey) -> Reversed | Unknown:
        if not await self._session.for_money():
            return Unknown()
        request = pb.ReverseByKeyRequest(context=self._session.context(), key=key.raw)
        answer = await self._calls.ask(Operation.REVERSE, self._calls.stub.ReverseByKey, request, self._timeout_s)
        if answer is None:
            return Unknown()
        fenced = answer.outcome == pb.ReverseByKeyResponse.OUTCOME_FENCED
        self._session.heed(request.context, answer.now_ms, fenced=fenced)
        verdict = self._judged(Operation.REVERSE, codec.read_reversal(key, answer))
        if isinstance(verdict, Reversed) and verdict.cause is Cause.TOMBSTONED:
            # That answer does not say from which ledger it is, and one that was replaced has seen no key.
            held = await self.look_up(key)
            return verdict if isinstance(held, Holding) and held.standing in _NOT_THERE else Unknown()
        return verdict

    # ---- reading: in no session ----

    async def look_up(self, key: LegKey) -> Holding | Unknown:
        request = pb.LookUpRequest(key=key.raw)
        answer = await self._calls.ask(Operation.LOOK_UP, self._calls.stub.LookUp, request, _READING_TIMEOUT_S)
        if answer is None:
            return Unknown()
        holding = self._judged(Operation.LOOK_UP, books.read_look_up(key, answer))
        if isinstance(holding, Unknown):
            return holding
        self._clock.heard(answer.now_ms)
        if not await self._session.same_ledger(answer.ledger_epoch) and holding.standing in _NOT_THERE:
            return Unknown()
        return holding

    async def receipt_facts(self, key: LegKey) -> ReceiptFacts | None:
        held = await self.look_up(key)
        return held.receipt if isinstance(held, Holding) else None

    async def held_since(self, begun_ms: int) -> tuple[HeldLeg, ...] | Unknown:
        """At most 50,000 legs, in half a minute: Unknown beyond. Of one ledger, the one our session is with."""
        until = time.monotonic() + _LISTING_S
        listing = books.Listing(begun_ms)
        while listing.more and time.monotonic() < until:
            answer = await self._calls.ask(
                Operation.RECONCILE, self._calls.stub.Reconcile, listing.request(), _READING_TIMEOUT_S
            )
            if answer is None:
                return Unknown()
            if not listing.take(answer):
                return self._judged(Operation.RECONCILE, Unknown(wrong=True))
            self._clock.heard(answer.now_ms)
            if not await self._session.same_ledger(answer.ledger_epoch):
                return Unknown()
        return Unknown() if listing.more else tuple(listing.legs)

    def _judged(self, operation: Operation, verdict: _Verdict) -> _Verdict:
        if isinstance(verdict, Unknown) and verdict.wrong:
            self._calls.tell_wrong(operation)
        return verdict
