"""The desk: takes one request at a time from a known till and gives its answer once the ledger holds what was done.

Joins rules, ledger, keys and issuer. Knows no network: what the line does to a request or an answer is not its
business. Used from one thread, which is how two requests about one key never overlap.
"""

import secrets
from collections.abc import Callable

from hw_sim.cards import BY_NUMBER
from hw_sim.processor import answers, asks, issuer, rules
from hw_sim.processor.asks import KEY_LENGTH, Context, MalformedError
from hw_sim.processor.clock import Clock, yymm
from hw_sim.processor.facts import (
    APPROVAL_CODES,
    Approved,
    Decision,
    Declined,
    Done,
    Entry,
    Head,
    Refusal,
    Refused,
    Reversal,
    State,
)
from hw_sim.processor.folder import Till
from hw_sim.processor.ledger import Ledger
from hw_sim.processor.listing import listing
from hw_sim.processor.modes import Mode
from hw_sim.processor.payment import Keys, is_bound, open_payment
from hw_sim.processor.track import ClearCard, UnreadableError
from pos_bridge.protocol import processor_v1_pb2 as pb

RETENTION_DAYS = 3650  # this ledger forgets nothing; a decade outlasts any chargeback window
MAX_LISTED = 200  # legs of one answer to Reconcile (processor_v1.proto)


class Desk:
    def __init__(
        self,
        ledger: Ledger,
        keys: Keys,
        signed_keys: Callable[[], pb.SealingKey],
        clock: Clock,
    ) -> None:
        self._ledger = ledger
        self._keys = keys
        self._signed_keys = signed_keys
        self._clock = clock
        self._epoch = ledger.epoch()
        self._retention_days = RETENTION_DAYS

    # ---- session, time, keys ----

    def open_session(self, till: Till, request: pb.OpenSessionRequest) -> pb.OpenSessionResponse:
        head = asks.open_session(request)
        with self._ledger.transaction():
            seen = self._ledger.last_seen(till.name)
            fence = self._ledger.raise_fence(till.name)
            self._ledger.see(till.name, head)
        return self._session(fence, seen)

    def _session(self, fence: int, seen: Head) -> pb.OpenSessionResponse:
        return pb.OpenSessionResponse(
            fence=fence,
            ledger_epoch=self._epoch,
            last_seen=pb.JournalHead(sequence=seen.sequence, hash=seen.hash),
            now_ms=self._clock(),
            retention_days=self._retention_days,
        )

    def get_time(self) -> pb.GetTimeResponse:
        return pb.GetTimeResponse(now_ms=self._clock())

    def sealing_keys(self) -> pb.GetSealingKeysResponse:
        return pb.GetSealingKeysResponse(keys=[self._signed_keys()])

    # ---- money ----

    def authorise(self, till: Till, request: pb.AuthoriseRequest, mode: Mode) -> pb.AuthoriseResponse:
        try:
            ask = asks.authorise(request)
        except MalformedError:
            answer: Approved | Declined | Refused = Refused(Refusal.MALFORMED)
        else:
            with self._ledger.transaction():
                answer = self._authorise(till, ask, mode)
        return answers.authorise(_echo(request.key), self._clock(), answer)

    def _authorise(self, till: Till, ask: asks.Authorise, mode: Mode) -> Approved | Declined | Refused:
        if not self._in_session(till, ask.context):
            return Refused(Refusal.FENCED)
        known = self._ledger.find(till.merchant, ask.key)
        if known is not None:  # before any other check: a resend is answered as the first one was
            return rules.repeat(known, ask.request)
        now = self._clock()
        if now > ask.not_after_ms:
            return Refused(Refusal.LATE)
        if not is_bound(ask, ask.card, till.terminal):
            return Refused(Refusal.BINDING)
        try:
            card = open_payment(ask, ask.card, self._keys)
            self._use_up(ask.card.payment, card)
        except UnreadableError:
            return Refused(Refusal.UNREADABLE)
        number = issuer.published_number(card)
        decision = issuer.decide_sale(card, ask.money.cents, mode, yymm(now), self._counter(number))
        self._see_counter(number, decision)
        entry = rules.charge(ask, number, decision, _approval_code(), now)
        self._ledger.keep(till, entry)
        return rules.settled_answer(entry)

    def _counter(self, number: str | None) -> int:
        return 0 if number is None else self._ledger.counter(number)

    def _see_counter(self, number: str | None, decision: Decision) -> None:
        if number is not None and decision.counter is not None:
            self._ledger.see_counter(number, decision.counter)

    def _use_up(self, payment: asks.RoomSealed | asks.ReaderSealed, card: ClearCard) -> None:
        """What a reader or PIN pad encrypted pays once, whatever the key: a recorded one buys nothing.

        Raises UnreadableError.
        """
        serials = [payment.ksn] if isinstance(payment, asks.ReaderSealed) else []
        if card.chip is not None and card.pin is not None:
            serials.append(card.chip["DF01"])
        if not all(self._ledger.use_ksn(serial) for serial in serials):
            raise UnreadableError("this key serial number was used before")

    def capture(self, till: Till, request: pb.CaptureRequest) -> pb.CaptureResponse:
        try:
            ask = asks.capture(request)
        except MalformedError:
            answer: Done | Refused = Refused(Refusal.MALFORMED)
        else:
            with self._ledger.transaction():
                answer = self._capture(till, ask)
        return answers.capture(_echo(request.key), self._clock(), answer)

    def _capture(self, till: Till, ask: asks.Capture) -> Done | Refused:
        if not self._in_session(till, ask.context):
            return Refused(Refusal.FENCED)
        known = self._ledger.find(till.merchant, ask.key)
        outcome = rules.capture(known, ask, self._clock())
        if isinstance(outcome, Refused):
            return outcome
        if outcome != known:
            self._ledger.keep(till, outcome)
        return Done()

    def reverse(self, till: Till, request: pb.ReverseByKeyRequest) -> pb.ReverseByKeyResponse:
        """Raises MalformedError: this answer has no word for it."""
        ask = asks.reverse(request)
        with self._ledger.transaction():
            outcome = self._reverse(till, ask)
        return answers.reverse(ask.key, self._clock(), outcome)

    def _reverse(self, till: Till, ask: asks.Reverse) -> Reversal:
        if not self._in_session(till, ask.context):
            return Reversal.FENCED
        known = self._ledger.find(till.merchant, ask.key)
        refunded = self._ledger.refunded_cents(till.merchant, ask.key)
        entry, outcome = rules.reverse(known, ask.key, refunded)
        if entry != known:
            self._ledger.keep(till, entry)
        return outcome

    def refund(self, till: Till, request: pb.RefundRequest, mode: Mode) -> pb.RefundResponse:
        try:
            ask = asks.refund(request)
        except MalformedError:
            answer: Approved | Declined | Refused = Refused(Refusal.MALFORMED)
        else:
            with self._ledger.transaction():
                answer = self._refund(till, ask, mode)
        return answers.refund(_echo(request.key), self._clock(), answer)

    def _refund(self, till: Till, ask: asks.Refund, mode: Mode) -> Approved | Declined | Refused:
        if not self._in_session(till, ask.context):
            return Refused(Refusal.FENCED)
        known = self._ledger.find(till.merchant, ask.key)
        if known is not None:
            return rules.repeat(known, ask.request)
        now = self._clock()
        if now > ask.not_after_ms:
            return Refused(Refusal.LATE)
        card = None
        if ask.card is not None:
            if not is_bound(ask, ask.card, till.terminal):
                return Refused(Refusal.BINDING)
            try:
                card = open_payment(ask, ask.card, self._keys)
                self._use_up(ask.card.payment, card)
            except UnreadableError:
                return Refused(Refusal.UNREADABLE)
        number = None if card is None else issuer.published_number(card)
        sale = self._ledger.find(till.merchant, ask.sale_key)
        refunded = self._ledger.refunded_cents(till.merchant, ask.sale_key)
        decision: Decision | Refusal | None = rules.check_refund(ask, sale, refunded, number)
        if decision is None:
            decision = issuer.decide_refund(card, ask.money.cents, mode, self._counter(number))
            self._see_counter(number, decision)
        entry = rules.refund(ask, number, decision, _approval_code(), now)
        self._ledger.keep(till, entry)
        return rules.settled_answer(entry)

    def look_up(self, till: Till, request: pb.LookUpRequest) -> pb.LookUpResponse:
        """Raises MalformedError: this answer has no word for it."""
        key = asks.look_up(request)
        entry = self._ledger.find(till.merchant, key)
        state = pb.LookUpResponse.STATE_NOT_SEEN if entry is None else answers.STATES[entry.state]
        answer = pb.LookUpResponse(key=key, now_ms=self._clock(), ledger_epoch=self._epoch, state=state)
        if entry is not None and entry.approved is not None:
            answer.receipt.CopyFrom(self._receipt(till, entry))
        return answer

    def look_up_running(self, request: pb.LookUpRequest) -> pb.LookUpResponse:
        """The look-up of a key whose request is being processed at this moment. Raises MalformedError.

        The one call that may come from another thread: it does not wait for the ledger.
        """
        key = asks.look_up(request)
        return pb.LookUpResponse(
            key=key,
            now_ms=self._clock(),
            ledger_epoch=self._epoch,
            state=pb.LookUpResponse.STATE_IN_PROGRESS,
        )

    def reconcile(self, till: Till, request: pb.ReconcileRequest) -> pb.ReconcileResponse:
        """Raises MalformedError: also for going on behind a key that is none of this till's."""
        ask = asks.reconcile(request)
        found = self._ledger.of_till(till, ask.from_ms, ask.after, MAX_LISTED + 1)
        if found is None:
            raise MalformedError("the listing goes on behind a key of this till")
        return pb.ReconcileResponse(
            now_ms=self._clock(),
            ledger_epoch=self._epoch,
            legs=[answers.held(entry) for entry in found[:MAX_LISTED]],
            more=len(found) > MAX_LISTED,
        )

    def _receipt(self, till: Till, entry: Entry) -> pb.ReceiptFacts:
        """A refund's receipt shows the card of its sale, and how it was read: for the refund, or else for the sale."""
        sale = self._ledger.find(till.merchant, entry.sale_key) if entry.sale_key is not None else entry
        assert sale is not None, "a refund was checked against its sale and nothing is ever deleted"
        assert sale.card is not None, "only published cards are approved"
        return answers.receipt(entry, BY_NUMBER[sale.card], entry.entry_mode or sale.entry_mode)

    def _in_session(self, till: Till, context: Context) -> bool:
        """Notes the journal row shown, then says whether the call belongs to the till's one session.

        A number never given out (of a ledger before it was restored) is as foreign as an old one.
        """
        self._ledger.see(till.name, context.head)
        return context.fence == self._ledger.fence(till.name) != 0

    # ---- for whoever runs the simulation ----

    def listing(self) -> bytes:
        """All the ledger holds, a JSON list in order of arrival."""
        return listing(self._ledger.entries())

    def settle(self) -> None:
        """Close the batch: what is captured or refunded can only be refunded from now on."""
        with self._ledger.transaction():
            self._ledger.settle()

    def expire(self) -> None:
        """Let every hold that is not captured run out."""
        with self._ledger.transaction():
            self._ledger.lapse()

    def renew_epoch(self) -> None:
        with self._ledger.transaction():
            self._ledger.renew_epoch()
        self._epoch = self._ledger.epoch()

    def advertise(self, retention_days: int) -> None:
        """Say that keys are kept so long. They are kept for ever all the same."""
        self._retention_days = retention_days


def _approval_code() -> int:
    return secrets.randbelow(APPROVAL_CODES)


def _echo(key: bytes) -> bytes:
    """The key as asked, unless it is not one: bytes of any length are not sent back."""
    return key if len(key) == KEY_LENGTH else b""


assert set(answers.STATES) == set(State), "every state has its word in LookUp"
