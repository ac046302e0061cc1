"""How the processor behaves until told otherwise: the closed set of modes, and what each does to an answer.

A mode replaces the one before. Network faults (drop, delay, duplicate, down) belong to the line and the server;
decline, partial, wrong-arpc and script to the issuer; the lies to the answer, while the ledger holds the truth.
"""

from dataclasses import dataclass
from enum import Enum
from typing import TypeVar
from uuid import uuid4

from hw_sim.processor.facts import MAX_CENTS
from pos_bridge.protocol import processor_v1_pb2 as pb

MAX_DELAY_S = 3600
Told = TypeVar("Told", bound=pb.AuthoriseResponse | pb.RefundResponse | pb.CaptureResponse)
_CAD, _USD = 124, 840


class Word(Enum):
    """The words of `pos-bridge-sim processor DIR MODE`."""

    APPROVE = "approve"
    DECLINE = "decline"
    PARTIAL = "partial"  # cents: approves no more than that, asked for or not
    WRONG_ARPC = "wrong-arpc"  # approves; a chip is given a wrong proof of the issuer
    SCRIPT = "script"  # approves; a chip is given a script: its tries at the PIN begin anew
    DROP_REQUEST = "drop-request"
    DROP_RESPONSE = "drop-response"
    DELAY = "delay"  # seconds
    DUPLICATE = "duplicate"
    DOWN = "down"
    UP = "up"  # approve, listening again
    LIE_KEY = "lie-key"
    LIE_AMOUNT = "lie-amount"
    LIE_CURRENCY = "lie-currency"


class BadModeError(ValueError):
    """No such mode, or a value it does not take. The message is for whoever typed it."""


@dataclass(frozen=True, slots=True)
class Mode:
    """`cents` with partial only, `seconds` with delay only."""

    word: Word = Word.APPROVE
    cents: int = 0
    seconds: float = 0.0


def parse(word: object, value: object = None) -> Mode:
    """A mode from a control request. Raises BadModeError."""
    try:
        known = Word(word)
    except ValueError:
        raise BadModeError("no such mode; there are " + ", ".join(each.value for each in Word)) from None
    match known, value:
        case Word.PARTIAL, int() if not isinstance(value, bool) and 1 <= value <= MAX_CENTS:
            return Mode(known, cents=value)
        case Word.PARTIAL, _:
            raise BadModeError(f"partial takes 1 to {MAX_CENTS} cents")
        case Word.DELAY, int() | float() if not isinstance(value, bool) and 0 <= value <= MAX_DELAY_S:
            return Mode(known, seconds=float(value))
        case Word.DELAY, _:
            raise BadModeError(f"delay takes 0 to {MAX_DELAY_S} seconds")
        case _, None:
            return Mode(known)
        case _:
            raise BadModeError("this mode takes no value")


def distort(word: Word, answer: Told) -> Told:
    """The answer to an Authorise, Refund or Capture as a lying processor gives it. That to a Capture has no amount."""
    told = type(answer)()
    told.MergeFromString(answer.SerializeToString())
    if word is Word.LIE_KEY:
        told.key = uuid4().bytes
    amount = _approved(told)
    if amount is not None and word is Word.LIE_AMOUNT:
        amount.cents += 1 if amount.cents < MAX_CENTS else -1
    elif amount is not None and word is Word.LIE_CURRENCY:
        amount.currency = _USD if amount.currency != _USD else _CAD
    return told


def _approved(told: pb.AuthoriseResponse | pb.RefundResponse | pb.CaptureResponse) -> pb.Money | None:
    if isinstance(told, pb.CaptureResponse) or not told.HasField("approved"):
        return None
    return told.approved.amount
