"""What can happen to a leg: the events of the step function (domain/step.py)."""

from dataclasses import dataclass
from enum import Enum

from pos_bridge.domain.leg import Cause, Flow
from pos_bridge.domain.money import Amount


@dataclass(frozen=True, slots=True)
class CardRead:
    """A card was read and sealed; its scheme says how many messages make the sale final. `chip`: it answers twice."""

    flow: Flow
    chip: bool = False


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
    """No definite answer in time. `may_resend`: the request is still at hand and not_after is not near."""

    may_resend: bool


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """An answer that is not one to our question."""


@dataclass(frozen=True, slots=True)
class CardAgreed:
    """The chip's second answer (second GENERATE AC) is yes: a transaction certificate."""


@dataclass(frozen=True, slots=True)
class CardRefused:
    """The chip did not agree to an approved sale. `cause`: CARD_REFUSED (it said no, or was pulled), or SURROUNDINGS.

    The second: the machine became unfit for cards meanwhile, and its room was ended.
    """

    cause: Cause = Cause.CARD_REFUSED


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The till took the goods' payment for good."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The payment is given up before it was confirmed. `cause`: CANCELLED, UNCONFIRMED (nobody confirmed in time)."""

    cause: Cause


@dataclass(frozen=True, slots=True)
class Voided:
    """The till takes a whole paid sale back; no refund of it was begun."""


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
    """The processor will never capture it. `reversed`: because it is reversed already, so nothing stands."""

    reversed: bool = False


@dataclass(frozen=True, slots=True)
class Reversed:
    """The processor's definite answer to ReverseByKey; `cause` is None for a plain reversal.

    `trusted`: a key that was never seen can be believed to have been never seen (same ledger epoch as when the leg was
    opened, and younger than keys are kept).
    """

    cause: Cause | None
    trusted: bool = True


class Standing(Enum):
    """What a look-up says about a key."""

    NOT_SEEN = "not_seen"
    IN_PROGRESS = "in_progress"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    DECLINED = "declined"
    REVERSED = "reversed"
    REFUNDED = "refunded"
    TOMBSTONE = "tombstone"


@dataclass(frozen=True, slots=True)
class Found:
    """A look-up answered. `trusted` as in Reversed, and nothing of the leg can be on its way any more (not_after)."""

    standing: Standing
    amount: Amount | None
    trusted: bool = True


@dataclass(frozen=True, slots=True)
class GivenBack:
    """The refund leg that follows a reversal which came too late has ended. `made`: the money went back."""

    made: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person found out about an UNRESOLVED leg, and decided. `undo`: reverse it after all.

    `stands`: its money moved as asked (a sale was paid, a refund made); otherwise nothing stands.
    """

    stands: bool
    undo: bool = False


@dataclass(frozen=True, slots=True)
class CashTaken:
    pass


@dataclass(frozen=True, slots=True)
class CashCancelled:
    pass


Event = (
    CardRead
    | PromptOver
    | Approved
    | Declined
    | NoAnswer
    | WrongAnswer
    | CardAgreed
    | CardRefused
    | Confirmed
    | Cancelled
    | Voided
    | Unrecorded
    | Recovered
    | CaptureDone
    | CaptureRefused
    | Reversed
    | Found
    | GivenBack
    | Decided
    | CashTaken
    | CashCancelled
)
