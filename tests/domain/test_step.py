"""The step function: its table, a line a step."""

from dataclasses import replace

import pytest

from pos_bridge.domain.happening import (
    Approved,
    Cancelled,
    CaptureDone,
    CaptureRefused,
    CardAgreed,
    CardRead,
    CardRefused,
    CashCancelled,
    CashTaken,
    Confirmed,
    Decided,
    Declined,
    Event,
    Found,
    GivenBack,
    NoAnswer,
    PromptOver,
    Recovered,
    Reversed,
    Standing,
    Unrecorded,
    Voided,
    WrongAnswer,
)
from pos_bridge.domain.leg import MAX_SENDS, Cause, Flow, Kind, Leg, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.step import step
from pos_bridge.domain.transition import Effect, Transition

ASKED = Amount(12_34)
TWO, ONE, CHIP = CardRead(Flow.TWO_MESSAGES), CardRead(Flow.ONE_MESSAGE), CardRead(Flow.TWO_MESSAGES, chip=True)
YES = Approved(ASKED)
TOLD, REVERSE, BOTH = (Effect.TELL_TILL,), (Effect.REVERSE,), (Effect.TELL_TILL, Effect.REVERSE)
CAPTURE, TOLD_CAPTURE = (Effect.CAPTURE,), (Effect.TELL_TILL, Effect.CAPTURE)
LOOK_UP, REFUND = (Effect.LOOK_UP,), (Effect.REFUND,)
S = State


def fresh(*, partial_ok: bool = False, confirmed_by_till: bool = False) -> Leg:
    return Leg(LegKey.fresh(), ASKED, partial_ok, confirmed_by_till=confirmed_by_till)


def standing(
    state: State, kind: Kind = Kind.SALE, cause: Cause | None = None, approved: Amount | None = ASKED, sends: int = 0
) -> Leg:
    return replace(fresh(), state=state, kind=kind, cause=cause, approved=approved, sends=sends)


def walk(leg: Leg, *events: Event) -> Transition:
    moved = step(leg, events[0])
    for event in events[1:]:
        moved = step(moved.leg, event)
    return moved


def check(moved: Transition, state: State, cause: Cause | None, record: bool, effects: tuple[Effect, ...]) -> None:
    assert (moved.leg.state, moved.leg.cause, moved.record, moved.effects) == (state, cause, record, effects)


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
