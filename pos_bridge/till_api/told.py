"""An outcome as a native till is told it: a result, a word for programs, a sentence for the cashier in both languages.

The sentences are those of the nexo side (pos_api/said*.py): a cashier reads the same on whatever till.
"""

from typing import assert_never

from pos_bridge.domain.card import CardFacts
from pos_bridge.domain.identity import ChoiceKind
from pos_bridge.domain.leg import Cause
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import (
    AlreadyApproved,
    BasketCancelled,
    Busy,
    CancelOutcome,
    Closed,
    Confirmation,
    Contradiction,
    NeverSeen,
    NoSuchBasket,
    NoSuchPayment,
    NotApproved,
    NotInBasket,
    NotPaid,
    NotRecordable,
    NotRefunded,
    PaidByCard,
    PaidInCash,
    Refunded,
    RefundedInCash,
    Running,
    Voided,
)
from pos_bridge.pos_api.kept import Kept
from pos_bridge.pos_api.payment_answer import Terminal
from pos_bridge.pos_api.receipt import CUSTOMER, receipts
from pos_bridge.pos_api.receipt_facts import Answerable, receipt_facts
from pos_bridge.pos_api.receipt_text import plain
from pos_bridge.pos_api.said import SITUATIONS, Instead, Situation
from pos_bridge.pos_api.said_of_baskets import BASKET_FAULTS, PAID_IN_FULL, PARTIAL_OF_SPLIT, STILL_DUE
from pos_bridge.pos_api.said_of_refunds import HAND_BACK
from pos_bridge.pos_api.speech import Pairs, filled
from pos_bridge.pos_api.transactions import Answered
from pos_bridge.pos_api.why_not import Undone, situation_of, why_not
from pos_bridge.protocol import till_v1_pb2 as pb
from pos_bridge.till_api.said import NO_SUCH_BASKET, NO_SUCH_PAYMENT, TAKEN_BACK, TAKEN_BACK_AND_CASH
from pos_bridge.words import Words

_MOVEMENT = (PaidByCard, PaidInCash, NotPaid, Refunded, RefundedInCash, Voided, NotRefunded)
_NOT_KNOWN_YET = pb.RESULT_NOT_KNOWN_YET


def outcome_of(terminal: Terminal, answered: Answered) -> pb.Outcome:
    """Of a movement that was asked for: again the same, but for what a restart forgets (a card, what a chip said)."""
    outcome, context = answered.outcome, answered.context
    told = _outcome(outcome, gives_back=context.kind.gives_back)
    told.identity_dropped = context.identity_dropped
    if isinstance(outcome, PaidByCard | PaidInCash):
        told.known.not_known = answered.vault_silent
        told.known.not_kept = not (answered.vault_silent or context.kinds <= outcome.known)
    if isinstance(outcome, _MOVEMENT):
        told.receipts.extend(_receipts(terminal, context, outcome, vault_silent=answered.vault_silent))
    return told


def confirmation_of(outcome: Confirmation) -> pb.Outcome:
    """Of a payment that the till confirmed, or gave up: the money alone. What is known with it was told with it."""
    if isinstance(outcome, NoSuchPayment):
        told = pb.Outcome(result=pb.RESULT_NO_SUCH, cause="no_such_payment")
        return _saying(told, NO_SUCH_PAYMENT)
    told = _outcome(outcome, gives_back=False)
    told.ClearField("known")  # of a member's sale it would say that nothing is
    return told


def not_known(outcome: NeverSeen | Running, *, gives_back: bool) -> pb.Outcome:
    """Of a request that runs, or that nobody made."""
    if isinstance(outcome, Running):
        return _undone(outcome if outcome.person else Instead(Situation.IN_PROGRESS), gives_back=gives_back)
    return _undone(Instead(Situation.NOT_FOUND), gives_back=gives_back)


def basket_of(outcome: CancelOutcome) -> pb.BasketAnswer:
    match outcome:
        case BasketCancelled(cash, open_legs):
            handed = sum(back.due for back in cash)
            said = filled(TAKEN_BACK_AND_CASH, (("cashRefund", handed),)) if handed else TAKEN_BACK
            return pb.BasketAnswer(
                result=pb.RESULT_GIVEN_BACK,
                cash=[pb.CashBack(key=str(back.key), cents=back.exact.cents, cash_cents=back.due) for back in cash],
                open_legs=open_legs,
                text_fr=said.fr,
                text_en=said.en,
            )
        case NoSuchBasket():
            said, result, cause = NO_SUCH_BASKET, pb.RESULT_NO_SUCH, "no_such_basket"
            return pb.BasketAnswer(result=result, cause=cause, text_fr=said.fr, text_en=said.en)
        case NotInBasket() | Busy() | NotRecordable():
            told = _undone(outcome, gives_back=True)
            return pb.BasketAnswer(result=told.result, cause=told.cause, text_fr=told.text_fr, text_en=told.text_en)
        case _:
            assert_never(outcome)


def _outcome(outcome: Answerable, *, gives_back: bool) -> pb.Outcome:
    match outcome:
        case PaidByCard(key=key, asked=asked, approved=approved):
            told = _approved(key, approved.cents, outcome)
            told.confirm = outcome.confirm
            _card(told, outcome.card, outcome.approval_code)
            return _saying_how_much(told, outcome.remaining, partial=approved != asked)
        case PaidInCash(key=key, exact=exact, due=due):
            told = _approved(key, exact.cents, outcome)
            told.cash_cents = due
            return _saying_how_much(told, outcome.remaining, partial=False)
        case Refunded(key=key, amount=amount, approval_code=code, card=card):
            told = _given_back(key, amount.cents)
            _card(told, card, code)
            return told
        case RefundedInCash(key=key, exact=exact, due=due):
            told = _given_back(key, exact.cents)
            told.cash_cents = due
            return _saying(told, filled(HAND_BACK, (("cashRefund", due),)))
        case Voided(sale, amount):
            return _given_back(sale, amount.cents)
        case _:
            return _undone(outcome, gives_back=gives_back)


def _approved(key: LegKey, cents: int, outcome: PaidByCard | PaidInCash) -> pb.Outcome:
    known = pb.Known(
        chouchous=ChoiceKind.CHOUCHOUS in outcome.known,
        home_delivery=ChoiceKind.HOME_DELIVERY in outcome.known,
        points=outcome.points or 0,
    )
    remaining = outcome.remaining or 0
    return pb.Outcome(result=pb.RESULT_APPROVED, key=str(key), cents=cents, remaining_cents=remaining, known=known)


def _given_back(key: LegKey, cents: int) -> pb.Outcome:
    return pb.Outcome(result=pb.RESULT_GIVEN_BACK, key=str(key), cents=cents)


def _saying_how_much(told: pb.Outcome, remaining: int | None, *, partial: bool) -> pb.Outcome:
    """Of a part: that it is one, and what is due. A payment that is all of its sale has nothing to say."""
    pairs: Pairs = () if remaining is None else (("remaining", remaining),)
    if partial:
        said = SITUATIONS[Situation.PARTIAL] if remaining is None else PARTIAL_OF_SPLIT
        told.cause = Situation.PARTIAL.value
        return _saying(told, filled(Words(said.fr, said.en), pairs))
    if remaining is None:
        return told
    return _saying(told, filled(STILL_DUE if remaining else PAID_IN_FULL, pairs))


def _card(told: pb.Outcome, card: CardFacts | None, code: str | None) -> None:
    if card is not None:
        told.card.brand = card.brand.name.lower()
        told.card.last_four = f"{card.last_four:04d}"
        told.card.entry_mode = card.entry_mode.name.lower()
    if code is not None:
        told.card.approval_code = code


def _undone(outcome: Undone, *, gives_back: bool) -> pb.Outcome:
    """What did not move money, or is not known to have."""
    said, pairs = why_not(outcome, gives_back=gives_back)
    told = _saying(pb.Outcome(), filled(Words(said.fr, said.en), pairs))
    match outcome:
        case NotPaid(key, cause) | NotRefunded(key, cause):
            told.result = _NOT_KNOWN_YET if cause is Cause.IN_DOUBT else pb.RESULT_REFUSED
            told.key, told.cause = "" if key is None else str(key), cause.value
        case NotInBasket(fault):
            assert said is BASKET_FAULTS[fault]
            told.result, told.cause = pb.RESULT_REFUSED, fault.value
        case AlreadyApproved(first):
            told.result, told.key = pb.RESULT_PAID_BEFORE, str(first)
            told.cause = Situation.ALREADY_APPROVED.value
        case Instead(situation=situation):
            told.result, told.cause = _INSTEAD.get(situation, pb.RESULT_REFUSED), situation.value
        case Busy():
            told.result, told.cause = pb.RESULT_BUSY, Situation.BUSY.value
        case NotApproved() | Contradiction() | Closed() | NotRecordable():
            told.result, told.cause = _RESULTS[type(outcome)], situation_of(outcome).value
        case Running(person=person):
            told.result = _NOT_KNOWN_YET
            told.cause = Cause.IN_DOUBT.value if person else Situation.STATE_UNKNOWN.value
        case _:
            assert_never(outcome)
    return told


_RESULTS: dict[type[NotApproved | Contradiction | Closed | NotRecordable], pb.Result] = {
    NotApproved: pb.RESULT_REFUSED,
    Contradiction: pb.RESULT_CONTRADICTION,
    Closed: pb.RESULT_CLOSED,
    NotRecordable: pb.RESULT_NOT_RECORDABLE,
}
_INSTEAD = {
    Situation.STATE_UNKNOWN: _NOT_KNOWN_YET,
    Situation.IN_PROGRESS: _NOT_KNOWN_YET,
    Situation.NOT_FOUND: pb.RESULT_NEVER_SEEN,
}


def _saying(told: pb.Outcome, words: Words) -> pb.Outcome:
    told.text_fr, told.text_en = words.fr, words.en
    return told


def _receipts(terminal: Terminal, context: Kept, outcome: Answerable, *, vault_silent: bool) -> list[pb.Receipt]:
    facts = receipt_facts(context, outcome, vault_silent=vault_silent)
    made = receipts(facts, terminal.issuer, context.wished.or_else(terminal.language))
    return [
        pb.Receipt(
            for_customer=receipt.document_qualifier == CUSTOMER,
            to_sign=receipt.required_signature_flag,
            lines=plain(receipt),
        )
        for receipt in made
    ]
