"""The ends of what is being undone, and what a person decides: a line a step."""

import pytest

from pos_bridge.domain.happening import (
    CaptureDone,
    CaptureRefused,
    CardRefused,
    Decided,
    Declined,
    Found,
    GivenBack,
    NoAnswer,
    Recovered,
    Reversed,
    Standing,
    WrongAnswer,
)
from pos_bridge.domain.leg import Cause, Kind
from pos_bridge.domain.step import step
from pos_bridge.domain.transition import Effect, Transition
from tests.domain.words import ASKED, YES, S, check, standing


@pytest.mark.parametrize(
    ("cause", "answer", "state", "then"),
    [
        (Cause.NO_ANSWER, Reversed(None), S.REVERSED, Cause.NO_ANSWER),
        (Cause.NO_ANSWER, Reversed(Cause.TOMBSTONED), S.REVERSED, Cause.TOMBSTONED),
        (Cause.NO_ANSWER, Reversed(Cause.WAS_DECLINED), S.REVERSED, Cause.WAS_DECLINED),
        (Cause.NO_ANSWER, Reversed(Cause.TOMBSTONED, trusted=False), S.UNRESOLVED, Cause.IN_DOUBT),
        (Cause.NO_ANSWER, Reversed(None, trusted=False), S.REVERSED, Cause.NO_ANSWER),
        (Cause.NO_ANSWER, Reversed(Cause.CARD_NEEDED), S.UNRESOLVED, Cause.CARD_NEEDED),
        (Cause.VOIDED, Reversed(None), S.REVERSED, Cause.VOIDED),
        (Cause.VOIDED, Reversed(Cause.TOMBSTONED), S.REVERSED, Cause.VOIDED),
        (Cause.VOIDED, Reversed(Cause.TOO_LATE), S.CAPTURED, Cause.TOO_LATE),
        (Cause.VOIDED, Reversed(Cause.CARD_NEEDED), S.CAPTURED, Cause.CARD_NEEDED),
        (Cause.CANCELLED, Reversed(Cause.TOMBSTONED), S.REVERSED, Cause.CANCELLED),
        (Cause.UNCONFIRMED, Reversed(Cause.WAS_DECLINED), S.REVERSED, Cause.UNCONFIRMED),
        (Cause.NO_ANSWER, Found(Standing.REVERSED, ASKED), S.REVERSED, Cause.NO_ANSWER),
        (Cause.NO_ANSWER, Found(Standing.TOMBSTONE, None), S.REVERSED, Cause.NO_ANSWER),
        (Cause.NO_ANSWER, Found(Standing.DECLINED, None), S.REVERSED, Cause.NO_ANSWER),
        (Cause.NO_ANSWER, Found(Standing.NOT_SEEN, None), S.REVERSED, Cause.TOMBSTONED),
        (Cause.NO_ANSWER, Found(Standing.NOT_SEEN, None, trusted=False), S.UNRESOLVED, Cause.IN_DOUBT),
        (Cause.NO_ANSWER, Found(Standing.CAPTURED, ASKED), S.UNRESOLVED, Cause.IN_DOUBT),
        (Cause.NO_ANSWER, Found(Standing.AUTHORISED, ASKED), S.UNRESOLVED, Cause.IN_DOUBT),
    ],
)
def test_the_end_of_a_reversal(cause, answer, state, then):
    check(step(standing(S.REVERSING, cause=cause), answer), state, then, record=True, effects=())


@pytest.mark.parametrize("cause", [Cause.NO_ANSWER, Cause.RECOVERED, Cause.CANCELLED, Cause.UNCONFIRMED])
def test_a_reversal_that_comes_too_late_gives_the_money_back(cause):
    moved = step(standing(S.REVERSING, cause=cause), Reversed(Cause.TOO_LATE))
    check(moved, S.GIVING_BACK, Cause.TOO_LATE, record=True, effects=(Effect.GIVE_BACK,))
    check(step(moved.leg, Recovered()), S.GIVING_BACK, Cause.TOO_LATE, record=False, effects=(Effect.GIVE_BACK,))
    check(step(moved.leg, GivenBack(made=True)), S.GIVEN_BACK, Cause.TOO_LATE, record=True, effects=())
    check(step(moved.leg, GivenBack(made=False)), S.UNRESOLVED, Cause.TOO_LATE, record=True, effects=())


LATE = [YES, Declined(Cause.ISSUER), NoAnswer(True), WrongAnswer(), CardRefused(), CaptureDone(), CaptureRefused()]


@pytest.mark.parametrize("event", [*LATE, Found(Standing.IN_PROGRESS, None)])
@pytest.mark.parametrize("kind", [Kind.SALE, Kind.CARD_REFUND])
def test_a_late_answer_changes_nothing_of_a_reversal(event, kind):
    leg = standing(S.REVERSING, kind, Cause.NO_ANSWER)
    assert step(leg, event) == Transition(leg, record=False)


@pytest.mark.parametrize(
    ("kind", "event", "state"),
    [
        (Kind.SALE, Decided(stands=True), S.CAPTURED),
        (Kind.SALE, Decided(stands=False), S.REVERSED),
        (Kind.SALE, Decided(stands=False, undo=True), S.REVERSING),
        (Kind.REFUND, Decided(stands=True), S.REFUNDED),
        (Kind.REFUND, Decided(stands=False), S.REFUND_DECLINED),
        (Kind.CARD_REFUND, Decided(stands=True), S.REFUNDED),
        (Kind.CARD_REFUND, Decided(stands=False), S.REFUND_DECLINED),
        (Kind.CARD_REFUND, Decided(stands=True, undo=True), S.REVERSING),
    ],
)
def test_what_a_person_decides(kind, event, state):
    moved = step(standing(S.UNRESOLVED, kind, Cause.IN_DOUBT, approved=None), event)
    assert (moved.leg.state, moved.leg.cause, moved.record) == (state, Cause.DECIDED, True)
    assert (moved.leg.approved is None) is (state not in {S.CAPTURED, S.REFUNDED})


@pytest.mark.parametrize(
    ("event", "state"),
    [
        (Decided(stands=True), S.CAPTURED),
        (Decided(stands=False), S.REVERSED),
        (Decided(stands=False, undo=True), S.REVERSING),
    ],
)
def test_what_a_person_decides_of_a_capture_that_was_lost(event, state):
    moved = step(standing(S.CAPTURE_LOST, Kind.SALE), event)
    check(moved, state, Cause.DECIDED, record=True, effects=(Effect.REVERSE,) if state is S.REVERSING else ())
