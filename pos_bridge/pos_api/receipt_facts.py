"""What the receipts of an outcome tell: of a payment, of a refund, of a reversal, and of one that was not made."""

from dataclasses import replace
from datetime import datetime

from pos_bridge.domain.identity import ChoiceKind
from pos_bridge.domain.leg import Cause
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import (
    AlreadyApproved,
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
from pos_bridge.pos_api.kept import Kept
from pos_bridge.pos_api.receipt import ReceiptFacts
from pos_bridge.pos_api.receipt_label import Label
from pos_bridge.pos_api.said import Instead, Situation
from pos_bridge.pos_api.said_of_causes import HOLD_MAY_SHOW

# Why nothing moved, where a receipt says so: somebody said no, or let it be. Anything else is told the cashier.
_REASONS = {
    Cause.ISSUER: Label.DECLINED,
    Cause.PROCESSOR: Label.DECLINED,
    Cause.WAS_DECLINED: Label.DECLINED,
    Cause.CHIP_DECLINED: Label.DECLINED,
    Cause.CARD_REFUSED: Label.DECLINED,
    Cause.CARD_BLOCKED: Label.DECLINED,
    Cause.ABORTED: Label.CANCELLED,
    Cause.NO_CARD: Label.CANCELLED,
    Cause.CARD_REMOVED: Label.CANCELLED,
    Cause.CANCELLED: Label.CANCELLED,
    Cause.UNCONFIRMED: Label.CANCELLED,
}

Answerable = Outcome | RefundOutcome | Instead


def own_key(context: Kept, outcome: Answerable) -> LegKey | None:
    """The leg that the request opened, if it did. A void has none: it is a step of the sale that it takes back."""
    match outcome:
        case PaidByCard(key) | PaidInCash(key) | NotPaid(key) | Refunded(key) | RefundedInCash(key):
            return key
        case NotRefunded(key) if key is not None and context.original is not None:
            return None if str(key) == context.original[0] else key
        case NotRefunded(key):
            return key
        case _:
            return None


def receipt_facts(context: Kept, outcome: Answerable, *, vault_silent: bool = False) -> ReceiptFacts:
    """`vault_silent`: what is kept of the customer cannot be told now."""
    at, key = datetime.fromisoformat(context.stamp), own_key(context, outcome)
    if context.kind.gives_back:
        facts = _of_a_refund(at, key, context, outcome)
        original = None if context.original is None else context.original[0]
        return replace(facts, original=facts.original or original, reason=_reason(outcome), taxes=context.taxes)
    facts = _of_a_payment(at, key, context, outcome)
    kept_of_you = None if vault_silent else _kept_of_you(context, outcome)
    return replace(facts, reason=_reason(outcome), taxes=context.taxes, kept_of_you=kept_of_you)


def _reason(outcome: Answerable) -> Label | None:
    return _REASONS.get(outcome.cause) if isinstance(outcome, NotPaid | NotRefunded) else None


def _kept_of_you(context: Kept, outcome: Answerable) -> frozenset[ChoiceKind] | None:
    """What is kept of a choice, said where it is certain: a vault that has not taken all may do so yet."""
    match outcome:
        case PaidByCard(known=known) | PaidInCash(known=known) if context.kinds <= known:
            return known
        case _:
            return None


def _of_a_payment(at: datetime, key: LegKey | None, context: Kept, outcome: Answerable) -> ReceiptFacts:
    match outcome:
        case PaidByCard(_, asked, approved, code, card):
            label = Label.APPROVED if approved == asked else Label.PARTLY
            facts = ReceiptFacts(at, label, key, approved.cents, asked.cents, card=card, approval_code=code)
            return replace(facts, remaining=outcome.remaining, chip=outcome.chip)
        case PaidInCash(_, exact, due):
            return ReceiptFacts(at, Label.PAID, key, due, exact.cents, cash=True, remaining=outcome.remaining)
        case NotPaid(_, cause) if not _open(outcome):
            note = Label.HOLD if cause in HOLD_MAY_SHOW else None
            return ReceiptFacts(at, Label.NOT_PAID, key, asked=context.cents, note=note, chip=outcome.chip)
        case AlreadyApproved(first):
            return ReceiptFacts(at, Label.PAID_BEFORE, first, asked=context.cents)
        case _:
            if _open(outcome):
                return ReceiptFacts(at, Label.NOT_KNOWN, key, asked=context.cents, note=Label.ASK_LATER)
            return ReceiptFacts(at, Label.NOT_PAID, key, asked=context.cents)


def _of_a_refund(at: datetime, key: LegKey | None, context: Kept, outcome: Answerable) -> ReceiptFacts:
    match outcome:
        case Refunded(_, sale, amount, code, card):
            facts = ReceiptFacts(at, Label.REFUNDED, key, amount.cents, card=card, approval_code=code)
            facts = replace(facts, title=Label.REFUND, original=str(sale), note=Label.SHOWS_LATER)
            return replace(facts, chip=outcome.chip)
        case RefundedInCash(_, exact, due):
            return ReceiptFacts(at, Label.REFUNDED, key, due, exact.cents, cash=True, title=Label.REFUND)
        case AlreadyApproved(first):
            return ReceiptFacts(at, Label.REFUNDED_BEFORE, first, asked=context.cents, title=Label.REFUND)
        case Voided(sale, amount):
            facts = ReceiptFacts(at, Label.VOIDED, total=amount.cents, title=Label.VOID, note=Label.HOLD)
            return replace(facts, original=str(sale))
        case _:
            label = Label.NOT_KNOWN if _open(outcome) else Label.NOT_REFUNDED
            return ReceiptFacts(at, label, key, asked=context.cents, title=Label.REFUND)


def _open(outcome: Answerable) -> bool:
    """Whether it is not known yet how it ended."""
    match outcome:
        case Running() | Instead(situation=Situation.STATE_UNKNOWN):
            return True
        case NotPaid(_, cause) | NotRefunded(_, cause):
            return cause is Cause.IN_DOUBT
        case _:
            return False
