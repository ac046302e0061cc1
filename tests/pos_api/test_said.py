"""Every cause and situation has nexo's word and a sentence in both languages that says what to do and holds no data."""

import re
from string import Formatter

import pytest

from pos_bridge.domain.leg import Cause
from pos_bridge.pos_api.payment_answer import failure
from pos_bridge.pos_api.said import SITUATIONS, Situation
from pos_bridge.pos_api.said_of_causes import CAUSES, HOLD_MAY_SHOW
from pos_bridge.wire.nexo.words import ErrorCondition

SAID = [*CAUSES.items(), *SITUATIONS.items()]


def test_nothing_is_left_without_a_sentence():
    assert set(CAUSES) == set(Cause)
    assert set(SITUATIONS) == set(Situation)
    assert set(Cause) >= HOLD_MAY_SHOW


@pytest.mark.parametrize(("what", "said"), SAID, ids=str)
def test_a_sentence_is_whole_in_both_languages(what, said):
    for text in (said.fr, said.en):
        assert re.match(r"\A[A-ZÀ-Ý].{20,220}\.\Z", text)
        assert {name for _, name, _, _ in Formatter().parse(text) if name} <= {"field", "reference"}
        assert not re.search(r"\d", text)
        assert "  " not in text
    assert said.fr != said.en


def test_money_is_never_left_open_where_no_sale_was_made():
    """After a failed payment the cashier always hears what became of the money."""
    for cause, said in CAUSES.items():
        assert re.search(r"charged|charge will stand|Declined|refunded|cancelling", said.en), cause
        assert re.search(r"prélevé|refusé|remboursé|annulation", said.fr), cause


def test_an_unknown_end_is_never_called_a_refusal():
    refusals = {cause for cause, said in CAUSES.items() if said.condition is ErrorCondition.REFUSAL}
    assert refusals == {Cause.ISSUER, Cause.PROCESSOR, Cause.WAS_DECLINED}
    unreachable = {cause for cause, said in CAUSES.items() if said.condition is ErrorCondition.UNREACHABLE_HOST}
    assert unreachable >= HOLD_MAY_SHOW | {Cause.UNREACHABLE, Cause.TOMBSTONED}


def test_the_same_in_english_for_an_english_till():
    said = CAUSES[Cause.ISSUER]
    assert "message=Declined%20by%20the%20customer%27s%20bank." in (failure("en", said).additional_response or "")
    assert "message=Paiement%20refus%C3%A9" in (failure("fr", said).additional_response or "")
