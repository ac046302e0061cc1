"""Every outcome as a native till is told it: one result, one word, both languages, and every name filled in."""

from datetime import UTC, datetime
from typing import get_args

import pytest

from pos_bridge.domain.basket import BasketFault
from pos_bridge.domain.card import Brand, CardFacts, EntryMode
from pos_bridge.domain.identity import ChoiceKind
from pos_bridge.domain.leg import Cause
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
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
    Outcome,
    PaidByCard,
    PaidInCash,
    Refunded,
    RefundedInCash,
    RefundOutcome,
    Running,
    Voided,
)
from pos_bridge.pos_api.payment_answer import Terminal
from pos_bridge.pos_api.receipt_facts import Answerable
from pos_bridge.pos_api.said import Instead, Situation
from pos_bridge.pos_api.till_keys import TillKeyMaker
from pos_bridge.pos_api.transaction_kind import TransactionKind
from pos_bridge.pos_api.transactions import Answered
from pos_bridge.protocol import till_v1_pb2 as pb
from pos_bridge.till_api.asks import Asks
from pos_bridge.till_api.told import basket_of, confirmation_of, not_known, outcome_of

TERMINAL = Terminal("P400-123456789", "CLEMENT-001", "fr", "1")
KEY, SALE = LegKey.fresh(), LegKey.fresh()
VISA = CardFacts(Brand.VISA, 42, EntryMode.CHIP)
ASKS = Asks(TillKeyMaker(bytes(32), "native socket"), TERMINAL.poiid)
AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)

PAYMENTS: list[tuple[Answerable, int | None]] = [
    (PaidByCard(KEY, Amount(1000), Amount(1000), "A1", VISA, remaining=0), pb.RESULT_APPROVED),
    (PaidByCard(KEY, Amount(1000), Amount(400), "A1", VISA), pb.RESULT_APPROVED),
    (PaidByCard(KEY, Amount(1000), Amount(400), None, None, remaining=600), pb.RESULT_APPROVED),
    (PaidInCash(KEY, Amount(1003), 1005, remaining=100), pb.RESULT_APPROVED),
    *((NotPaid(KEY, cause), None) for cause in Cause),
    (NotPaid(None, Cause.ABORTED), pb.RESULT_REFUSED),
    *((NotInBasket(fault, 100, 200), pb.RESULT_REFUSED) for fault in BasketFault),
    (AlreadyApproved(KEY), pb.RESULT_PAID_BEFORE),
    (Busy("x"), pb.RESULT_BUSY),
    (Contradiction(), pb.RESULT_CONTRADICTION),
    (Closed(), pb.RESULT_CLOSED),
    (NotRecordable(), pb.RESULT_NOT_RECORDABLE),
    (Running(), pb.RESULT_NOT_KNOWN_YET),
    (Running(person=True), pb.RESULT_NOT_KNOWN_YET),
    (Instead(Situation.STATE_UNKNOWN), pb.RESULT_NOT_KNOWN_YET),
]
REFUNDS: list[tuple[Answerable, int | None]] = [
    (Refunded(KEY, SALE, Amount(300), "B2", VISA), pb.RESULT_GIVEN_BACK),
    (RefundedInCash(KEY, Amount(303), 305), pb.RESULT_GIVEN_BACK),
    (Voided(SALE, Amount(300)), pb.RESULT_GIVEN_BACK),
    *((NotRefunded(KEY, cause), None) for cause in Cause),
    (AlreadyApproved(KEY), pb.RESULT_PAID_BEFORE),
    (Instead(Situation.UNREFERENCED), pb.RESULT_REFUSED),
    (NotApproved(), pb.RESULT_REFUSED),
    (NotApproved(never=True), pb.RESULT_REFUSED),
]


def whole(told) -> bool:
    """Both languages or none, and nothing that waits to be filled in."""
    return bool(told.text_fr) == bool(told.text_en) and not {"{", "}"} & {*told.text_fr, *told.text_en}


@pytest.mark.parametrize(("kind", "cases"), [(TransactionKind.PAYMENT, PAYMENTS), (TransactionKind.REFUND, REFUNDS)])
def test_every_outcome_of_a_movement(kind, cases):
    context = ASKS.nothing_kept(bytes(16), kind, AT)
    for outcome, result in cases:
        told = outcome_of(TERMINAL, Answered(outcome, context))
        expected = result
        if expected is None:
            expected = pb.RESULT_NOT_KNOWN_YET if outcome.cause is Cause.IN_DOUBT else pb.RESULT_REFUSED
        assert told.result == expected, outcome
        assert whole(told)
        if told.result not in {pb.RESULT_APPROVED, pb.RESULT_GIVEN_BACK}:
            assert told.cause
            assert told.text_fr
    kinds = {type(outcome) for outcome, _ in (*PAYMENTS, *REFUNDS)}
    assert kinds >= {*get_args(Outcome), *get_args(RefundOutcome)}


def test_a_card_is_told_with_its_four_digits_and_no_more():
    context = ASKS.nothing_kept(bytes(16), TransactionKind.PAYMENT, AT)
    told = outcome_of(TERMINAL, Answered(PAYMENTS[0][0], context))
    assert told.card == pb.Card(brand="visa", last_four="0042", entry_mode="chip", approval_code="A1")


def test_what_was_chosen_and_not_kept_is_said():
    context = ASKS.nothing_kept(bytes(16), TransactionKind.PAYMENT, AT).about(frozenset({ChoiceKind.CHOUCHOUS}))
    paid = PaidInCash(KEY, Amount(1000), 1000)
    assert outcome_of(TERMINAL, Answered(paid, context)).known == pb.Known(not_kept=True)
    assert outcome_of(TERMINAL, Answered(paid, context, vault_silent=True)).known == pb.Known(not_known=True)
    kept = PaidInCash(KEY, Amount(1000), 1000, frozenset({ChoiceKind.CHOUCHOUS}), points=10)
    assert outcome_of(TERMINAL, Answered(kept, context)).known == pb.Known(chouchous=True, points=10)


def test_a_confirmation():
    told: dict[Confirmation, int] = {
        PaidByCard(KEY, Amount(1000), Amount(1000), None, None): pb.RESULT_APPROVED,
        NotPaid(KEY, Cause.CANCELLED): pb.RESULT_REFUSED,
        NoSuchPayment(): pb.RESULT_NO_SUCH,
        Running(): pb.RESULT_NOT_KNOWN_YET,
        NotRecordable(): pb.RESULT_NOT_RECORDABLE,
    }
    for outcome, result in told.items():
        answer = confirmation_of(outcome)
        assert answer.result == result
        assert whole(answer)
        assert not answer.HasField("known"), "nobody was asked whom the sale is of"


def test_a_basket():
    cash = (RefundedInCash(KEY, Amount(303), 305), RefundedInCash(SALE, Amount(100), 100))
    told: dict[CancelOutcome, int] = {
        BasketCancelled(cash, 1): pb.RESULT_GIVEN_BACK,
        BasketCancelled((), 0): pb.RESULT_GIVEN_BACK,
        NotInBasket(BasketFault.COMMITTED, 100, 0): pb.RESULT_REFUSED,
        NoSuchBasket(): pb.RESULT_NO_SUCH,
        Busy("x"): pb.RESULT_BUSY,
        NotRecordable(): pb.RESULT_NOT_RECORDABLE,
    }
    for outcome, result in told.items():
        answer = basket_of(outcome)
        assert answer.result == result
        assert whole(answer)
        assert answer.text_fr
    assert "4,05" in basket_of(BasketCancelled(cash, 1)).text_fr


def test_a_request_that_runs_or_was_never_made():
    assert not_known(Running(), gives_back=False).cause == "in_progress"
    assert not_known(Running(person=True), gives_back=True).cause == "in_doubt"
    assert not_known(NeverSeen(), gives_back=False).result == pb.RESULT_NEVER_SEEN
