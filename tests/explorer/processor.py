"""The simulated processor: SALE.md's "what the processor must do", with a switch for each duty that may be broken.

Bytes in, bytes out, one request at a time, its own clock. It is written apart from hw_sim's; a test holds the two
together. Nothing here chooses: what the network does to a request is the line's business, what an issuer says the
story's.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pos_bridge.protocol import processor_v1_pb2 as pb
from tests.explorer.duties import Duties, Held, Verdict, approve

APPROVAL_CODE = int("PB7K2Q", 36)  # on every approval: it may not be found in a journal
LIFE_MS = 7 * 86_400_000
PROMISED_MS = 45_000  # the longest that a till may let an Authorise be on its way
RETENTION_DAYS = 400

_STATES = {
    "authorised": pb.LookUpResponse.STATE_AUTHORISED,
    "captured": pb.LookUpResponse.STATE_CAPTURED,
    "declined": pb.LookUpResponse.STATE_DECLINED,
    "reversed": pb.LookUpResponse.STATE_REVERSED,
    "refunded": pb.LookUpResponse.STATE_REFUNDED,
    "tombstone": pb.LookUpResponse.STATE_TOMBSTONE,
}


class UnansweredError(Exception):
    """It gives no answer now: the caller sees an unavailable service."""


_Kind = type[pb.AuthoriseResponse] | type[pb.RefundResponse] | type[pb.CaptureResponse]


class Processor:
    """`cards`: which card a ciphertext is of, as whoever sealed it knows. `clock`: its own, milliseconds."""

    def __init__(self, duties: Duties, clock: Callable[[], int], cards: dict[bytes, tuple[int, bool]]) -> None:
        self.duties = duties
        self.clock = clock
        self.cards = cards
        self.held: dict[bytes, Held] = {}
        self.fence = 0
        self.epoch = 1
        self.seen = (0, bytes(32))
        self.verdict: Verdict = approve
        self.unseen_since: dict[bytes, int] = {}
        self._methods: dict[str, Callable[[bytes], bytes]] = {
            "OpenSession": self._open_session,
            "GetTime": lambda _: pb.GetTimeResponse(now_ms=self.clock()).SerializeToString(),
            "GetSealingKeys": lambda _: SEALING_KEYS,
            "Authorise": self._authorise,
            "Capture": self._capture,
            "ReverseByKey": self._reverse,
            "Refund": self._refund,
            "LookUp": self._look_up,
            "Reconcile": self._reconcile,
        }

    def serve(self, method: str, data: bytes) -> bytes:
        """Raises UnansweredError."""
        return self._methods[method](data)

    # ---- for whoever tells a story ----

    def close_batch(self) -> None:
        for key, held in self.held.items():
            if held.state in {"captured", "refunded"}:
                self.held[key] = replace(held, settled=True)

    def restore(self, held: dict[bytes, Held]) -> None:
        """The ledger is replaced by an older one: another epoch, and what was seen since is gone."""
        self.held = dict(held)
        self.epoch += 1

    def refunded(self, sale: bytes) -> int:
        return sum(held.moved for held in self.held.values() if held.sale == sale)

    # ---- session ----

    def _open_session(self, data: bytes) -> bytes:
        request = pb.OpenSessionRequest.FromString(data)
        seen = self.seen
        self.fence += 1
        self._see(request.journal)
        return pb.OpenSessionResponse(
            fence=self.fence,
            ledger_epoch=self.epoch,
            last_seen=pb.JournalHead(sequence=seen[0], hash=seen[1]),
            now_ms=self.clock(),
            retention_days=RETENTION_DAYS,
        ).SerializeToString()

    def _see(self, head: pb.JournalHead) -> None:
        if self.duties.remembers_rows and head.sequence > self.seen[0]:
            self.seen = (head.sequence, head.hash)

    def _in_session(self, context: pb.Context) -> bool:
        self._see(context.journal)
        return context.fence == self.fence

    # ---- money ----

    def _authorise(self, data: bytes) -> bytes:
        ask = pb.AuthoriseRequest.FromString(data)
        if not self._in_session(ask.context):
            return self._refused(pb.AuthoriseResponse, ask.key, "FENCED")
        request = _digest(ask)
        known = self.held.get(ask.key)
        if known is not None:
            return self._again(pb.AuthoriseResponse, ask.key, known, request)
        if self.duties.obeys_not_after and self.clock() > ask.not_after_ms:
            return self._refused(pb.AuthoriseResponse, ask.key, "LATE")
        card, interac = self.cards[ask.payment.room.ciphertext]
        cents = self.verdict(card, ask.amount.cents, ask.partial_ok)
        one_message = ask.flow == pb.AuthoriseRequest.FLOW_ONE_MESSAGE
        held = Held(
            state=("captured" if one_message else "authorised") if cents else "declined",
            request=request,
            cents=cents,
            asked=ask.amount.cents,
            captured=cents if one_message else 0,
            interac=interac,
            card=card,
            began_ms=self.clock(),
        )
        self.held[ask.key] = held
        return self._answer(pb.AuthoriseResponse, ask.key, held)

    def _again(self, kind: _Kind, key: bytes, known: Held, request: bytes) -> bytes:
        """The same request again is given the same answer, and nothing is done."""
        if known.ended:
            return self._refused(kind, key, "KEY_ENDED")
        if known.request != request:
            return self._refused(kind, key, "KEY_REUSED")
        if not self.duties.idempotent and known.stands:
            known = self.held[key] = replace(known, times=known.times + 1)
        return self._answer(kind, key, known)

    def _capture(self, data: bytes) -> bytes:
        ask = pb.CaptureRequest.FromString(data)
        why = self._capture_fault(ask)
        if why is not None:
            return self._refused(pb.CaptureResponse, ask.key, why)
        held = self.held[ask.key]
        self.held[ask.key] = replace(held, state="captured", captured=ask.amount.cents)
        return pb.CaptureResponse(key=ask.key, now_ms=self.clock(), captured=pb.Done()).SerializeToString()

    def _capture_fault(self, ask: pb.CaptureRequest) -> str | None:
        if not self._in_session(ask.context):
            return "FENCED"
        held = self.held.get(ask.key)
        if held is None:
            return "NOT_SEEN"
        if held.ended:
            return "KEY_ENDED"
        if held.sale or held.state not in {"authorised", "captured"}:
            return "WRONG_STATE"
        if ask.amount.cents > held.cents:
            return "EXCEEDS"
        if held.state == "captured":
            return None if held.captured == ask.amount.cents else "WRONG_STATE"
        return "WRONG_STATE" if self.clock() - held.began_ms > LIFE_MS else None

    def _reverse(self, data: bytes) -> bytes:
        ask = pb.ReverseByKeyRequest.FromString(data)
        outcome = self._undo(ask.key) if self._in_session(ask.context) else "FENCED"
        answer = pb.ReverseByKeyResponse(key=ask.key, now_ms=self.clock(), outcome=f"OUTCOME_{outcome}")
        return answer.SerializeToString()

    def _undo(self, key: bytes) -> str:
        held = self.held.get(key)
        if held is None:
            if self.duties.waits_until_late:
                since = self.unseen_since.setdefault(key, self.clock())
                if self.clock() <= since + PROMISED_MS:
                    raise UnansweredError
            if self.duties.tombstones:
                self.held[key] = Held("tombstone", ended=True)
            return "TOMBSTONED"
        match held.state:
            case "tombstone":
                return "TOMBSTONED"
            case "declined":
                self.held[key] = replace(held, ended=True)
                return "WAS_DECLINED"
            case "reversed":
                return "REVERSED"
            case _ if held.settled or self.refunded(key):
                return "CARD_NEEDED" if held.interac else "TOO_LATE"
            case _:
                self.held[key] = replace(held, state="reversed", ended=True)
                return "REVERSED"

    def _refund(self, data: bytes) -> bytes:
        ask = pb.RefundRequest.FromString(data)
        if not self._in_session(ask.context):
            return self._refused(pb.RefundResponse, ask.key, "FENCED")
        request = _digest(ask)
        known = self.held.get(ask.key)
        if known is not None:
            return self._again(pb.RefundResponse, ask.key, known, request)
        if self.duties.obeys_not_after and self.clock() > ask.not_after_ms:
            return self._refused(pb.RefundResponse, ask.key, "LATE")
        card, interac = self.cards[ask.payment.room.ciphertext] if ask.HasField("payment") else (None, False)
        why = self._refund_fault(ask, card)
        cents = 0 if why is not None else self.verdict(card, ask.amount.cents, False)
        held = Held(
            state="refunded" if cents else "declined",
            request=request,
            cents=cents,
            asked=ask.amount.cents,
            interac=interac,
            card=card,
            sale=ask.sale_key,
            refusal=why,
            began_ms=self.clock(),
        )
        self.held[ask.key] = held
        return self._answer(pb.RefundResponse, ask.key, held)

    def _refund_fault(self, ask: pb.RefundRequest, card: int | None) -> str | None:
        sale = self.held.get(ask.sale_key)
        if sale is None or sale.state == "tombstone":
            return "NOT_SEEN"
        if sale.sale or sale.state != "captured":
            return "WRONG_STATE"
        if sale.interac and card is None:
            return "CARD_NEEDED"
        if card is not None and card != sale.card:
            return "OTHER_CARD"
        return "EXCEEDS" if ask.amount.cents > sale.captured - self.refunded(ask.sale_key) else None

    # ---- reading ----

    def _look_up(self, data: bytes) -> bytes:
        key = pb.LookUpRequest.FromString(data).key
        held = self.held.get(key)
        answer = pb.LookUpResponse(key=key, now_ms=self.clock(), ledger_epoch=self.epoch)
        answer.state = pb.LookUpResponse.STATE_NOT_SEEN if held is None else _STATES[held.state]
        if held is not None and held.cents:
            receipt = answer.receipt
            receipt.amount.cents, receipt.amount.currency = held.cents, 124
            receipt.approval_code, receipt.last_four = APPROVAL_CODE, 5119
            card = self.held[held.sale] if held.sale else held
            receipt.brand = pb.BRAND_INTERAC if card.interac else pb.BRAND_VISA
            receipt.entry_mode = pb.ENTRY_MODE_CHIP if card.interac else pb.ENTRY_MODE_MAGSTRIPE
        return answer.SerializeToString()

    def _reconcile(self, data: bytes) -> bytes:
        since = pb.ReconcileRequest.FromString(data).from_ms
        answer = pb.ReconcileResponse(now_ms=self.clock(), ledger_epoch=self.epoch)
        for key, held in self.held.items():
            if held.state != "tombstone" and held.began_ms >= since:
                answer.legs.add(
                    key=key,
                    kind=pb.HeldLeg.KIND_REFUND if held.sale else pb.HeldLeg.KIND_SALE,
                    state=_STATES[held.state],
                    amount=pb.Money(cents=held.cents or held.asked, currency=124),
                    begun_ms=held.began_ms,
                )
        return answer.SerializeToString()

    # ---- answers ----

    def _answer(self, kind: _Kind, key: bytes, held: Held) -> bytes:
        if held.refusal is not None:
            return self._refused(kind, key, held.refusal)
        answer: Any = kind(key=key, now_ms=self.clock())
        if held.state == "declined":
            answer.declined.reason = pb.Declined.REASON_DO_NOT_HONOUR
        else:
            answer.approved.amount.cents, answer.approved.amount.currency = held.cents, 124
            answer.approved.approval_code = APPROVAL_CODE
        return bytes(answer.SerializeToString())

    def _refused(self, kind: _Kind, key: bytes, why: str) -> bytes:
        answer: Any = kind(key=key, now_ms=self.clock())
        answer.refused.reason = pb.Refused.Reason.Value(f"REASON_{why}")
        return bytes(answer.SerializeToString())


def _digest(ask: pb.AuthoriseRequest | pb.RefundRequest) -> bytes:
    """What recognises a resend: everything but who asks, and until when."""
    rest = type(ask).FromString(ask.SerializeToString())
    rest.ClearField("context")
    rest.ClearField("not_after_ms")
    return hashlib.sha256(rest.SerializeToString(deterministic=True)).digest()


SEALING_KEYS = pb.GetSealingKeysResponse(
    keys=[
        pb.SealingKey(key_id=bytes(8), epoch=1, not_after_s=4_000_000_000, public_key=bytes(1216), signature=bytes(64))
    ]
).SerializeToString()
