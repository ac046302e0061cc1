"""What may happen to a refund: one by reference, and one to the card that is presented again."""

from dataclasses import replace

from pos_bridge.domain.happening import (
    Approved,
    CardRead,
    CardRefused,
    Declined,
    Event,
    Found,
    NoAnswer,
    PromptOver,
    Recovered,
    Standing,
    Unrecorded,
    WrongAnswer,
)
from pos_bridge.domain.leg import MAX_SENDS, Cause, Leg, State
from pos_bridge.domain.transition import Effect, ImpossibleStepError, Transition, reverse, send, settle


def by_reference(leg: Leg, event: Event) -> Transition:  # noqa: C901, PLR0911, PLR0912 - a line a case
    """By reference. Nothing but its key is needed to send it again, so it is, until not_after; then it is looked up."""
    match leg.state, event:
        case State.REFUND_INTENT, Recovered():
            return Transition(leg, record=False, effects=(Effect.REFUND,))
        case State.REFUND_INTENT, Approved(amount) if amount == leg.amount:
            return _refunded(leg)
        case State.REFUND_INTENT, Declined(cause):
            return settle(leg, State.REFUND_DECLINED, cause, Effect.TELL_TILL)
        case State.REFUND_INTENT, NoAnswer(may_resend=True):
            return Transition(leg, record=False, effects=(Effect.REFUND,))
        case State.REFUND_INTENT, (NoAnswer() | WrongAnswer() | Approved()):
            return Transition(leg, record=False, effects=(Effect.LOOK_UP,))
        case State.REFUND_INTENT, Found(Standing.REFUNDED, amount) if amount == leg.amount:
            return _refunded(leg)
        case State.REFUND_INTENT, Found(Standing.DECLINED):
            return settle(leg, State.REFUND_DECLINED, Cause.ISSUER, Effect.TELL_TILL)
        case State.REFUND_INTENT, Found(Standing.REVERSED | Standing.TOMBSTONE):
            return settle(leg, State.REFUND_DECLINED, Cause.PROCESSOR, Effect.TELL_TILL)
        case State.REFUND_INTENT, Found(Standing.NOT_SEEN, trusted=True):
            return settle(leg, State.REFUND_DECLINED, Cause.LATE, Effect.TELL_TILL)
        case State.REFUND_INTENT, Found(Standing.IN_PROGRESS):
            return Transition(leg, record=False, effects=(Effect.LOOK_UP,))
        case State.REFUND_INTENT, Found():
            return settle(leg, State.UNRESOLVED, Cause.IN_DOUBT, Effect.TELL_TILL)
        case State.REFUNDED, Unrecorded():  # the intent is on disk: the next start sends it again and is told the same
            return Transition(leg, record=True, effects=(Effect.TELL_TILL,))
        case _:
            raise ImpossibleStepError(leg, event)


def with_its_card(leg: Leg, event: Event) -> Transition:  # noqa: C901, PLR0911 - a line a case
    """With the card present: what is not known is undone, because it cannot be sent again without the card."""
    match leg.state, event:
        case State.REFUND_INTENT, CardRead(flow):
            return send(replace(leg, flow=flow), Effect.REFUND)
        case State.REFUND_INTENT, PromptOver(cause):
            return settle(leg, State.ENDED, cause, Effect.TELL_TILL)
        case ((State.REFUND_INTENT | State.SENDING), Recovered()):
            return settle(leg, State.REVERSING, Cause.RECOVERED, Effect.REVERSE)
        case State.SENDING, Approved(amount) if amount == leg.amount:
            return _refunded(leg)
        case State.SENDING, (Approved() | WrongAnswer()):
            return reverse(leg, Cause.WRONG_ANSWER)
        case State.SENDING, Declined(cause):
            return settle(leg, State.REFUND_DECLINED, cause, Effect.TELL_TILL)
        case State.SENDING, NoAnswer(may_resend=True) if leg.sends < MAX_SENDS:
            return send(leg, Effect.REFUND)
        case State.SENDING, NoAnswer():
            return reverse(leg, Cause.NO_ANSWER)
        case State.SENDING, CardRefused(cause):
            return reverse(leg, cause)
        case State.REFUNDED, Unrecorded():
            return reverse(replace(leg, approved=None), Cause.UNRECORDED)
        case _:
            raise ImpossibleStepError(leg, event)


def _refunded(leg: Leg) -> Transition:
    return Transition(replace(leg, state=State.REFUNDED, approved=leg.amount), record=True, effects=(Effect.TELL_TILL,))
