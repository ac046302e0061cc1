"""Why a transaction was not made, or is not known yet: an outcome's sentence and the pairs that go with it."""

from typing import assert_never

from pos_bridge.domain.leg import Cause
from pos_bridge.domain.outcome import (
    AlreadyApproved,
    Busy,
    Closed,
    Contradiction,
    NotApproved,
    NotInBasket,
    NotPaid,
    NotRecordable,
    NotRefunded,
    Running,
)
from pos_bridge.pos_api.said import SITUATIONS, Instead, Said, Situation
from pos_bridge.pos_api.said_of_baskets import BASKET_FAULTS
from pos_bridge.pos_api.said_of_causes import CAUSES
from pos_bridge.pos_api.said_of_refund_causes import REFUND_CAUSES
from pos_bridge.pos_api.said_of_refunds import situation
from pos_bridge.pos_api.speech import Pairs, why

Undone = (
    NotPaid
    | NotRefunded
    | NotInBasket
    | NotApproved
    | Instead
    | Busy
    | AlreadyApproved
    | Contradiction
    | Closed
    | NotRecordable
    | Running
)

_SITUATION_OF: dict[type[Contradiction | Closed | NotRecordable | Running], Situation] = {
    Contradiction: Situation.CONTRADICTION,
    Closed: Situation.CLOSED,
    NotRecordable: Situation.NOT_RECORDABLE,
    Running: Situation.STATE_UNKNOWN,
}


def situation_of(outcome: NotApproved | Contradiction | Closed | NotRecordable | Running) -> Situation:
    if isinstance(outcome, NotApproved):
        return Situation.NEVER_WITHOUT_SALE if outcome.never else Situation.SUPERVISOR_NEEDED
    return _SITUATION_OF[type(outcome)]


def why_not(outcome: Undone, *, gives_back: bool) -> tuple[Said, Pairs]:
    """`gives_back`: it was a refund or a reversal that was asked for."""
    match outcome:
        case NotPaid(cause=cause):
            return CAUSES[cause], ()
        case NotRefunded(cause=cause):
            return REFUND_CAUSES[cause], ()
        case NotInBasket(fault, paid, remaining):
            return BASKET_FAULTS[fault], (("paid", paid), ("remaining", remaining))
        case Instead():
            return why(outcome, gives_back=gives_back)
        case Busy(service_id):
            return SITUATIONS[Situation.BUSY], (("serviceId", service_id),)
        case AlreadyApproved(first):
            return situation(Situation.ALREADY_APPROVED, gives_back=gives_back), (("reference", str(first)),)
        case Running(person=True):
            return (REFUND_CAUSES if gives_back else CAUSES)[Cause.IN_DOUBT], ()
        case NotApproved() | Contradiction() | Closed() | NotRecordable() | Running():
            return situation(situation_of(outcome), gives_back=gives_back), ()
        case _:
            assert_never(outcome)
