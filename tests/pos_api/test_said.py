"""Every cause and situation has nexo's word and a sentence in both languages that says what to do and holds no data."""

import re
from string import Formatter

import pytest

from pos_bridge.domain.basket import BasketFault
from pos_bridge.domain.leg import Cause
from pos_bridge.pos_api.said import SITUATIONS, Situation, Words
from pos_bridge.pos_api.said_of_baskets import BASKET_FAULTS, PAID_IN_FULL, PARTIAL_OF_SPLIT, STILL_DUE
from pos_bridge.pos_api.said_of_causes import CAUSES, HOLD_MAY_SHOW
from pos_bridge.pos_api.said_of_days import NOTICED, Noticed
from pos_bridge.pos_api.said_of_refund_causes import REFUND_CAUSES
from pos_bridge.pos_api.said_of_refunds import HAND_BACK, REFUND_SITUATIONS
from pos_bridge.pos_api.speech import failure, success
from pos_bridge.wire.nexo.words import ErrorCondition

SAID = [
    *CAUSES.items(),
    *SITUATIONS.items(),
    *REFUND_CAUSES.items(),
    *REFUND_SITUATIONS.items(),
    *BASKET_FAULTS.items(),
    *NOTICED.items(),
    ("partial of split", PARTIAL_OF_SPLIT),
    ("still due", STILL_DUE),
    ("paid in full", PAID_IN_FULL),
    ("hand back", HAND_BACK),
]
FIELDS = {"field", "reference", "paid", "remaining", "cashRefund", "differences", "unsettled", "halfPaid"}


def test_nothing_is_left_without_a_sentence():
    assert set(CAUSES) == set(Cause)
    assert set(REFUND_CAUSES) == set(Cause)
    assert set(SITUATIONS) == set(Situation)
    assert set(SITUATIONS) > set(REFUND_SITUATIONS)
    assert set(BASKET_FAULTS) == set(BasketFault)
    assert set(NOTICED) == set(Noticed)
    assert set(Cause) >= HOLD_MAY_SHOW


@pytest.mark.parametrize(("what", "said"), SAID, ids=str)
def test_a_sentence_is_whole_in_both_languages(what, said):
    for text in (said.fr, said.en):
        assert re.match(r"\A[A-ZÀ-Ý{].{20,220}\.\Z", text)
        assert {name for _, name, _, _ in Formatter().parse(text) if name} <= FIELDS
        assert not re.search(r"\d", text)
        assert "  " not in text
    assert said.fr != said.en


def test_money_is_never_left_open_where_no_sale_was_made():
    """After a failed payment the cashier always hears what became of the money."""
    for cause, said in CAUSES.items():
        assert re.search(r"charged|charge will stand|Declined|refunded|cancelling", said.en), cause
        assert re.search(r"prélevé|refusé|remboursé|annulation", said.fr), cause


def test_money_is_never_left_open_where_nothing_went_back():
    for cause, said in REFUND_CAUSES.items():
        assert re.search(r"Nothing was refunded|nothing stays refunded|whether this refund was made", said.en), cause
        assert re.search(r"Rien n'a été remboursé|rien ne restera remboursé|si ce remboursement", said.fr), cause


def test_a_refund_is_never_told_as_a_payment():
    for what, said in (*REFUND_CAUSES.items(), *REFUND_SITUATIONS.items()):
        assert "prélevé" not in said.fr, what
        assert "charge" not in said.en, what


def test_every_fault_of_a_split_says_that_nothing_was_charged():
    for fault, said in BASKET_FAULTS.items():
        assert "Nothing was charged" in said.en, fault
        assert "Rien n'a été prélevé" in said.fr, fault


def test_a_situation_that_speaks_of_money_has_a_sentence_for_refunds():
    """None of the payment's sentences may reach a refund and say that nothing was charged."""
    of_payments_only = {Situation.PAYMENT_TYPE, Situation.PAID_UNSPLIT, Situation.PARTIAL}
    for what in set(Situation) - set(REFUND_SITUATIONS) - of_payments_only:
        assert not re.search("charged|charge again|new payment", SITUATIONS[what].en), what


def test_an_unknown_end_is_never_called_a_refusal():
    of_the_card = {Cause.CARD_REFUSED, Cause.CHIP_DECLINED, Cause.CARD_BLOCKED}
    definite = {Cause.ISSUER, Cause.PROCESSOR, Cause.WAS_DECLINED} | of_the_card
    for told in (CAUSES, REFUND_CAUSES):
        assert {cause for cause, said in told.items() if said.condition is ErrorCondition.REFUSAL} == definite
        assert [cause for cause, said in told.items() if said.condition is ErrorCondition.IN_PROGRESS] == [
            Cause.IN_DOUBT
        ]
    unreachable = {cause for cause, said in CAUSES.items() if said.condition is ErrorCondition.UNREACHABLE_HOST}
    here = {Cause.CARD_REFUSED, Cause.UNFIT_SINCE, Cause.CANCELLED, Cause.UNCONFIRMED, Cause.VOIDED}
    assert unreachable >= (HOLD_MAY_SHOW - here) | {Cause.UNREACHABLE, Cause.TOMBSTONED}


CONDITIONS_OF_REFUNDS = {
    Cause.EXCEEDS: "NotAllowed",
    Cause.WRONG_STATE: "NotAllowed",
    Cause.TOO_LATE: "NotAllowed",
    Cause.CARD_NEEDED: "NotAllowed",
    Cause.NOT_SEEN: "NotFound",
    Cause.IN_DOUBT: "InProgress",
}


@pytest.mark.parametrize("cause", CONDITIONS_OF_REFUNDS)
def test_what_the_till_is_told_of_a_refund_that_cannot_be(cause):
    assert REFUND_CAUSES[cause].condition.value == CONDITIONS_OF_REFUNDS[cause]


def test_who_needs_the_card_is_told_to_refund_with_it():
    assert "with the card present" in REFUND_CAUSES[Cause.CARD_NEEDED].en
    assert "avec la carte présente" in REFUND_CAUSES[Cause.CARD_NEEDED].fr


def test_the_same_in_english_for_an_english_till():
    said = CAUSES[Cause.ISSUER]
    assert "message=Declined%20by%20the%20customer%27s%20bank." in (failure("en", said).additional_response or "")
    assert "message=Paiement%20refus%C3%A9" in (failure("fr", said).additional_response or "")


def test_an_amount_is_written_as_its_language_writes_it_and_plainly_in_its_pair():
    told = success("fr", (Words("Reste {left}.", "Left: {left}."),), (("left", 123_456),)).additional_response
    assert told == (
        "message=Reste%201%C2%A0234%2C56%C2%A0%24.&messageFr=Reste%201%C2%A0234%2C56%C2%A0%24."
        "&messageEn=Left%3A%20%241%2C234.56.&left=1234.56"
    )
