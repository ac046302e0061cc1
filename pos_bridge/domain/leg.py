"""A leg: one movement of one tender, and the pure step function that says what may happen to it next.

`step(leg, event)` gives the next state, what must be durable before anything else happens (Record), and what to do
then (effects). It has no clock, no I/O and no card data; the shell in checkout/ obeys it and nothing else does.
"""

from dataclasses import dataclass, replace
from enum import Enum

from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount

MAX_SENDS = 3  # the first and at most two more of the same request


class State(Enum):
    """Where a leg stands. The journal stores these words; SENDING is INTENT there, because a crash forgets it."""

    INTENT = "intent"  # durable; nothing sent yet, as far as this process knows
    SENDING = "sending"  # Authorise may have reached the processor
    DECLINED = "declined"  # end: the issuer or the processor said no
    ENDED = "ended"  # end: nothing was ever sent
    CAPTURING = "capturing"  # approved; the capture is on its way
    CAPTURED = "captured"  # end: paid
    CAPTURE_LOST = "capture_lost"  # end, with an alarm: approved, and the processor will not capture
    REVERSING = "reversing"  # whatever stands is being undone, for as long as it takes
    REVERSED = "reversed"  # end: nothing stands
    UNRESOLVED = "unresolved"  # a person decides: settled already, or the card is needed
    CASH_TAKEN = "cash_taken"  # end: paid in cash


SETTLED = frozenset(
    {State.DECLINED, State.ENDED, State.CAPTURED, State.CAPTURE_LOST, State.REVERSED, State.CASH_TAKEN},
)


APPROVED_STATES = frozenset({State.CAPTURING, State.CAPTURED, State.CAPTURE_LOST})
PAID_STATES = APPROVED_STATES | {State.CASH_TAKEN}


class Cause(Enum):
    """Why a leg went where it went: the closed set of reasons that is journalled and told."""

    ABORTED = "aborted"  # the till withdrew it
    NO_CARD = "no_card"
    UNREADABLE = "unreadable"
    CHIP_REQUIRED = "chip_required"
    NOT_A_BANK_CARD = "not_a_bank_card"
    READER = "reader"  # absent, stalled or taken
    ROOM = "room"  # the card room refused or was lost
    UNREACHABLE = "unreachable"  # the processor was not reached and nothing was sent
    STOPPED = "stopped"  # the daemon was told to stop
    ISSUER = "issuer"  # declined by the issuer
    PROCESSOR = "processor"  # refused by the processor, definite
    LATE = "late"  # reached the processor after not_after
    NO_ANSWER = "no_answer"
    WRONG_ANSWER = "wrong_answer"  # another key, amount or currency than asked
    UNRECORDED = "unrecorded"  # an approval that could not be made durable
    RECOVERED = "recovered"  # found open at start
    TOMBSTONED = "tombstoned"  # reversal of a key the processor never saw
    WAS_DECLINED = "was_declined"  # reversal of a sale that had been declined
    TOO_LATE = "too_late"  # reversal of a settled sale
    CARD_NEEDED = "card_needed"  # reversal that needs the card again


OWED = frozenset({Cause.TOO_LATE, Cause.CARD_NEEDED})  # UNRESOLVED, told as not paid: a person gives the money back


class Tender(Enum):
    CARD = "card"
    CASH = "cash"


class Flow(Enum):
    """How a card sale is made final; the value is AuthoriseRequest.Flow."""

    TWO_MESSAGES = 1
    ONE_MESSAGE = 2


@dataclass(frozen=True, slots=True)
class Leg:
    """A card sale as the step function sees it. `approved` is set from CAPTURING on; `sends` counts Authorises."""

    key: LegKey
    amount: Amount
    partial_ok: bool
    flow: Flow = Flow.TWO_MESSAGES
    state: State = State.INTENT
    approved: Amount | None = None
    cause: Cause | None = None
    sends: int = 0


# ---- events: what has happened ----


@dataclass(frozen=True, slots=True)
class CardRead:
    """A card was read and sealed; its scheme says how many messages make the sale final."""

    flow: Flow


@dataclass(frozen=True, slots=True)
class PromptOver:
    """The prompt ended without a card, or was withdrawn, before anything was sent."""

    cause: Cause


@dataclass(frozen=True, slots=True)
class Approved:
    """The processor answered yes for this amount, under this key (already checked to be ours)."""

    amount: Amount


@dataclass(frozen=True, slots=True)
class Declined:
    """The processor answered a definite no."""

    cause: Cause


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """No definite answer in time. `may_resend`: the sealed payment is still held and not_after is not near."""

    may_resend: bool


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """An answer that is not one to our question."""


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """What followed could not be made durable."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """The leg was found in the journal at start; nobody remembers what was sent."""


@dataclass(frozen=True, slots=True)
class CaptureDone:
    pass


@dataclass(frozen=True, slots=True)
class CaptureRefused:
    pass


@dataclass(frozen=True, slots=True)
class Reversed:
    """The processor's definite answer to ReverseByKey; `cause` is None for a plain reversal."""

    cause: Cause | None


Event = (
    CardRead
    | PromptOver
    | Approved
    | Declined
    | NoAnswer
    | WrongAnswer
    | Unrecorded
    | Recovered
    | CaptureDone
    | CaptureRefused
    | Reversed
)


class Effect(Enum):
    """What the shell does once the record is durable, in the order given."""

    AUTHORISE = "authorise"
    TELL_TILL = "tell_till"
    CAPTURE = "capture"
    REVERSE = "reverse"


@dataclass(frozen=True, slots=True)
class Transition:
    """`record`: the new state must be durable before any effect. Without it the change is in memory only."""

    leg: Leg
    record: bool
    effects: tuple[Effect, ...] = ()


class ImpossibleStepError(Exception):
    """An event that cannot happen in this state: a fault of this program, never of the outside."""

    def __init__(self, state: State, event: Event) -> None:
        super().__init__(f"{type(event).__name__} cannot happen in {state.value}")


def step(leg: Leg, event: Event) -> Transition:  # noqa: C901, PLR0911, PLR0912 - the table of steps: a line a case
    """The next step of a card sale. Raises ImpossibleStepError for an event that has no business in that state."""
    match leg.state, event:
        case State.INTENT, CardRead(flow):
            return _send(replace(leg, flow=flow))
        case State.INTENT, PromptOver(cause):
            return _settle(leg, State.ENDED, cause, Effect.TELL_TILL)
        case ((State.INTENT | State.SENDING), Recovered()):
            return _settle(leg, State.REVERSING, Cause.RECOVERED, Effect.REVERSE)

        case State.SENDING, Approved(amount):
            return _approve(leg, amount)
        case State.SENDING, Declined(cause):
            return _settle(leg, State.DECLINED, cause, Effect.TELL_TILL)
        case State.SENDING, NoAnswer(may_resend=True) if leg.sends < MAX_SENDS:
            return _send(leg)
        case State.SENDING, NoAnswer():
            return _reverse(leg, Cause.NO_ANSWER)
        case State.SENDING, WrongAnswer():
            return _reverse(leg, Cause.WRONG_ANSWER)
        case ((State.CAPTURING | State.CAPTURED), Unrecorded()):
            # The approval is not on disk; INTENT is, and recovery reverses an INTENT: so failure may be told.
            return _reverse(replace(leg, approved=None), Cause.UNRECORDED)

        case State.CAPTURING, CaptureDone():
            return Transition(replace(leg, state=State.CAPTURED), record=True)
        case State.CAPTURING, CaptureRefused():
            return Transition(replace(leg, state=State.CAPTURE_LOST), record=True)
        case State.CAPTURING, Recovered():
            return Transition(leg, record=False, effects=(Effect.CAPTURE,))

        case State.REVERSING, Recovered():
            return Transition(leg, record=False, effects=(Effect.REVERSE,))
        case State.REVERSING, Reversed(cause=(Cause.TOO_LATE | Cause.CARD_NEEDED) as cause):
            return _settle(leg, State.UNRESOLVED, cause)
        case State.REVERSING, Reversed(cause):
            return _settle(leg, State.REVERSED, cause or leg.cause)
        case State.REVERSING, (Approved() | Declined() | NoAnswer() | WrongAnswer()):
            return Transition(leg, record=False)  # a late answer: the reversal decides

        case _:
            raise ImpossibleStepError(leg.state, event)


def _send(leg: Leg) -> Transition:
    sent = replace(leg, state=State.SENDING, sends=leg.sends + 1)
    return Transition(sent, record=False, effects=(Effect.AUTHORISE,))


def _approve(leg: Leg, amount: Amount) -> Transition:
    exact = amount == leg.amount
    less = amount.cents < leg.amount.cents and replace(amount, cents=leg.amount.cents) == leg.amount
    partial = leg.partial_ok and less
    if not (exact or partial):
        return _reverse(leg, Cause.WRONG_ANSWER)
    if leg.flow is Flow.ONE_MESSAGE:
        return Transition(replace(leg, state=State.CAPTURED, approved=amount), record=True, effects=(Effect.TELL_TILL,))
    capturing = replace(leg, state=State.CAPTURING, approved=amount)
    return Transition(capturing, record=True, effects=(Effect.TELL_TILL, Effect.CAPTURE))


def _reverse(leg: Leg, cause: Cause) -> Transition:
    return _settle(leg, State.REVERSING, cause, Effect.TELL_TILL, Effect.REVERSE)


def _settle(leg: Leg, state: State, cause: Cause | None, *effects: Effect) -> Transition:
    return Transition(replace(leg, state=state, cause=cause), record=True, effects=effects)
