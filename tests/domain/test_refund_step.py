"""The tables of refunds, a line a step: by reference, and with the card present."""

import pytest

from pos_bridge.domain.happening import (
    Approved,
    CardRefused,
    Declined,
    Found,
    NoAnswer,
    PromptOver,
    Recovered,
    Reversed,
    Standing,
    Unrecorded,
    WrongAnswer,
)
from pos_bridge.domain.leg import MAX_SENDS, Cause, Kind
from pos_bridge.domain.money import Amount
from pos_bridge.domain.step import step
from tests.domain.words import (
    ASKED,
    BOTH,
    LOOK_UP,
    REFUND,
    REVERSE,
    TOLD,
    TWO,
    YES,
    S,
    check,
    standing,
    walk,
)

INTENT = standing(S.REFUND_INTENT, Kind.REFUND, approved=None)


@pytest.mark.parametrize(
    ("event", "state", "cause", "record", "effects"),
    [
        (Recovered(), S.REFUND_INTENT, None, False, REFUND),
        (YES, S.REFUNDED, None, True, TOLD),
        (Approved(Amount(1)), S.REFUND_INTENT, None, False, LOOK_UP),
        (Declined(Cause.EXCEEDS), S.REFUND_DECLINED, Cause.EXCEEDS, True, TOLD),
        (NoAnswer(True), S.REFUND_INTENT, None, False, REFUND),
        (NoAnswer(False), S.REFUND_INTENT, None, False, LOOK_UP),
        (WrongAnswer(), S.REFUND_INTENT, None, False, LOOK_UP),
        (Found(Standing.REFUNDED, ASKED), S.REFUNDED, None, True, TOLD),
        (Found(Standing.REFUNDED, Amount(1)), S.UNRESOLVED, Cause.IN_DOUBT, True, TOLD),
        (Found(Standing.DECLINED, None), S.REFUND_DECLINED, Cause.ISSUER, True, TOLD),
        (Found(Standing.REVERSED, ASKED), S.REFUND_DECLINED, Cause.PROCESSOR, True, TOLD),
        (Found(Standing.TOMBSTONE, None), S.REFUND_DECLINED, Cause.PROCESSOR, True, TOLD),
        (Found(Standing.NOT_SEEN, None), S.REFUND_DECLINED, Cause.LATE, True, TOLD),
        (Found(Standing.NOT_SEEN, None, trusted=False), S.UNRESOLVED, Cause.IN_DOUBT, True, TOLD),
        (Found(Standing.IN_PROGRESS, None), S.REFUND_INTENT, None, False, LOOK_UP),
        (Found(Standing.CAPTURED, ASKED), S.UNRESOLVED, Cause.IN_DOUBT, True, TOLD),
    ],
)
def test_a_refund_by_reference(event, state, cause, record, effects):
    check(step(INTENT, event), state, cause, record, effects)


PRESENT = standing(S.REFUND_INTENT, Kind.CARD_REFUND, approved=None)


@pytest.mark.parametrize(
    ("events", "state", "cause", "record", "effects"),
    [
        ((TWO,), S.SENDING, None, False, REFUND),
        ((PromptOver(Cause.NO_CARD),), S.ENDED, Cause.NO_CARD, True, TOLD),
        ((Recovered(),), S.REVERSING, Cause.RECOVERED, True, REVERSE),
        ((TWO, Recovered()), S.REVERSING, Cause.RECOVERED, True, REVERSE),
        ((TWO, YES), S.REFUNDED, None, True, TOLD),
        ((TWO, Approved(Amount(1))), S.REVERSING, Cause.WRONG_ANSWER, True, BOTH),
        ((TWO, WrongAnswer()), S.REVERSING, Cause.WRONG_ANSWER, True, BOTH),
        ((TWO, Declined(Cause.OTHER_CARD)), S.REFUND_DECLINED, Cause.OTHER_CARD, True, TOLD),
        ((TWO, NoAnswer(True)), S.SENDING, None, False, REFUND),
        ((TWO, *[NoAnswer(True)] * MAX_SENDS), S.REVERSING, Cause.NO_ANSWER, True, BOTH),
        ((TWO, NoAnswer(False)), S.REVERSING, Cause.NO_ANSWER, True, BOTH),
        ((TWO, CardRefused()), S.REVERSING, Cause.CARD_REFUSED, True, BOTH),
        ((TWO, YES, Unrecorded()), S.REVERSING, Cause.UNRECORDED, True, BOTH),
        ((TWO, NoAnswer(False), Reversed(None)), S.REVERSED, Cause.NO_ANSWER, True, ()),
        ((TWO, NoAnswer(False), Reversed(Cause.TOO_LATE)), S.UNRESOLVED, Cause.TOO_LATE, True, ()),
    ],
)
def test_a_refund_with_its_card_present(events, state, cause, record, effects):
    check(walk(PRESENT, *events), state, cause, record, effects)


def test_a_refund_by_reference_that_was_not_recorded_is_asked_again_and_told():
    """The intent is on disk: the next start sends it, and is told the same."""
    made = standing(S.REFUNDED, Kind.REFUND)
    check(step(made, Unrecorded()), S.REFUNDED, None, record=True, effects=TOLD)
