"""Desks that are wrong about money: what they approve, capture, reverse or give back. See broken.py."""

from dataclasses import replace
from typing import TypeVar
from uuid import uuid4

from hw_sim.processor import asks
from hw_sim.processor.asks import MalformedError
from hw_sim.processor.desk import Desk
from hw_sim.processor.facts import Entry, Refusal, State
from hw_sim.processor.folder import Till
from hw_sim.processor.modes import Mode, Word
from pos_bridge.protocol import processor_v1_pb2 as pb

_A_CODE, _ANOTHER_CODE = 1_111_111, 2_222_222
_AT_MOST = 10_000
_HOUR_MS = 3_600_000

Timed = TypeVar("Timed", pb.AuthoriseRequest, pb.RefundRequest)
Request = TypeVar("Request", pb.AuthoriseRequest, pb.CaptureRequest, pb.ReverseByKeyRequest, pb.RefundRequest)


class NoTombstones(Desk):
    def reverse(self, till: Till, request: pb.ReverseByKeyRequest) -> pb.ReverseByKeyResponse:
        ask = asks.reverse(request)
        with self._ledger.transaction():
            unseen = self._in_session(till, ask.context) and self._ledger.find(till.merchant, ask.key) is None
        if not unseen:
            return super().reverse(till, request)
        tombstoned = pb.ReverseByKeyResponse.OUTCOME_TOMBSTONED
        return pb.ReverseByKeyResponse(key=ask.key, now_ms=self._clock(), outcome=tombstoned)


class NotIdempotent(Desk):
    def authorise(self, till: Till, request: pb.AuthoriseRequest, mode: Mode) -> pb.AuthoriseResponse:
        known = self._ledger.find(till.merchant, request.key)
        answer = super().authorise(till, request, mode)
        if known is not None and answer.HasField("approved"):
            _keep(self, till, replace(known, key=uuid4().bytes, code=_ANOTHER_CODE))
            answer.approved.approval_code = _ANOTHER_CODE
        return answer


class RefundsAgain(Desk):
    def refund(self, till: Till, request: pb.RefundRequest, mode: Mode) -> pb.RefundResponse:
        known = self._ledger.find(till.merchant, request.key)
        answer = super().refund(till, request, mode)
        if known is not None and answer.HasField("approved"):
            _keep(self, till, replace(known, key=uuid4().bytes))
        return answer


class OtherMoney(Desk):
    def authorise(self, till: Till, request: pb.AuthoriseRequest, mode: Mode) -> pb.AuthoriseResponse:
        answer = super().authorise(till, request, mode)
        if answer.refused.reason == Refusal.KEY_REUSED.value:
            answer.approved.CopyFrom(pb.Approved(amount=request.amount, approval_code=_A_CODE))
        return answer


class NoDeadline(Desk):
    def authorise(self, till: Till, request: pb.AuthoriseRequest, mode: Mode) -> pb.AuthoriseResponse:
        return super().authorise(till, self._in_time(request), mode)

    def refund(self, till: Till, request: pb.RefundRequest, mode: Mode) -> pb.RefundResponse:
        return super().refund(till, self._in_time(request), mode)

    def _in_time(self, request: Timed) -> Timed:
        changed = _copy(request)
        if changed.not_after_ms:
            changed.not_after_ms = self._clock() + _HOUR_MS
        return changed


class DeadlineFirst(Desk):
    def authorise(self, till: Till, request: pb.AuthoriseRequest, mode: Mode) -> pb.AuthoriseResponse:
        answer = super().authorise(till, request, mode)
        if 0 < request.not_after_ms < self._clock():
            answer.refused.reason = pb.Refused.REASON_LATE
        return answer


class SerialFirst(Desk):
    def authorise(self, till: Till, request: pb.AuthoriseRequest, mode: Mode) -> pb.AuthoriseResponse:
        resent = self._ledger.find(till.merchant, request.key) is not None
        answer = super().authorise(till, request, mode)
        if resent and request.payment.HasField("reader"):
            answer.refused.reason = pb.Refused.REASON_UNREADABLE
        return answer


class NoFencing(Desk):
    def authorise(self, till: Till, request: pb.AuthoriseRequest, mode: Mode) -> pb.AuthoriseResponse:
        return super().authorise(till, self._newest(till, request), mode)

    def capture(self, till: Till, request: pb.CaptureRequest) -> pb.CaptureResponse:
        return super().capture(till, self._newest(till, request))

    def reverse(self, till: Till, request: pb.ReverseByKeyRequest) -> pb.ReverseByKeyResponse:
        return super().reverse(till, self._newest(till, request))

    def refund(self, till: Till, request: pb.RefundRequest, mode: Mode) -> pb.RefundResponse:
        return super().refund(till, self._newest(till, request), mode)

    def _newest(self, till: Till, request: Request) -> Request:
        changed = _copy(request)
        if changed.HasField("context"):
            changed.context.fence = self._ledger.fence(till.name)
        return changed


class Unbound(Desk):
    def authorise(self, till: Till, request: pb.AuthoriseRequest, mode: Mode) -> pb.AuthoriseResponse:
        answer = super().authorise(till, request, mode)
        if answer.refused.reason == Refusal.BINDING.value:
            answer.approved.CopyFrom(pb.Approved(amount=request.amount, approval_code=_A_CODE))
        return answer


class ApprovesLess(Desk):
    def authorise(self, till: Till, request: pb.AuthoriseRequest, mode: Mode) -> pb.AuthoriseResponse:
        less = Mode(Word.PARTIAL, cents=_AT_MOST) if mode.word is Word.APPROVE else mode
        return super().authorise(till, request, less)


class CardsOwnCode(Desk):
    def authorise(self, till: Till, request: pb.AuthoriseRequest, mode: Mode) -> pb.AuthoriseResponse:
        answer = super().authorise(till, request, mode)
        held = self._ledger.find(till.merchant, request.key)
        if answer.HasField("approved") and held is not None:
            _keep(self, till, replace(held, code=_A_CODE))
            answer.approved.approval_code = _A_CODE
        return answer


class OtherKey(Desk):
    _last = bytes(16)

    def authorise(self, till: Till, request: pb.AuthoriseRequest, mode: Mode) -> pb.AuthoriseResponse:
        answer = super().authorise(till, request, mode)
        answer.key, self._last = self._last, request.key
        return answer


class CaptureOnce(Desk):
    def capture(self, till: Till, request: pb.CaptureRequest) -> pb.CaptureResponse:
        known = self._ledger.find(till.merchant, request.key)
        answer = super().capture(till, request)
        if known is not None and known.state is State.CAPTURED and answer.HasField("captured"):
            answer.refused.reason = pb.Refused.REASON_WRONG_STATE
        return answer


class OverCapture(Desk):
    def capture(self, till: Till, request: pb.CaptureRequest) -> pb.CaptureResponse:
        answer = super().capture(till, request)
        if answer.refused.reason == Refusal.EXCEEDS.value:
            answer.captured.CopyFrom(pb.Done())
        return answer


class ForgetsReversals(Desk):
    def reverse(self, till: Till, request: pb.ReverseByKeyRequest) -> pb.ReverseByKeyResponse:
        known = self._ledger.find(till.merchant, request.key)
        answer = super().reverse(till, request)
        if known is not None and answer.outcome == pb.ReverseByKeyResponse.OUTCOME_REVERSED:
            _keep(self, till, known)
        return answer


class ReversesRefunded(Desk):
    def reverse(self, till: Till, request: pb.ReverseByKeyRequest) -> pb.ReverseByKeyResponse:
        answer = super().reverse(till, request)
        known = self._ledger.find(till.merchant, request.key)
        if known is not None and answer.outcome == pb.ReverseByKeyResponse.OUTCOME_TOO_LATE:
            _keep(self, till, replace(known, state=State.REVERSED, ended=True))
            answer.outcome = pb.ReverseByKeyResponse.OUTCOME_REVERSED
        return answer


class ForgetsRefusals(Desk):
    def refund(self, till: Till, request: pb.RefundRequest, mode: Mode) -> pb.RefundResponse:
        known = self._ledger.find(till.merchant, request.key)
        if known is None or known.refusal is None:
            return super().refund(till, request, mode)
        anew = _copy(request)
        anew.key = uuid4().bytes
        answer = super().refund(till, anew, mode)
        answer.key = request.key
        return answer


class OverRefund(Desk):
    def refund(self, till: Till, request: pb.RefundRequest, mode: Mode) -> pb.RefundResponse:
        answer = super().refund(till, request, mode)
        held = self._ledger.find(till.merchant, request.key)
        if held is not None and answer.refused.reason == Refusal.EXCEEDS.value:
            cents = request.amount.cents
            made = replace(held, state=State.REFUNDED, refusal=None, approved_cents=cents, code=_A_CODE)
            _keep(self, till, made)
            answer.approved.CopyFrom(pb.Approved(amount=request.amount, approval_code=_A_CODE))
        return answer


class LookUpCharges(Desk):
    def look_up(self, till: Till, request: pb.LookUpRequest) -> pb.LookUpResponse:
        answer = super().look_up(till, request)
        held = self._ledger.find(till.merchant, request.key)
        if held is not None and held.state is State.AUTHORISED:
            _keep(self, till, replace(held, state=State.CAPTURED, captured_cents=held.approved_cents))
        return answer


class TakesMalformed(Desk):
    def authorise(self, till: Till, request: pb.AuthoriseRequest, mode: Mode) -> pb.AuthoriseResponse:
        try:
            asks.authorise(request)
        except MalformedError:
            return pb.AuthoriseResponse(now_ms=self._clock(), declined=pb.Declined(reason="REASON_DO_NOT_HONOUR"))
        return super().authorise(till, request, mode)


class TakesUnknownFields(Desk):
    def authorise(self, till: Till, request: pb.AuthoriseRequest, mode: Mode) -> pb.AuthoriseResponse:
        known = _copy(request)
        known.DiscardUnknownFields()
        return super().authorise(till, known, mode)


def _keep(desk: Desk, till: Till, entry: Entry) -> None:
    with desk._ledger.transaction():  # noqa: SLF001 - a broken desk is a desk
        desk._ledger.keep(till, entry)  # noqa: SLF001 - as above


def _copy(request: Request) -> Request:
    made = type(request)()
    made.CopyFrom(request)
    return made
