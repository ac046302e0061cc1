"""The steps of an approval that is not final yet: the chip's second answer, the till's word, a cancel, a decision."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.domain.happening import (
    Cancelled,
    CaptureDone,
    CaptureRefused,
    CardAgreed,
    CardRefused,
    Confirmed,
    Decided,
    Found,
    GivenBack,
    NoAnswer,
    Recovered,
    Reversed,
    Standing,
    Unrecorded,
)
from pos_bridge.domain.leg import TAKEN_BACK, Cause, State
from pos_bridge.domain.step import step
from pos_bridge.domain.transition import Effect, ImpossibleStepError
from tests.domain.words import ASKED, BOTH, CHIP, ONE, REVERSE, TOLD, TOLD_CAPTURE, TWO, YES, fresh, walk


@pytest.mark.parametrize(
    ("confirms", "events", "state", "record", "effects"),
    [
        (False, (CHIP, YES), State.AGREEING, False, (Effect.ASK_CARD,)),
        (False, (CHIP, YES, CardAgreed()), State.CAPTURING, True, TOLD_CAPTURE),
        (False, (CHIP, YES, CardRefused()), State.REVERSING, True, BOTH),
        (False, (CHIP, CardRefused()), State.REVERSING, True, BOTH),
        (False, (CHIP, YES, CardRefused(Cause.SURROUNDINGS)), State.REVERSING, True, BOTH),
        (False, (CHIP, YES, Recovered()), State.REVERSING, True, REVERSE),
        (True, (CHIP, YES, CardAgreed()), State.AUTHORISED, True, (Effect.TELL_TILL, Effect.AWAIT_TILL)),
        (True, (TWO, YES), State.AUTHORISED, True, (Effect.TELL_TILL, Effect.AWAIT_TILL)),
        (True, (ONE, YES), State.CAPTURED, True, TOLD),
        (True, (TWO, YES, Confirmed()), State.CAPTURING, True, TOLD_CAPTURE),
        (True, (TWO, YES, Recovered()), State.AUTHORISED, False, (Effect.AWAIT_TILL,)),
        (True, (TWO, YES, Cancelled(Cause.CANCELLED)), State.REVERSING, True, REVERSE),
        (True, (TWO, YES, Cancelled(Cause.UNCONFIRMED)), State.REVERSING, True, REVERSE),
        (True, (TWO, YES, Unrecorded()), State.REVERSING, True, BOTH),
        (True, (ONE, YES, Cancelled(Cause.CANCELLED)), State.REVERSING, True, REVERSE),
        (False, (TWO, YES, Cancelled(Cause.CANCELLED)), State.REVERSING, True, REVERSE),
        (False, (TWO, YES, CaptureDone(), Cancelled(Cause.CANCELLED)), State.REVERSING, True, REVERSE),
        (False, (TWO, YES, CaptureRefused(), Cancelled(Cause.CANCELLED)), State.REVERSING, True, REVERSE),
    ],
)
def test_the_table(confirms, events, state, record, effects):
    moved = walk(fresh(confirmed_by_till=confirms), *events)
    assert (moved.leg.state, moved.record, moved.effects) == (state, record, effects)


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause in TAKEN_BACK])
@pytest.mark.parametrize("answer", [None, Cause.TOMBSTONED, Cause.WAS_DECLINED])
def test_why_it_was_taken_back_is_told_however_its_reversal_ends(cause, answer):
    stands = replace(fresh(), state=State.REVERSING, approved=ASKED, cause=cause)
    ended = step(stands, Reversed(answer)).leg
    assert (ended.state, ended.cause) == (State.REVERSED, cause)


@pytest.mark.parametrize("event", [CardRefused(), CardRefused(Cause.SURROUNDINGS)])
def test_why_the_chip_did_not_agree_is_kept(event):
    assert walk(fresh(), CHIP, YES, event).leg.cause is event.cause


def test_a_cancel_that_comes_too_late_is_given_back_and_a_void_stands_again():
    cancelled = replace(fresh(), state=State.REVERSING, approved=ASKED, cause=Cause.CANCELLED)
    back = step(cancelled, Reversed(Cause.TOO_LATE))
    assert (back.leg.state, back.effects) == (State.GIVING_BACK, (Effect.GIVE_BACK,))
    assert step(back.leg, GivenBack(made=True)).leg.state is State.GIVEN_BACK
    assert step(back.leg, GivenBack(made=False)).leg.state is State.UNRESOLVED
    voided = replace(cancelled, cause=Cause.VOIDED)
    assert step(voided, Reversed(Cause.TOO_LATE)).leg.state is State.CAPTURED


@pytest.mark.parametrize(
    "state",
    [state for state in State if state not in {State.AUTHORISED, State.CAPTURING, State.CAPTURED, State.CAPTURE_LOST}],
)
def test_only_what_was_approved_can_be_cancelled(state):
    with pytest.raises(ImpossibleStepError):
        step(replace(fresh(), state=state), Cancelled(Cause.CANCELLED))


@pytest.mark.parametrize("state", [state for state in State if state is not State.AUTHORISED])
def test_only_what_waits_for_the_tills_word_is_confirmed(state):
    with pytest.raises(ImpossibleStepError):
        step(replace(fresh(), state=state, approved=ASKED), Confirmed())


@pytest.mark.parametrize("state", [state for state in State if state not in {State.UNRESOLVED, State.CAPTURE_LOST}])
def test_a_person_decides_about_nothing_but_what_is_unresolved(state):
    with pytest.raises(ImpossibleStepError):
        step(replace(fresh(), state=state, approved=ASKED), Decided(stands=True))


_WORDS = st.sampled_from(
    [
        TWO,
        CHIP,
        ONE,
        YES,
        CardAgreed(),
        CardRefused(),
        Confirmed(),
        Cancelled(Cause.CANCELLED),
        Cancelled(Cause.UNCONFIRMED),
        NoAnswer(may_resend=True),
        Recovered(),
        Unrecorded(),
        CaptureDone(),
        CaptureRefused(),
        Reversed(None),
        Reversed(Cause.TOO_LATE),
        Found(Standing.CAPTURED, ASKED),
        GivenBack(made=True),
    ]
)


@given(st.booleans(), st.lists(_WORDS, max_size=12))
def test_what_was_taken_back_is_never_captured_again(confirms, sequence):
    stands, confirmed, agreed, back = fresh(confirmed_by_till=confirms), False, False, False
    for event in sequence:
        try:
            moved = step(stands, event)
        except ImpossibleStepError:
            continue
        stands = moved.leg
        confirmed |= isinstance(event, Confirmed)
        agreed |= isinstance(event, CardAgreed)
        back |= isinstance(event, Cancelled | CardRefused)
        if Effect.CAPTURE in moved.effects:
            assert not back
            assert confirmed or not confirms, "not before the till said so"
            assert agreed or not stands.chip, "not before the card agreed"
        if back:
            assert stands.state in {
                State.REVERSING, State.REVERSED, State.GIVING_BACK, State.GIVEN_BACK, State.UNRESOLVED,
            }  # fmt: skip
