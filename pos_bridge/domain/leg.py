"""A leg: one movement of one tender. Its words, and the value that the step function (domain/step.py) moves on."""

from dataclasses import dataclass
from enum import Enum

from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount

MAX_SENDS = 3  # the first and at most two more of the same request


class Tender(Enum):
    CARD = "card"
    CASH = "cash"


class Kind(Enum):
    """Which way the money goes, and by what. The journal stores these words."""

    SALE = "sale"
    REFUND = "refund"  # of a card sale by its key, without the card; or of cash
    CARD_REFUND = "card_refund"  # of a card sale, with its card present (Interac)


class State(Enum):
    """Where a leg stands. The journal stores these words, but those of IN_MEMORY: a crash forgets them."""

    INTENT = "intent"  # durable; nothing sent yet, as far as this process knows
    SENDING = "sending"  # the request may have reached the processor
    AGREEING = "agreeing"  # the processor approved; the chip has not agreed yet
    DECLINED = "declined"  # end: the issuer or the processor said no
    ENDED = "ended"  # end: nothing was ever sent
    AUTHORISED = "authorised"  # approved for a till that confirms its payments; waits for that
    CAPTURING = "capturing"  # approved; the capture is on its way
    CAPTURED = "captured"  # end: paid
    CAPTURE_LOST = "capture_lost"  # end, with an alarm: approved, and the processor will not capture
    REVERSING = "reversing"  # whatever stands is being undone, for as long as it takes
    REVERSED = "reversed"  # end: nothing stands
    GIVING_BACK = "giving_back"  # the reversal came too late: a refund leg of a derived key goes on
    GIVEN_BACK = "given_back"  # end: that refund was made
    UNRESOLVED = "unresolved"  # a person decides
    REFUND_INTENT = "refund_intent"  # durable; the refund is on its way, or waits for its card
    REFUNDED = "refunded"  # end: the money went back
    REFUND_DECLINED = "refund_declined"  # end: a definite no
    CASH_DUE = "cash_due"  # the customer was told what to pay; the cashier says what became of it
    CASH_TAKEN = "cash_taken"  # end: paid in cash
    CASH_CANCELLED = "cash_cancelled"  # end: no cash was taken
    CASH_REFUNDED = "cash_refunded"  # end: cash was given back


IN_MEMORY = frozenset({State.SENDING, State.AGREEING})
SETTLED = frozenset(
    {
        State.DECLINED,
        State.ENDED,
        State.CAPTURED,
        State.CAPTURE_LOST,
        State.REVERSED,
        State.GIVEN_BACK,
        State.REFUNDED,
        State.REFUND_DECLINED,
        State.CASH_TAKEN,
        State.CASH_CANCELLED,
        State.CASH_REFUNDED,
    },
)
APPROVED_STATES = frozenset({State.AUTHORISED, State.CAPTURING, State.CAPTURED, State.CAPTURE_LOST})
PAID_STATES = APPROVED_STATES | {State.CASH_TAKEN}
REFUNDED_STATES = frozenset({State.REFUNDED, State.CASH_REFUNDED})
TAKEN_BACK_STATES = frozenset({State.REVERSED, State.GIVEN_BACK})  # of a sale nothing stands, whatever was approved
# Money went one way or the other. A sale that was given back moved it twice: by itself, and by its refund leg.
MOVED_STATES = REFUNDED_STATES | {
    State.CAPTURING,
    State.CAPTURED,
    State.GIVING_BACK,
    State.GIVEN_BACK,
    State.CASH_TAKEN,
}


class Cause(Enum):
    """Why a leg went where it went: the closed set of reasons that is journalled, but for TOLD_ONLY, and told."""

    ABORTED = "aborted"  # the till withdrew it
    NO_CARD = "no_card"
    UNREADABLE = "unreadable"
    CHIP_REQUIRED = "chip_required"
    CHIP_DECLINED = "chip_declined"  # the chip said no before anything was sent
    CHIP_FAILED = "chip_failed"  # it could not be read, and no stripe was swiped instead
    CARD_REMOVED = "card_removed"  # before anything was sent
    CARD_BLOCKED = "card_blocked"
    CARD_LEFT = "card_left"  # one lay in the reader from before, and nobody took it out
    READER_LOGGED = "reader_logged"  # the reader's daemon writes card data into its log
    SURROUNDINGS = "surroundings"  # this machine could carry a card out of memory: swap, kdump and the like
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
    CARD_REFUSED = "card_refused"  # the chip did not agree to what the issuer approved, or was pulled
    CANCELLED = "cancelled"  # the till or the basket gave it up before it was confirmed
    UNCONFIRMED = "unconfirmed"  # nobody confirmed it in time
    VOIDED = "voided"  # the till took a whole payment back on the same day
    TOMBSTONED = "tombstoned"  # reversal of a key the processor never saw
    WAS_DECLINED = "was_declined"  # reversal of a sale that had been declined
    TOO_LATE = "too_late"  # reversal of a settled sale
    CARD_NEEDED = "card_needed"  # it can be undone only with the card present (Interac)
    EXCEEDS = "exceeds"  # more than what is left of the sale
    NOT_SEEN = "not_seen"  # a refund of a sale that the processor does not know for this merchant
    WRONG_STATE = "wrong_state"  # a refund of what was never captured, or is reversed
    DECIDED = "decided"  # a person said so
    OTHER_CARD = "other_card"  # a refund to another card than the one that paid
    UNFIT_SINCE = "unfit_since"  # what a till is told of SURROUNDINGS where an approval is taken back
    IN_DOUBT = "in_doubt"  # a look-up could not settle it: restored journal or ledger, or older than keys are kept


TOLD_ONLY = frozenset({Cause.UNFIT_SINCE})
STORED_CAUSES = tuple(cause for cause in Cause if cause not in TOLD_ONLY)  # by the journal
# Why an approved payment was taken back by the till, the card, the machine or the clock: told as that, however its
# reversal ends.
TAKEN_BACK = frozenset({Cause.VOIDED, Cause.CANCELLED, Cause.UNCONFIRMED, Cause.CARD_REFUSED, Cause.SURROUNDINGS})
OWED = frozenset({Cause.TOO_LATE, Cause.CARD_NEEDED})  # UNRESOLVED, told as not paid: a person gives the money back


class Flow(Enum):
    """How a card sale is made final; the value is AuthoriseRequest.Flow."""

    TWO_MESSAGES = 1
    ONE_MESSAGE = 2


@dataclass(frozen=True, slots=True)
class Leg:
    """A leg as the step function sees it. `approved` is set from the approval on; `sends` counts its requests.

    `confirmed_by_till`: an approval waits for the till's word (native API). `chip`: the card has a second answer.
    """

    key: LegKey
    amount: Amount
    partial_ok: bool
    flow: Flow = Flow.TWO_MESSAGES
    state: State = State.INTENT
    approved: Amount | None = None
    cause: Cause | None = None
    sends: int = 0
    kind: Kind = Kind.SALE
    tender: Tender = Tender.CARD
    confirmed_by_till: bool = False
    chip: bool = False
