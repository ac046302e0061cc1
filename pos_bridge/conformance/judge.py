"""Reading answers: what was said, in the protocol's own words, and what should have been."""

from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper

from pos_bridge.conformance.duty import BrokenError
from pos_bridge.protocol import processor_v1_pb2 as pb

Said = pb.AuthoriseResponse | pb.RefundResponse | pb.CaptureResponse
APPROVED, DECLINED, CAPTURED, NOTHING = "approved", "declined", "captured", "nothing"
_OTHER = "a word that the protocol does not have"


def said(answer: Said) -> str:
    """`approved`, `declined`, `captured`, `nothing`, or the reason of a refusal, as KEY_ENDED."""
    which = answer.WhichOneof("answer")
    if which == "refused":
        return _word(pb.Refused.Reason, answer.refused.reason, "REASON_")
    return which or NOTHING


def outcome(answer: pb.ReverseByKeyResponse) -> str:
    return _word(pb.ReverseByKeyResponse.Outcome, answer.outcome, "OUTCOME_")


def state(number: int) -> str:
    return _word(pb.LookUpResponse.State, number, "STATE_")


def expect(what: str, heard: str, *allowed: str) -> None:
    """Raises BrokenError unless what was heard is allowed. `what` names the request, as *a second Capture*."""
    if heard not in allowed:
        raise BrokenError(f"{what}: {heard}, where {' or '.join(allowed)} is due")


def _word(kind: EnumTypeWrapper, number: int, prefix: str) -> str:
    try:
        name: str = kind.Name(number)
    except ValueError:
        return _OTHER
    return name.removeprefix(prefix)
