"""The words in which the tests of the step function speak: legs, what can happen to them, and what is expected."""

from dataclasses import replace

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
from pos_bridge.domain.leg import Cause, Flow, Kind, Leg, State
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


_SOME = [Amount(cents) for cents in (1, 12_33, 12_34, 12_35)]
# Everything that can happen, in every way that makes a difference.
EVENTS: list[Event] = [
    *(CardRead(flow, chip=chip) for flow in Flow for chip in (False, True)),
    PromptOver(Cause.NO_CARD),
    *map(Approved, _SOME),
    Declined(Cause.ISSUER),
    NoAnswer(may_resend=True),
    NoAnswer(may_resend=False),
    WrongAnswer(),
    CardAgreed(),
    CardRefused(),
    Confirmed(),
    Cancelled(Cause.CANCELLED),
    Cancelled(Cause.UNCONFIRMED),
    Voided(),
    Unrecorded(),
    Recovered(),
    CaptureDone(),
    CaptureRefused(),
    *(
        Reversed(cause, trusted=trusted)
        for cause in (None, Cause.TOMBSTONED, Cause.WAS_DECLINED, Cause.TOO_LATE, Cause.CARD_NEEDED)
        for trusted in (False, True)
    ),
    *(Found(where, amount, trusted=trusted) for where in Standing for amount in (None, ASKED) for trusted in (0, 1)),  # type: ignore[arg-type] # 0 and 1 are enough
    GivenBack(made=True),
    GivenBack(made=False),
    *(Decided(stands=stands, undo=undo) for stands in (False, True) for undo in (False, True)),
    CashTaken(),
    CashCancelled(),
]
