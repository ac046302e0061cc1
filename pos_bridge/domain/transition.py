"""One step as a value: what a leg is next, what must be durable first, and what to do then.

It decides nothing: the tables in step.py, refund_step.py and undo_step.py do, in these words.
"""

from dataclasses import dataclass, replace
from enum import Enum

from pos_bridge.domain.happening import Event
from pos_bridge.domain.leg import Cause, Leg, State


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


def send(leg: Leg, effect: Effect = Effect.AUTHORISE) -> Transition:
    """Once more, and in memory only: the intent is on disk, and says as much to the next start."""
    return Transition(replace(leg, state=State.SENDING, sends=leg.sends + 1), record=False, effects=(effect,))


def reverse(leg: Leg, cause: Cause) -> Transition:
    """Whatever may stand of it is undone, and the till is told that it failed."""
    return settle(leg, State.REVERSING, cause, Effect.TELL_TILL, Effect.REVERSE)


def settle(leg: Leg, state: State, cause: Cause | None, *effects: Effect) -> Transition:
    """To that state, durably, and for that cause."""
    return Transition(replace(leg, state=state, cause=cause), record=True, effects=effects)
