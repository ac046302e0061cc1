"""What may happen to a leg that is being undone, and to one about which a person decides."""

from dataclasses import replace

from pos_bridge.domain.happening import (
    Approved,
    CaptureDone,
    CaptureRefused,
    CardRefused,
    Decided,
    Declined,
    Event,
    Found,
    NoAnswer,
    Recovered,
    Reversed,
    Standing,
    WrongAnswer,
)
from pos_bridge.domain.leg import TAKEN_BACK, Cause, Kind, Leg, State
from pos_bridge.domain.transition import Effect, ImpossibleStepError, Transition, settle


def being_undone(leg: Leg, event: Event) -> Transition:  # noqa: PLR0911 - a line a case
    """REVERSING: only a definite answer ends it."""
    match event:
        case Recovered():
            return Transition(leg, record=False, effects=(Effect.REVERSE,))
        case Reversed(cause=Cause.TOMBSTONED, trusted=False):
            return settle(leg, State.UNRESOLVED, Cause.IN_DOUBT)
        case Reversed(cause=(Cause.TOO_LATE | Cause.CARD_NEEDED) as cause):
            return _cannot_be_undone(leg, cause)
        case Reversed(cause):
            kept = leg.cause if leg.cause in TAKEN_BACK else cause or leg.cause
            return settle(leg, State.REVERSED, kept)
        case Found(Standing.REVERSED | Standing.TOMBSTONE | Standing.DECLINED):
            return settle(leg, State.REVERSED, leg.cause)
        case Found(Standing.NOT_SEEN, trusted=True):
            return settle(leg, State.REVERSED, Cause.TOMBSTONED)
        case Found(Standing.IN_PROGRESS):
            return Transition(leg, record=False)
        case Found():
            return settle(leg, State.UNRESOLVED, Cause.IN_DOUBT)
        case Approved() | Declined() | NoAnswer() | WrongAnswer() | CardRefused() | CaptureDone() | CaptureRefused():
            return Transition(leg, record=False)  # a late answer: the reversal decides
        case _:
            raise ImpossibleStepError(leg, event)


def _cannot_be_undone(leg: Leg, cause: Cause) -> Transition:
    if leg.kind is not Kind.SALE:
        return settle(leg, State.UNRESOLVED, cause)
    if leg.cause is Cause.VOIDED:  # the sale stands as it did; the till is told, and may ask for a refund
        return Transition(replace(leg, state=State.CAPTURED, cause=cause), record=True)
    if cause is Cause.TOO_LATE:
        return settle(leg, State.GIVING_BACK, cause, Effect.GIVE_BACK)
    return settle(leg, State.UNRESOLVED, cause)


def decided(leg: Leg, event: Event) -> Transition:
    """UNRESOLVED, or a capture that was lost: a person's word, and nothing else, ends it."""
    match event, leg.kind:
        case Decided(undo=True), Kind.SALE | Kind.CARD_REFUND:
            return settle(leg, State.REVERSING, Cause.DECIDED, Effect.REVERSE)
        case Decided(stands=True, undo=False), Kind.SALE:
            paid = replace(leg, state=State.CAPTURED, approved=leg.approved or leg.amount, cause=Cause.DECIDED)
            return Transition(paid, record=True)
        case Decided(stands=False, undo=False), Kind.SALE:
            return settle(leg, State.REVERSED, Cause.DECIDED)
        case Decided(stands=True, undo=False), _:
            return Transition(replace(leg, state=State.REFUNDED, approved=leg.amount, cause=Cause.DECIDED), record=True)
        case Decided(stands=False, undo=False), _:
            return settle(leg, State.REFUND_DECLINED, Cause.DECIDED)
        case _:
            raise ImpossibleStepError(leg, event)
