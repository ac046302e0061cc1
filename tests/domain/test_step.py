"""The step function: the table of a card sale and that of cash, a line a step."""

from dataclasses import replace

import pytest

from pos_bridge.domain.happening import (
    Approved,
    Cancelled,
    CaptureDone,
    CaptureRefused,
    CardAgreed,
    CardRefused,
    CashCancelled,
    CashTaken,
    Confirmed,
    Declined,
    Found,
    NoAnswer,
    PromptOver,
    Recovered,
    Reversed,
    Standing,
    Unrecorded,
    Voided,
    WrongAnswer,
)
from pos_bridge.domain.leg import MAX_SENDS, Cause, Tender
from pos_bridge.domain.money import Amount
from pos_bridge.domain.step import step
from pos_bridge.domain.transition import Effect
from tests.domain.words import (
    ASKED,
    BOTH,
    CAPTURE,
    CHIP,
    ONE,
    REVERSE,
    TOLD,
    TOLD_CAPTURE,
    TWO,
    YES,
    S,
    fresh,
    standing,
    walk,
)


@pytest.mark.parametrize(
    ("events", "state", "record", "effects"),
    [
        ((TWO,), S.SENDING, False, (Effect.AUTHORISE,)),
        ((PromptOver(Cause.ABORTED),), S.ENDED, True, TOLD),
        ((TWO, YES), S.CAPTURING, True, TOLD_CAPTURE),
        ((ONE, YES), S.CAPTURED, True, TOLD),
        ((TWO, Declined(Cause.ISSUER)), S.DECLINED, True, TOLD),
        ((TWO, NoAnswer(True)), S.SENDING, False, (Effect.AUTHORISE,)),
        ((TWO, NoAnswer(False)), S.REVERSING, True, BOTH),
        ((TWO, *[NoAnswer(True)] * MAX_SENDS), S.REVERSING, True, BOTH),
        ((TWO, WrongAnswer()), S.REVERSING, True, BOTH),
        ((TWO, Approved(Amount(12_33))), S.REVERSING, True, BOTH),
        ((TWO, Approved(Amount(12_35))), S.REVERSING, True, BOTH),
        ((TWO, CardRefused()), S.REVERSING, True, BOTH),
        ((TWO, YES, Unrecorded()), S.REVERSING, True, BOTH),
        ((ONE, YES, Unrecorded()), S.REVERSING, True, BOTH),
        ((CHIP, YES), S.AGREEING, False, (Effect.ASK_CARD,)),
        ((CHIP, YES, CardAgreed()), S.CAPTURING, True, TOLD_CAPTURE),
        ((CHIP, YES, CardRefused()), S.REVERSING, True, BOTH),
        ((CHIP, YES, Recovered()), S.REVERSING, True, REVERSE),
        ((TWO, YES, CaptureDone()), S.CAPTURED, True, ()),
        ((TWO, YES, CaptureRefused()), S.CAPTURE_LOST, True, ()),
        ((TWO, YES, CaptureRefused(reversed=True)), S.REVERSED, True, ()),
        ((TWO, YES, Recovered()), S.CAPTURING, False, CAPTURE),
        ((TWO, YES, Voided()), S.REVERSING, True, REVERSE),
        ((TWO, YES, CaptureDone(), Voided()), S.REVERSING, True, REVERSE),
        ((TWO, YES, Cancelled(Cause.CANCELLED)), S.REVERSING, True, REVERSE),
        ((TWO, YES, CaptureDone(), Cancelled(Cause.CANCELLED)), S.REVERSING, True, REVERSE),
        ((TWO, YES, CaptureRefused(), Cancelled(Cause.CANCELLED)), S.REVERSING, True, REVERSE),
        ((Recovered(),), S.REVERSING, True, REVERSE),
        ((TWO, Recovered()), S.REVERSING, True, REVERSE),
        ((Recovered(), Recovered()), S.REVERSING, False, REVERSE),
    ],
)
def test_a_card_sale(events, state, record, effects):
    moved = walk(fresh(), *events)
    assert (moved.leg.state, moved.record, moved.effects) == (state, record, effects)


@pytest.mark.parametrize(
    ("events", "state", "record", "effects"),
    [
        ((YES,), S.AUTHORISED, True, (Effect.TELL_TILL, Effect.AWAIT_TILL)),
        ((YES, Confirmed()), S.CAPTURING, True, TOLD_CAPTURE),
        ((YES, Recovered()), S.AUTHORISED, False, (Effect.AWAIT_TILL,)),
        ((YES, Cancelled(Cause.CANCELLED)), S.REVERSING, True, REVERSE),
        ((YES, Cancelled(Cause.UNCONFIRMED)), S.REVERSING, True, REVERSE),
        ((YES, Unrecorded()), S.REVERSING, True, BOTH),
    ],
)
def test_a_till_that_confirms(events, state, record, effects):
    moved = walk(fresh(confirmed_by_till=True), TWO, *events)
    assert (moved.leg.state, moved.record, moved.effects) == (state, record, effects)
    assert walk(fresh(confirmed_by_till=True), ONE, YES).leg.state is S.CAPTURED, "one message: it is taken already"


def test_a_partial_approval_counts_only_where_the_till_allowed_it():
    less = Approved(Amount(10_00))
    assert walk(fresh(partial_ok=True), TWO, less).leg.approved == Amount(10_00)
    assert walk(fresh(partial_ok=False), TWO, less).leg.state is S.REVERSING
    assert walk(fresh(partial_ok=True), TWO, Approved(Amount(12_35))).leg.state is S.REVERSING


@pytest.mark.parametrize("events", [(TWO, YES, Unrecorded()), (CHIP, YES, CardRefused()), (CHIP, YES, Recovered())])
def test_an_approval_that_counts_for_nothing_is_not_kept(events):
    assert walk(fresh(), *events).leg.approved is None


def test_what_was_voided_or_cancelled_keeps_what_was_approved():
    for event in (Voided(), Cancelled(Cause.CANCELLED)):
        assert walk(fresh(), TWO, YES, event, Reversed(None)).leg.approved == ASKED


@pytest.mark.parametrize("state", [S.AUTHORISED, S.CAPTURING])
@pytest.mark.parametrize(
    ("found", "end"),
    [
        (Found(Standing.CAPTURED, ASKED), S.CAPTURED),
        (Found(Standing.CAPTURED, Amount(1)), S.UNRESOLVED),
        (Found(Standing.REVERSED, ASKED), S.UNRESOLVED),
        (Found(Standing.NOT_SEEN, None), S.UNRESOLVED),
        (Found(Standing.AUTHORISED, ASKED), None),
        (Found(Standing.IN_PROGRESS, None), None),
    ],
)
def test_a_journal_that_is_not_trusted_believes_what_agrees_with_it(state, found, end):
    moved = step(standing(state), found)
    assert (moved.leg.state, moved.record, moved.effects) == (end or state, end is not None, ())


@pytest.mark.parametrize(
    ("event", "state", "record", "effects"),
    [
        (CashTaken(), S.CASH_TAKEN, True, TOLD),
        (CashCancelled(), S.CASH_CANCELLED, True, TOLD),
        (Recovered(), S.CASH_DUE, False, ()),
    ],
)
def test_cash(event, state, record, effects):
    moved = step(replace(standing(S.CASH_DUE), tender=Tender.CASH), event)
    assert (moved.leg.state, moved.record, moved.effects) == (state, record, effects)
