"""The step function: its table, and what no sequence of events can make it do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.domain import happening
from pos_bridge.domain import step as step_module
from pos_bridge.domain.happening import (
    Approved,
    CaptureDone,
    CaptureRefused,
    CardRead,
    Declined,
    NoAnswer,
    PromptOver,
    Recovered,
    Reversed,
    Unrecorded,
    WrongAnswer,
)
from pos_bridge.domain.leg import MAX_SENDS, SETTLED, Cause, Flow, Leg, State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.step import Effect, ImpossibleStepError, step

ASKED = Amount(12_34)


def fresh(*, partial_ok: bool = False) -> Leg:
    return Leg(LegKey.fresh(), ASKED, partial_ok)


def walk(leg: Leg, *events: happening.Event) -> step_module.Transition:
    moved = step(leg, events[0])
    for event in events[1:]:
        moved = step(moved.leg, event)
    return moved


TWO, ONE = CardRead(Flow.TWO_MESSAGES), CardRead(Flow.ONE_MESSAGE)


@pytest.mark.parametrize(
    ("events", "state", "record", "effects"),
    [
        ((TWO,), State.SENDING, False, (Effect.AUTHORISE,)),
        ((PromptOver(Cause.ABORTED),), State.ENDED, True, (Effect.TELL_TILL,)),
        ((TWO, Approved(ASKED)), State.CAPTURING, True, (Effect.TELL_TILL, Effect.CAPTURE)),
        ((ONE, Approved(ASKED)), State.CAPTURED, True, (Effect.TELL_TILL,)),
        ((TWO, Declined(Cause.ISSUER)), State.DECLINED, True, (Effect.TELL_TILL,)),
        ((TWO, NoAnswer(True)), State.SENDING, False, (Effect.AUTHORISE,)),
        ((TWO, NoAnswer(False)), State.REVERSING, True, (Effect.TELL_TILL, Effect.REVERSE)),
        ((TWO, *[NoAnswer(True)] * MAX_SENDS), State.REVERSING, True, (Effect.TELL_TILL, Effect.REVERSE)),
        ((TWO, WrongAnswer()), State.REVERSING, True, (Effect.TELL_TILL, Effect.REVERSE)),
        ((TWO, Approved(Amount(12_33))), State.REVERSING, True, (Effect.TELL_TILL, Effect.REVERSE)),
        ((TWO, Approved(Amount(12_35))), State.REVERSING, True, (Effect.TELL_TILL, Effect.REVERSE)),
        ((TWO, Approved(ASKED), Unrecorded()), State.REVERSING, True, (Effect.TELL_TILL, Effect.REVERSE)),
        ((TWO, Approved(ASKED), CaptureDone()), State.CAPTURED, True, ()),
        ((TWO, Approved(ASKED), CaptureRefused()), State.CAPTURE_LOST, True, ()),
        ((TWO, Approved(ASKED), Recovered()), State.CAPTURING, False, (Effect.CAPTURE,)),
        ((Recovered(),), State.REVERSING, True, (Effect.REVERSE,)),
        ((Recovered(), Recovered()), State.REVERSING, False, (Effect.REVERSE,)),
        ((Recovered(), Reversed(None)), State.REVERSED, True, ()),
        ((Recovered(), Reversed(Cause.TOMBSTONED)), State.REVERSED, True, ()),
        ((Recovered(), Reversed(Cause.TOO_LATE)), State.GIVING_BACK, True, (Effect.GIVE_BACK,)),
        ((Recovered(), Reversed(Cause.CARD_NEEDED)), State.UNRESOLVED, True, ()),
        ((Recovered(), Approved(ASKED)), State.REVERSING, False, ()),
    ],
)
def test_the_table_of_steps(events, state, record, effects):
    moved = walk(fresh(), *events)
    assert (moved.leg.state, moved.record, moved.effects) == (state, record, effects)


def test_a_partial_approval_counts_only_where_the_till_allowed_it():
    less = Approved(Amount(10_00))
    assert walk(fresh(partial_ok=True), TWO, less).leg.approved == Amount(10_00)
    assert walk(fresh(partial_ok=False), TWO, less).leg.state is State.REVERSING
    assert walk(fresh(partial_ok=True), TWO, Approved(Amount(12_35))).leg.state is State.REVERSING


def test_an_approval_that_was_not_recorded_is_not_kept():
    assert walk(fresh(), TWO, Approved(ASKED), Unrecorded()).leg.approved is None


events = st.one_of(
    st.sampled_from([TWO, ONE, WrongAnswer(), Unrecorded(), Recovered(), CaptureDone(), CaptureRefused()]),
    st.builds(NoAnswer, st.booleans()),
    st.builds(PromptOver, st.sampled_from(Cause)),
    st.builds(Declined, st.sampled_from(Cause)),
    st.builds(Approved, st.builds(Amount, st.sampled_from([1, 12_33, 12_34, 12_35]))),
    st.builds(Reversed, st.sampled_from([None, Cause.TOMBSTONED, Cause.WAS_DECLINED, Cause.TOO_LATE])),
)


@given(st.booleans(), st.lists(events, max_size=12))
def test_no_sequence_of_events_breaks_the_promises(partial_ok, sequence):
    leg, told, captured = fresh(partial_ok=partial_ok), 0, False
    for event in sequence:
        before = leg
        try:
            moved = step(leg, event)
        except ImpossibleStepError:
            continue
        leg = moved.leg
        assert before.state not in SETTLED - {State.CAPTURED}, "an end is an end"
        assert before.state is not State.CAPTURED or isinstance(event, Unrecorded)
        if Effect.AUTHORISE in moved.effects:
            assert before.state in {State.INTENT, State.SENDING}
            assert leg.sends <= MAX_SENDS
        if moved.effects and moved.effects != (Effect.AUTHORISE,) and leg.state is not before.state:
            assert moved.record, "nothing is told, captured or reversed before it is durable"
        if leg.approved is not None:
            assert leg.approved.cents == ASKED.cents or (partial_ok and leg.approved.cents < ASKED.cents)
            captured = True
        if leg.state in {State.REVERSING, State.REVERSED}:
            assert Effect.CAPTURE not in moved.effects
            assert leg.approved is None
        told += Effect.TELL_TILL in moved.effects
    assert told <= 1 + captured, "told once; again only when the approval could not be recorded"
