"""Desks that are wrong in what they tell: of sessions, of the time, of a key, of all keys. See broken.py."""

from hw_sim.processor import asks
from hw_sim.processor.desk import Desk
from hw_sim.processor.facts import NO_HASH
from hw_sim.processor.folder import Till
from pos_bridge.protocol import processor_v1_pb2 as pb

_HOUR_MS = 3_600_000
_NAME_FIELD = b"\xfa\x01\x04name"  # field 31, which the protocol does not have


class OneFence(Desk):
    def open_session(self, till: Till, request: pb.OpenSessionRequest) -> pb.OpenSessionResponse:
        fence = self._ledger.fence(till.name)
        if fence == 0:
            return super().open_session(till, request)
        head, seen = asks.open_session(request), self._ledger.last_seen(till.name)
        with self._ledger.transaction():
            self._ledger.see(till.name, head)
        return self._session(fence, seen)


class ForgetsRows(Desk):
    def open_session(self, till: Till, request: pb.OpenSessionRequest) -> pb.OpenSessionResponse:
        answer = super().open_session(till, request)
        answer.last_seen.CopyFrom(pb.JournalHead(sequence=0, hash=NO_HASH))
        return answer


class ShortRetention(Desk):
    def open_session(self, till: Till, request: pb.OpenSessionRequest) -> pb.OpenSessionResponse:
        answer = super().open_session(till, request)
        answer.retention_days = 90
        return answer


class NoEpoch(Desk):
    def look_up(self, till: Till, request: pb.LookUpRequest) -> pb.LookUpResponse:
        answer = super().look_up(till, request)
        answer.ledger_epoch = 0
        return answer


class WrongTime(Desk):
    def get_time(self) -> pb.GetTimeResponse:
        return pb.GetTimeResponse(now_ms=self._clock() + _HOUR_MS)


class NoReceipt(Desk):
    def look_up(self, till: Till, request: pb.LookUpRequest) -> pb.LookUpResponse:
        answer = super().look_up(till, request)
        answer.ClearField("receipt")
        return answer


class TellsAName(Desk):
    def look_up(self, till: Till, request: pb.LookUpRequest) -> pb.LookUpResponse:
        answer = super().look_up(till, request)
        answer.MergeFromString(_NAME_FIELD)
        return answer


class ListsNoReversals(Desk):
    def reconcile(self, till: Till, request: pb.ReconcileRequest) -> pb.ReconcileResponse:
        answer = super().reconcile(till, request)
        kept = [leg for leg in answer.legs if leg.state != pb.LookUpResponse.STATE_REVERSED]
        answer.ClearField("legs")
        answer.legs.extend(kept)
        return answer


class StartsOver(Desk):
    def reconcile(self, till: Till, request: pb.ReconcileRequest) -> pb.ReconcileResponse:
        asks.reconcile(request)
        return super().reconcile(till, pb.ReconcileRequest(from_ms=request.from_ms))
