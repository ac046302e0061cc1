"""The pure step function: what may happen to a leg next.

`step(leg, event)` gives the next state, what must be durable before anything else happens (Record), and what to do
then (effects). It has no clock, no I/O and no card data; the shell in checkout/ obeys it and nothing else does. The
table of a card sale and that of cash are here, those of refunds in refund_step.py, what undoes a leg in undo_step.py.
"""

from dataclasses import replace

from pos_bridge.domain import refund_step
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
    Standing,
    Unrecorded,
    Voided,
    WrongAnswer,
)
from pos_bridge.domain.leg import MAX_SENDS, Cause, Flow, Kind, Leg, State, Tender
from pos_bridge.domain.money import Amount
from pos_bridge.domain.transition import Effect, ImpossibleStepError, Transition, reverse, send, settle
from pos_bridge.domain.undo_step import being_undone, decided


def step(leg: Leg, event: Event) -> Transition:
    """The next step of a leg. Raises ImpossibleStepError for an event that has no business in that state."""
    if leg.tender is Tender.CASH:
        return _cash(leg, event)
    if leg.state is State.REVERSING:
        return being_undone(leg, event)
    if leg.state is State.UNRESOLVED:
        return decided(leg, event)
    match leg.kind:
        case Kind.SALE:
            return _sale(leg, event)
        case Kind.REFUND:
            return refund_step.by_reference(leg, event)
        case Kind.CARD_REFUND:
            return refund_step.with_its_card(leg, event)


# ---- a card sale ----


def _sale(leg: Leg, event: Event) -> Transition:  # noqa: C901, PLR0911, PLR0912 - the table of steps: a line a case
    match leg.state, event:
        case State.INTENT, CardRead(flow, chip):
            return send(replace(leg, flow=flow, chip=chip))
        case State.INTENT, PromptOver(cause):
            return settle(leg, State.ENDED, cause, Effect.TELL_TILL)
        case ((State.INTENT | State.SENDING | State.AGREEING), Recovered()):
            return settle(replace(leg, approved=None), State.REVERSING, Cause.RECOVERED, Effect.REVERSE)

        case State.SENDING, Approved(amount) if not _is_answer(leg, amount):
            return reverse(leg, Cause.WRONG_ANSWER)
        case State.SENDING, Approved(amount) if leg.chip:
            return Transition(
                replace(leg, state=State.AGREEING, approved=amount), record=False, effects=(Effect.ASK_CARD,)
            )
        case State.SENDING, Approved(amount):
            return _approve(replace(leg, approved=amount))
        case State.SENDING, Declined(cause):
            return settle(leg, State.DECLINED, cause, Effect.TELL_TILL)
        case State.SENDING, NoAnswer(may_resend=True) if leg.sends < MAX_SENDS:
            return send(leg)
        case State.SENDING, NoAnswer():
            return reverse(leg, Cause.NO_ANSWER)
        case State.SENDING, WrongAnswer():
            return reverse(leg, Cause.WRONG_ANSWER)
        case ((State.SENDING | State.AGREEING), CardRefused(cause)):
            return reverse(replace(leg, approved=None), cause)
        case State.AGREEING, CardAgreed():
            return _approve(leg)

        case ((State.AUTHORISED | State.CAPTURING | State.CAPTURED), Unrecorded()):
            # The approval is not on disk; INTENT is, and recovery reverses an INTENT: so failure may be told.
            return reverse(replace(leg, approved=None), Cause.UNRECORDED)
        case State.AUTHORISED, Confirmed():
            confirmed = replace(leg, state=State.CAPTURING)
            return Transition(confirmed, record=True, effects=(Effect.TELL_TILL, Effect.CAPTURE))
        case State.AUTHORISED, Recovered():
            return Transition(leg, record=False, effects=(Effect.AWAIT_TILL,))
        case ((State.AUTHORISED | State.CAPTURING | State.CAPTURED | State.CAPTURE_LOST), Cancelled(cause)):
            return settle(leg, State.REVERSING, cause, Effect.REVERSE)

        case State.CAPTURE_LOST, Decided():
            return decided(leg, event)

        case State.CAPTURING, CaptureDone():
            return Transition(replace(leg, state=State.CAPTURED), record=True)
        case State.CAPTURING, CaptureRefused(reversed=True):
            # By an earlier run, whose record of the approval failed and came back with the power (Unrecorded).
            return settle(leg, State.REVERSED, Cause.UNRECORDED)
        case State.CAPTURING, CaptureRefused():
            return Transition(replace(leg, state=State.CAPTURE_LOST), record=True)
        case State.CAPTURING, Recovered():
            return Transition(leg, record=False, effects=(Effect.CAPTURE,))
        case ((State.CAPTURING | State.CAPTURED), Voided()):
            return settle(leg, State.REVERSING, Cause.VOIDED, Effect.REVERSE)
        case ((State.AUTHORISED | State.CAPTURING), Found(standing, amount)):
            return _found_approved(leg, standing, amount)

        case State.GIVING_BACK, Recovered():
            return Transition(leg, record=False, effects=(Effect.GIVE_BACK,))
        case State.GIVING_BACK, GivenBack(made=True):
            return settle(leg, State.GIVEN_BACK, leg.cause)
        case State.GIVING_BACK, GivenBack():
            return settle(leg, State.UNRESOLVED, leg.cause)

        case _:
            raise ImpossibleStepError(leg, event)


def _is_answer(leg: Leg, amount: Amount) -> bool:
    """Whether this approval is one to what was asked: all of it, or less where that was allowed."""
    less = amount.cents < leg.amount.cents and replace(amount, cents=leg.amount.cents) == leg.amount
    return amount == leg.amount or (leg.partial_ok and less)


def _approve(leg: Leg) -> Transition:
    if leg.flow is Flow.ONE_MESSAGE:
        return Transition(replace(leg, state=State.CAPTURED), record=True, effects=(Effect.TELL_TILL,))
    if leg.confirmed_by_till:
        authorised = replace(leg, state=State.AUTHORISED)
        return Transition(authorised, record=True, effects=(Effect.TELL_TILL, Effect.AWAIT_TILL))
    return Transition(replace(leg, state=State.CAPTURING), record=True, effects=(Effect.TELL_TILL, Effect.CAPTURE))


def _found_approved(leg: Leg, standing: Standing, amount: Amount | None) -> Transition:
    """A journal that cannot be trusted only looks: what agrees with it ends, what does not is for a person."""
    match standing:
        case Standing.CAPTURED if amount == leg.approved:
            return Transition(replace(leg, state=State.CAPTURED), record=True)
        case Standing.AUTHORISED | Standing.IN_PROGRESS:
            return Transition(leg, record=False)
        case _:
            return settle(leg, State.UNRESOLVED, Cause.IN_DOUBT)


# ---- cash ----


def _cash(leg: Leg, event: Event) -> Transition:
    match leg.state, event:
        case State.CASH_DUE, CashTaken():
            return Transition(replace(leg, state=State.CASH_TAKEN), record=True, effects=(Effect.TELL_TILL,))
        case State.CASH_DUE, CashCancelled():
            return settle(leg, State.CASH_CANCELLED, Cause.CANCELLED, Effect.TELL_TILL)
        case State.CASH_DUE, Recovered():
            return Transition(leg, record=False)  # listed: the cashier says what became of it
        case _:
            raise ImpossibleStepError(leg, event)
