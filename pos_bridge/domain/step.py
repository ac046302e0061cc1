"""The pure step function: what may happen to a leg next.

`step(leg, event)` gives the next state, what must be durable before anything else happens (Record), and what to do
then (effects). It has no clock, no I/O and no card data; the shell in checkout/ obeys it and nothing else does.
"""

from dataclasses import dataclass, replace
from enum import Enum

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
from pos_bridge.domain.leg import MAX_SENDS, TAKEN_BACK, Cause, Flow, Kind, Leg, State, Tender
from pos_bridge.domain.money import Amount


class Effect(Enum):
    """What the shell does once the record is durable, in the order given."""

    AUTHORISE = "authorise"
    ASK_CARD = "ask_card"  # the issuer's answer goes to the chip, which answers a second time
    TELL_TILL = "tell_till"
    AWAIT_TILL = "await_till"  # for its confirmation, until confirm_by
    CAPTURE = "capture"
    REVERSE = "reverse"
    REFUND = "refund"  # send this leg's refund, the same each time
    LOOK_UP = "look_up"
    GIVE_BACK = "give_back"  # open and settle the refund leg of the derived key


@dataclass(frozen=True, slots=True)
class Transition:
    """`record`: the new state must be durable before any effect. Without it the change is in memory only."""

    leg: Leg
    record: bool
    effects: tuple[Effect, ...] = ()


class ImpossibleStepError(Exception):
    """An event that cannot happen in this state: a fault of this program, never of the outside."""

    def __init__(self, leg: Leg, event: Event) -> None:
        super().__init__(f"{type(event).__name__} cannot happen to a {leg.kind.value} in {leg.state.value}")


def step(leg: Leg, event: Event) -> Transition:
    """The next step of a leg. Raises ImpossibleStepError for an event that has no business in that state."""
    if leg.tender is Tender.CASH:
        return _cash(leg, event)
    if leg.state is State.REVERSING:
        return _being_undone(leg, event)
    if leg.state is State.UNRESOLVED:
        return _decided(leg, event)
    match leg.kind:
        case Kind.SALE:
            return _sale(leg, event)
        case Kind.REFUND:
            return _refund(leg, event)
        case Kind.CARD_REFUND:
            return _card_refund(leg, event)


# ---- a card sale ----


def _sale(leg: Leg, event: Event) -> Transition:  # noqa: C901, PLR0911, PLR0912 - the table of steps: a line a case
    match leg.state, event:
        case State.INTENT, CardRead(flow, chip):
            return _send(replace(leg, flow=flow, chip=chip))
        case State.INTENT, PromptOver(cause):
            return _settle(leg, State.ENDED, cause, Effect.TELL_TILL)
        case ((State.INTENT | State.SENDING | State.AGREEING), Recovered()):
            return _settle(replace(leg, approved=None), State.REVERSING, Cause.RECOVERED, Effect.REVERSE)

        case State.SENDING, Approved(amount) if not _is_answer(leg, amount):
            return _reverse(leg, Cause.WRONG_ANSWER)
        case State.SENDING, Approved(amount) if leg.chip:
            return Transition(
                replace(leg, state=State.AGREEING, approved=amount), record=False, effects=(Effect.ASK_CARD,)
            )
        case State.SENDING, Approved(amount):
            return _approve(replace(leg, approved=amount))
        case State.SENDING, Declined(cause):
            return _settle(leg, State.DECLINED, cause, Effect.TELL_TILL)
        case State.SENDING, NoAnswer(may_resend=True) if leg.sends < MAX_SENDS:
            return _send(leg)
        case State.SENDING, NoAnswer():
            return _reverse(leg, Cause.NO_ANSWER)
        case State.SENDING, WrongAnswer():
            return _reverse(leg, Cause.WRONG_ANSWER)
        case ((State.SENDING | State.AGREEING), CardRefused()):
            return _reverse(replace(leg, approved=None), Cause.CARD_REFUSED)
        case State.AGREEING, CardAgreed():
            return _approve(leg)

        case ((State.AUTHORISED | State.CAPTURING | State.CAPTURED), Unrecorded()):
            # The approval is not on disk; INTENT is, and recovery reverses an INTENT: so failure may be told.
            return _reverse(replace(leg, approved=None), Cause.UNRECORDED)
        case State.AUTHORISED, Confirmed():
            confirmed = replace(leg, state=State.CAPTURING)
            return Transition(confirmed, record=True, effects=(Effect.TELL_TILL, Effect.CAPTURE))
        case State.AUTHORISED, Recovered():
            return Transition(leg, record=False, effects=(Effect.AWAIT_TILL,))
        case ((State.AUTHORISED | State.CAPTURING | State.CAPTURED | State.CAPTURE_LOST), Cancelled(cause)):
            return _settle(leg, State.REVERSING, cause, Effect.REVERSE)

        case State.CAPTURE_LOST, Decided():
            return _decided(leg, event)

        case State.CAPTURING, CaptureDone():
            return Transition(replace(leg, state=State.CAPTURED), record=True)
        case State.CAPTURING, CaptureRefused(reversed=True):
            # By an earlier run, whose record of the approval failed and came back with the power (Unrecorded).
            return _settle(leg, State.REVERSED, Cause.UNRECORDED)
        case State.CAPTURING, CaptureRefused():
            return Transition(replace(leg, state=State.CAPTURE_LOST), record=True)
        case State.CAPTURING, Recovered():
            return Transition(leg, record=False, effects=(Effect.CAPTURE,))
        case ((State.CAPTURING | State.CAPTURED), Voided()):
            return _settle(leg, State.REVERSING, Cause.VOIDED, Effect.REVERSE)
        case ((State.AUTHORISED | State.CAPTURING), Found(standing, amount)):
            return _found_approved(leg, standing, amount)

        case State.GIVING_BACK, Recovered():
            return Transition(leg, record=False, effects=(Effect.GIVE_BACK,))
        case State.GIVING_BACK, GivenBack(made=True):
            return _settle(leg, State.GIVEN_BACK, leg.cause)
        case State.GIVING_BACK, GivenBack():
            return _settle(leg, State.UNRESOLVED, leg.cause)

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
            return _settle(leg, State.UNRESOLVED, Cause.IN_DOUBT)


# ---- undoing ----


def _being_undone(leg: Leg, event: Event) -> Transition:  # noqa: PLR0911 - a line a case
    match event:
        case Recovered():
            return Transition(leg, record=False, effects=(Effect.REVERSE,))
        case Reversed(cause=Cause.TOMBSTONED, trusted=False):
            return _settle(leg, State.UNRESOLVED, Cause.IN_DOUBT)
        case Reversed(cause=(Cause.TOO_LATE | Cause.CARD_NEEDED) as cause):
            return _cannot_be_undone(leg, cause)
        case Reversed(cause):
            kept = leg.cause if leg.cause in TAKEN_BACK else cause or leg.cause
            return _settle(leg, State.REVERSED, kept)
        case Found(Standing.REVERSED | Standing.TOMBSTONE | Standing.DECLINED):
            return _settle(leg, State.REVERSED, leg.cause)
        case Found(Standing.NOT_SEEN, trusted=True):
            return _settle(leg, State.REVERSED, Cause.TOMBSTONED)
        case Found(Standing.IN_PROGRESS):
            return Transition(leg, record=False)
        case Found():
            return _settle(leg, State.UNRESOLVED, Cause.IN_DOUBT)
        case Approved() | Declined() | NoAnswer() | WrongAnswer() | CardRefused() | CaptureDone() | CaptureRefused():
            return Transition(leg, record=False)  # a late answer: the reversal decides
        case _:
            raise ImpossibleStepError(leg, event)


def _cannot_be_undone(leg: Leg, cause: Cause) -> Transition:
    if leg.kind is not Kind.SALE:
        return _settle(leg, State.UNRESOLVED, cause)
    if leg.cause is Cause.VOIDED:  # the sale stands as it did; the till is told, and may ask for a refund
        return Transition(replace(leg, state=State.CAPTURED, cause=cause), record=True)
    if cause is Cause.TOO_LATE:
        return _settle(leg, State.GIVING_BACK, cause, Effect.GIVE_BACK)
    return _settle(leg, State.UNRESOLVED, cause)


def _decided(leg: Leg, event: Event) -> Transition:
    match event, leg.kind:
        case Decided(undo=True), Kind.SALE | Kind.CARD_REFUND:
            return _settle(leg, State.REVERSING, Cause.DECIDED, Effect.REVERSE)
        case Decided(stands=True, undo=False), Kind.SALE:
            paid = replace(leg, state=State.CAPTURED, approved=leg.approved or leg.amount, cause=Cause.DECIDED)
            return Transition(paid, record=True)
        case Decided(stands=False, undo=False), Kind.SALE:
            return _settle(leg, State.REVERSED, Cause.DECIDED)
        case Decided(stands=True, undo=False), _:
            return Transition(replace(leg, state=State.REFUNDED, approved=leg.amount, cause=Cause.DECIDED), record=True)
        case Decided(stands=False, undo=False), _:
            return _settle(leg, State.REFUND_DECLINED, Cause.DECIDED)
        case _:
            raise ImpossibleStepError(leg, event)


# ---- refunds ----


def _refund(leg: Leg, event: Event) -> Transition:  # noqa: C901, PLR0911, PLR0912 - a line a case
    """By reference. Nothing but its key is needed to send it again, so it is, until not_after; then it is looked up."""
    match leg.state, event:
        case State.REFUND_INTENT, Recovered():
            return Transition(leg, record=False, effects=(Effect.REFUND,))
        case State.REFUND_INTENT, Approved(amount) if amount == leg.amount:
            return _refunded(leg)
        case State.REFUND_INTENT, Declined(cause):
            return _settle(leg, State.REFUND_DECLINED, cause, Effect.TELL_TILL)
        case State.REFUND_INTENT, NoAnswer(may_resend=True):
            return Transition(leg, record=False, effects=(Effect.REFUND,))
        case State.REFUND_INTENT, (NoAnswer() | WrongAnswer() | Approved()):
            return Transition(leg, record=False, effects=(Effect.LOOK_UP,))
        case State.REFUND_INTENT, Found(Standing.REFUNDED, amount) if amount == leg.amount:
            return _refunded(leg)
        case State.REFUND_INTENT, Found(Standing.DECLINED):
            return _settle(leg, State.REFUND_DECLINED, Cause.ISSUER, Effect.TELL_TILL)
        case State.REFUND_INTENT, Found(Standing.REVERSED | Standing.TOMBSTONE):
            return _settle(leg, State.REFUND_DECLINED, Cause.PROCESSOR, Effect.TELL_TILL)
        case State.REFUND_INTENT, Found(Standing.NOT_SEEN, trusted=True):
            return _settle(leg, State.REFUND_DECLINED, Cause.LATE, Effect.TELL_TILL)
        case State.REFUND_INTENT, Found(Standing.IN_PROGRESS):
            return Transition(leg, record=False, effects=(Effect.LOOK_UP,))
        case State.REFUND_INTENT, Found():
            return _settle(leg, State.UNRESOLVED, Cause.IN_DOUBT, Effect.TELL_TILL)
        case State.REFUNDED, Unrecorded():  # the intent is on disk: the next start sends it again and is told the same
            return Transition(leg, record=True, effects=(Effect.TELL_TILL,))
        case _:
            raise ImpossibleStepError(leg, event)


def _card_refund(leg: Leg, event: Event) -> Transition:  # noqa: C901, PLR0911 - a line a case
    """With the card present: what is not known is undone, because it cannot be sent again without the card."""
    match leg.state, event:
        case State.REFUND_INTENT, CardRead(flow):
            return _send(replace(leg, flow=flow), Effect.REFUND)
        case State.REFUND_INTENT, PromptOver(cause):
            return _settle(leg, State.ENDED, cause, Effect.TELL_TILL)
        case ((State.REFUND_INTENT | State.SENDING), Recovered()):
            return _settle(leg, State.REVERSING, Cause.RECOVERED, Effect.REVERSE)
        case State.SENDING, Approved(amount) if amount == leg.amount:
            return _refunded(leg)
        case State.SENDING, (Approved() | WrongAnswer()):
            return _reverse(leg, Cause.WRONG_ANSWER)
        case State.SENDING, Declined(cause):
            return _settle(leg, State.REFUND_DECLINED, cause, Effect.TELL_TILL)
        case State.SENDING, NoAnswer(may_resend=True) if leg.sends < MAX_SENDS:
            return _send(leg, Effect.REFUND)
        case State.SENDING, NoAnswer():
            return _reverse(leg, Cause.NO_ANSWER)
        case State.SENDING, CardRefused():
            return _reverse(leg, Cause.CARD_REFUSED)
        case State.REFUNDED, Unrecorded():
            return _reverse(replace(leg, approved=None), Cause.UNRECORDED)
        case _:
            raise ImpossibleStepError(leg, event)


def _refunded(leg: Leg) -> Transition:
    return Transition(replace(leg, state=State.REFUNDED, approved=leg.amount), record=True, effects=(Effect.TELL_TILL,))


# ---- cash ----


def _cash(leg: Leg, event: Event) -> Transition:
    match leg.state, event:
        case State.CASH_DUE, CashTaken():
            return Transition(replace(leg, state=State.CASH_TAKEN), record=True, effects=(Effect.TELL_TILL,))
        case State.CASH_DUE, CashCancelled():
            return _settle(leg, State.CASH_CANCELLED, Cause.CANCELLED, Effect.TELL_TILL)
        case State.CASH_DUE, Recovered():
            return Transition(leg, record=False)  # listed: the cashier says what became of it
        case _:
            raise ImpossibleStepError(leg, event)


# ---- of all ----


def _send(leg: Leg, effect: Effect = Effect.AUTHORISE) -> Transition:
    return Transition(replace(leg, state=State.SENDING, sends=leg.sends + 1), record=False, effects=(effect,))


def _reverse(leg: Leg, cause: Cause) -> Transition:
    return _settle(leg, State.REVERSING, cause, Effect.TELL_TILL, Effect.REVERSE)


def _settle(leg: Leg, state: State, cause: Cause | None, *effects: Effect) -> Transition:
    return Transition(replace(leg, state=state, cause=cause), record=True, effects=effects)
