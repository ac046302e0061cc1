"""What no sequence of events can make a leg do, and what each state of it can still come to."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.domain.happening import (
    Approved,
    Cancelled,
    Decided,
    Event,
    Found,
    Recovered,
    Reversed,
    Standing,
    Unrecorded,
    Voided,
)
from pos_bridge.domain.leg import APPROVED_STATES, IN_MEMORY, MAX_SENDS, SETTLED, Cause, Kind, Leg, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.step import step
from pos_bridge.domain.transition import Effect, ImpossibleStepError, Transition
from tests.domain.words import ASKED, EVENTS

LEAVES_AN_END = {
    State.CAPTURED: (Unrecorded, Voided, Cancelled),
    State.CAPTURE_LOST: (Cancelled, Decided),
    State.REFUNDED: (Unrecorded,),
}
SENDS = {Effect.AUTHORISE, Effect.ASK_CARD, Effect.REFUND, Effect.LOOK_UP}
TOLD_NOT_PAID = {State.DECLINED, State.ENDED, State.REVERSED, State.GIVING_BACK, State.GIVEN_BACK, State.CASH_CANCELLED}


def beginnings() -> Iterator[Leg]:
    """Each way in which a leg opens."""
    key = LegKey.fresh()
    for partial_ok in (False, True):
        for confirmed in (False, True):
            yield Leg(key, ASKED, partial_ok, confirmed_by_till=confirmed)
    for kind in (Kind.REFUND, Kind.CARD_REFUND):
        yield Leg(key, ASKED, partial_ok=False, state=State.REFUND_INTENT, kind=kind)
    yield Leg(key, ASKED, partial_ok=False, state=State.CASH_DUE, tender=Tender.CASH)


def moves(leg: Leg) -> Iterator[tuple[Event, Transition]]:
    for event in EVENTS:
        try:
            yield event, step(leg, event)
        except ImpossibleStepError:
            continue


@cache
def reachable() -> dict[Leg, list[tuple[Event, Transition]]]:
    """Every leg that any events can come to, with everything that can happen to it next: all there is."""
    found: dict[Leg, list[tuple[Event, Transition]]] = {}
    ahead = list(beginnings())
    while ahead:
        leg = ahead.pop()
        if leg not in found:
            found[leg] = list(moves(leg))
            ahead.extend(moved.leg for _, moved in found[leg])
    return found


def test_every_state_is_met():
    assert {leg.state for leg in reachable()} == set(State) - {State.CASH_REFUNDED}, "cash is handed back in one step"


def test_an_end_is_an_end_but_for_what_takes_it_back():
    for leg, following in reachable().items():
        for event, moved in following:
            if leg.state in SETTLED and moved.leg != leg:
                assert isinstance(event, LEAVES_AN_END[leg.state])


def test_nothing_follows_from_a_step_that_is_not_durable():
    """What changes is recorded before its effects, but for what is in memory only; what does not may be done again."""
    for leg, following in reachable().items():
        for _, moved in following:
            if moved.leg.state not in IN_MEMORY and moved.leg.state is not leg.state:
                assert moved.record
            if not moved.record and set(moved.effects) - SENDS:
                assert moved.leg == leg, "begun again, after a start"


def test_no_request_is_sent_more_often_than_allowed():
    assert max(leg.sends for leg in reachable()) == MAX_SENDS
    for leg, following in reachable().items():
        for _, moved in following:
            if Effect.AUTHORISE in moved.effects:
                assert leg.state in {State.INTENT, State.SENDING}


def test_only_a_definite_answer_leaves_reversing():
    for leg, following in reachable().items():
        for event, moved in following:
            if leg.state is State.REVERSING and moved.leg != leg:
                assert isinstance(event, Reversed | Found)
                assert moved.leg.state is not State.CAPTURED or leg.cause is Cause.VOIDED
                assert not isinstance(event, Found) or event.standing is not Standing.IN_PROGRESS


def test_a_leg_that_is_undone_is_not_captured_or_told_as_paid_again():
    """But for a void that came too late, which leaves the sale as it was, and a person's word."""
    for leg, following in reachable().items():
        for event, moved in following:
            undone = leg.state in TOLD_NOT_PAID or (leg.state is State.REVERSING and leg.cause is not Cause.VOIDED)
            if undone and not isinstance(event, Decided):
                assert moved.leg.state not in APPROVED_STATES | {State.CASH_TAKEN}
                assert Effect.CAPTURE not in moved.effects


def test_what_counts_as_approved_is_what_was_asked_or_less_where_that_was_allowed():
    for leg in reachable():
        if leg.approved is not None:
            assert leg.approved == ASKED or (leg.partial_ok and leg.approved.cents < ASKED.cents)
        if leg.state in APPROVED_STATES | {State.REFUNDED}:
            assert leg.approved is not None


def test_a_refund_by_reference_is_never_reversed_and_made_only_by_a_yes_to_it():
    for leg, following in reachable().items():
        for event, moved in following:
            if leg.kind is Kind.REFUND:
                assert moved.leg.state not in {State.REVERSING, State.GIVING_BACK, State.SENDING}
            if moved.leg.state is State.REFUNDED and leg.state is not State.REFUNDED:
                assert isinstance(event, Decided) or event == Approved(ASKED) or isinstance(event, Found)


def test_whatever_is_open_can_come_to_an_end():
    ends = {leg for leg in reachable() if leg.state in SETTLED}
    while more := {
        leg
        for leg, following in reachable().items()
        if leg not in ends and any(moved.leg in ends for _, moved in following)
    }:
        ends |= more
    assert ends == set(reachable())


@pytest.mark.parametrize("kind", list(Kind))
def test_a_start_begins_again_with_whatever_a_journal_can_say(kind):
    for leg in reachable():
        if leg.kind is kind and leg.state not in SETTLED | IN_MEMORY | {State.UNRESOLVED}:
            moved = step(leg, Recovered())
            assert moved.effects or leg.tender is Tender.CASH
            assert step(moved.leg, Recovered()).leg == moved.leg, "and again"


@given(st.sampled_from(list(beginnings())), st.lists(st.sampled_from(EVENTS), max_size=30))
def test_no_walk_is_both_told_as_failed_and_paid(leg, sequence):
    told_not, paid_after = False, False
    for event in sequence:
        try:
            moved = step(leg, event)
        except ImpossibleStepError:
            continue
        if isinstance(event, Decided):
            return
        leg = moved.leg
        told_not = told_not or leg.state in TOLD_NOT_PAID
        told_not = told_not or (leg.state is State.REVERSING and leg.cause is not Cause.VOIDED)
        paid_after = paid_after or (told_not and leg.state in APPROVED_STATES)
        assert not paid_after
        assert replace(leg, state=State.INTENT).key == leg.key
