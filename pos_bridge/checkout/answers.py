"""What a till is told about a leg that the journal has: the one table of it, for every state of every kind of leg.

Never more than what is known: *not paid* and *not refunded* are final, so they are told only where nothing can stand in
the end (docs/decisions/0012).
"""

from dataclasses import replace

from pos_bridge.checkout.ports import Journal, Processor
from pos_bridge.domain.authorisation import ReceiptFacts
from pos_bridge.domain.card import CardFacts
from pos_bridge.domain.ledger import JournalUnwritableError, KnownLeg, KnownRequest
from pos_bridge.domain.leg import APPROVED_STATES, OWED, TAKEN_BACK_STATES, Cause, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import (
    AlreadyApproved,
    Closed,
    NotPaid,
    NotRefunded,
    Outcome,
    PaidByCard,
    PaidInCash,
    Refunded,
    RefundedInCash,
    RefundOutcome,
    Running,
    Voided,
)
from pos_bridge.domain.session import Trust

OfSale = PaidByCard | PaidInCash | NotPaid | Running
OfRefund = Refunded | RefundedInCash | NotRefunded | Running
OfVoid = Voided | NotRefunded | Running

# Why a payment is undone that the till itself, its customer, the clock or this machine gave up: told as that. Any other
# reason is that of a machine elsewhere, and the till was told that there was no answer.
_TOLD_AS = {cause: cause for cause in (Cause.CANCELLED, Cause.UNCONFIRMED, Cause.CARD_REFUSED)} | {
    Cause.SURROUNDINGS: Cause.UNFIT_SINCE,
}


_PAID = frozenset({State.CAPTURED, State.CAPTURE_LOST})
_PAID_AS_WRITTEN = frozenset({State.AUTHORISED, State.CAPTURING})  # what became of it is not known: not of an old copy
_NOT_PAID = TAKEN_BACK_STATES | {State.DECLINED, State.ENDED}
# Nothing of it will stand, if this journal is not an old copy. INTENT: of a sale that runs no more.
_BEING_UNDONE = frozenset({State.INTENT, State.REVERSING, State.GIVING_BACK})

_REFUND_KNOWN = frozenset(
    {State.REFUNDED, State.CASH_REFUNDED, State.REFUND_DECLINED, State.ENDED, State.REVERSED},
)


def undone(cause: Cause | None) -> Cause:
    """What a till is told of the cause of a payment that is being reversed, then, later, and after a restart."""
    return Cause.NO_ANSWER if cause is None else _TOLD_AS.get(cause, Cause.NO_ANSWER)


class Answers:
    """Of one run: `in_doubt` are legs whose newest step may be on disk or not, so that their state says nothing."""

    def __init__(self, journal: Journal, processor: Processor) -> None:
        self._journal = journal
        self._processor = processor
        self.in_doubt: set[LegKey] = set()

    async def to(self, known: KnownRequest) -> OfSale | OfRefund | OfVoid | Closed:
        """The answer to a request of an earlier run, or of this one whose answer is not remembered."""
        if known.leg is None:  # one that opened a leg which cannot be found (a damaged file) may have been paid
            return Running() if known.content else Closed()
        return _of_void(known.leg) if known.void else await self.of(known.leg)

    async def of(self, leg: KnownLeg) -> OfSale | OfRefund:
        """What became of a leg, with what a receipt needs again from the processor."""
        if leg.kind is not Kind.SALE:
            return await self._of_refund(leg)
        answer = await self._of_sale(leg)
        if isinstance(answer, PaidByCard | PaidInCash):
            return replace(answer, remaining=await self._remaining(leg.key))
        return answer

    async def _remaining(self, key: LegKey) -> int | None:
        """Cents that are due now of the split tender that the leg is part of, if it is."""
        try:
            basket = await self._journal.basket_of(key)
        except JournalUnwritableError:
            return None
        return None if basket is None else basket.basket.remaining

    async def still(self, told: Outcome | RefundOutcome) -> Outcome | RefundOutcome:
        """An answer that was given, unless its payment was undone since (not confirmed, or its basket cancelled)."""
        if not isinstance(told, PaidByCard):
            return told
        try:
            leg = await self._journal.find_leg(told.key)
        except JournalUnwritableError:
            return told
        if leg is None or leg.state in APPROVED_STATES or leg.cause is Cause.VOIDED:
            return replace(told, confirm=leg is not None and leg.state is State.AUTHORISED)
        return await self.of(leg)

    async def repeated(self, sale: bytes) -> AlreadyApproved | Running | None:
        """What speaks against moving the same money (TillKeys.sale) by another request: that it moved, or may have.

        Raises JournalUnwritableError.
        """
        first = await self._journal.approved_untold(sale)
        if first is not None:
            return AlreadyApproved(first)
        for key in await self._journal.requests_of_sale(sale):
            leg = await self._journal.find_leg(key)
            told = Running() if leg is None else self._not_known(leg)
            if told is not None:
                return told
        return None

    def _not_known(self, leg: KnownLeg) -> Running | None:
        """As `of`, without what only a receipt needs."""
        if leg.kind is not Kind.SALE:
            return None if leg.state in _REFUND_KNOWN else _running(leg)
        found = _of_cash_sale(leg) if leg.tender is Tender.CASH else self._of_card_sale(leg)
        return found if isinstance(found, Running) else None

    # ---- sales ----

    async def _of_sale(self, leg: KnownLeg) -> OfSale:
        if leg.tender is Tender.CASH:
            return _of_cash_sale(leg)
        found = self._of_card_sale(leg)
        return await self._paid(leg, found) if isinstance(found, Amount) else found

    def _of_card_sale(self, leg: KnownLeg) -> Amount | NotPaid | Running:
        """An amount: it was paid."""
        trust = self._processor.trust()
        voided = leg.cause is Cause.VOIDED and leg.state in {State.REVERSING, State.REVERSED}  # has its own answer
        known = leg.state in _PAID or (leg.state in _PAID_AS_WRITTEN and trust is not Trust.ROLLED_BACK)
        if (known or voided) and leg.approved is not None:
            return leg.approved
        owed = leg.state is State.UNRESOLVED and leg.cause in OWED
        undone_for_sure = trust is Trust.TRUSTED and leg.key not in self.in_doubt
        if leg.state in _NOT_PAID or owed or (leg.state in _BEING_UNDONE and undone_for_sure):
            return NotPaid(leg.key, _why_not(leg))
        return _running(leg)

    async def _paid(self, leg: KnownLeg, approved: Amount) -> PaidByCard:
        code, card = _of(await self._processor.receipt_facts(leg.key))
        return PaidByCard(leg.key, leg.amount, approved, code, card, confirm=leg.state is State.AUTHORISED)

    # ---- refunds ----

    async def _of_refund(self, leg: KnownLeg) -> OfRefund:
        match leg.state:
            case State.REFUNDED if leg.sale_key is not None:
                code, card = _of(await self._processor.receipt_facts(leg.key))
                return Refunded(leg.key, leg.sale_key, leg.approved or leg.amount, code, card)
            case State.CASH_REFUNDED if leg.due is not None:
                return RefundedInCash(leg.key, leg.amount, leg.due)
            case State.REFUND_DECLINED | State.ENDED:
                return NotRefunded(leg.key, leg.cause or Cause.NO_ANSWER)
            case State.REVERSED:
                return NotRefunded(leg.key, undone(leg.cause))
            case _:
                # REVERSING too: a refund whose reversal comes too late stands, and no refund undoes it.
                return _running(leg)


def _why_not(leg: KnownLeg) -> Cause:
    if leg.state in {State.INTENT, State.REVERSING, State.REVERSED}:
        return undone(leg.cause)
    return leg.cause or Cause.NO_ANSWER


def _of_cash_sale(leg: KnownLeg) -> PaidInCash | NotPaid | Running:
    match leg.state:
        case State.CASH_TAKEN if leg.due is not None:
            return PaidInCash(leg.key, leg.amount, leg.due)
        case State.CASH_CANCELLED:
            return NotPaid(leg.key, leg.cause or Cause.CANCELLED)
        case _:
            return Running()  # CASH_DUE: the cashier says what became of it


def _of_void(leg: KnownLeg) -> OfVoid:
    """The answer to the request that took a sale back, by where that sale stands now."""
    match leg.state:
        case State.REVERSED | State.GIVEN_BACK:
            return Voided(leg.key, leg.approved or leg.amount)
        case State.CAPTURED | State.CAPTURE_LOST | State.CAPTURING | State.AUTHORISED:
            return NotRefunded(leg.key, leg.cause or Cause.WRONG_STATE)  # it stands as it did
        case _:
            return _running(leg)


def _running(leg: KnownLeg) -> Running:
    return Running(person=leg.state is State.UNRESOLVED)


def _of(facts: ReceiptFacts | None) -> tuple[str | None, CardFacts | None]:
    return (None, None) if facts is None else (facts.approval_code, facts.card)
