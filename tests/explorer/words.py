"""Entries, messages and answers as a reader of a trace wants them: who, which leg, how much."""

from typing import Any

from pos_bridge.domain.money import Amount
from pos_bridge.protocol import processor_v1_pb2 as pb
from tests.explorer.entries import (
    Advanced,
    BasketCancelled,
    DayAgreed,
    Entry,
    EpochChanged,
    HeadRefused,
    Opened,
    PeriodClosed,
    RefusedHeadAccepted,
    RequestClosed,
    Told,
)
from tests.explorer.ground import Ground

_REQUESTS: dict[str, Any] = {
    "Authorise": pb.AuthoriseRequest,
    "Capture": pb.CaptureRequest,
    "ReverseByKey": pb.ReverseByKeyRequest,
    "Refund": pb.RefundRequest,
    "LookUp": pb.LookUpRequest,
}
_RESPONSES: dict[str, Any] = {
    "Authorise": pb.AuthoriseResponse,
    "Capture": pb.CaptureResponse,
    "ReverseByKey": pb.ReverseByKeyResponse,
    "Refund": pb.RefundResponse,
    "LookUp": pb.LookUpResponse,
}

_OTHER_ENTRIES: dict[type, str] = {
    RequestClosed: "a till request is closed",
    BasketCancelled: "the basket is being cancelled",
    PeriodClosed: "the period is closed",
    DayAgreed: "a day end was compared",
    EpochChanged: "the processor's ledger is another one",
    HeadRefused: "the processor saw a row that is not ours",
    RefusedHeadAccepted: "a person accepts that",
}


def money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def entry_in_words(ground: Ground, entry: Entry) -> str:
    match entry:
        case Opened(opening, _):
            kind = f"{opening.tender.value} {opening.kind.value}"
            name = ground.name(opening.key.raw)
            of = "" if opening.sale_key is None else f" of {ground.name(opening.sale_key.raw)}"
            return f"{name}: {opening.state.value}, {kind} {money(opening.amount.cents)}{of}"
        case Advanced(change, _):
            why = "" if change.cause is None else f" ({change.cause.value})"
            approved = "" if change.approved is None else f" {money(change.approved.cents)}"
            return f"{ground.name(change.key.raw)}: {change.state.value}{approved}{why}"
        case Told(key):
            return f"{ground.name(key.raw)}: the till has the answer"
        case _:
            return _OTHER_ENTRIES[type(entry)]


def message_in_words(ground: Ground, method: str, data: bytes) -> str:
    kind = _REQUESTS.get(method)
    if kind is None:
        return method
    asked = kind.FromString(data)
    amount = f" {money(asked.amount.cents)}" if method in {"Authorise", "Capture", "Refund"} else ""
    of = f" of {ground.name(asked.sale_key)}" if method == "Refund" else ""
    return f"{method}({ground.name(asked.key)}){amount}{of}"


def answer_in_words(method: str, data: bytes) -> str:
    kind = _RESPONSES.get(method)
    if kind is None:
        return "answered"
    said = kind.FromString(data)
    match method:
        case "ReverseByKey":
            return pb.ReverseByKeyResponse.Outcome.Name(said.outcome).removeprefix("OUTCOME_").lower()
        case "LookUp":
            return pb.LookUpResponse.State.Name(said.state).removeprefix("STATE_").lower()
    which = said.WhichOneof("answer")
    match which:
        case "approved":
            return f"approved {money(said.approved.amount.cents)}"
        case "refused":
            return "refused " + pb.Refused.Reason.Name(said.refused.reason).removeprefix("REASON_").lower()
        case _:
            return str(which)


def outcome_in_words(ground: Ground, outcome: object) -> str:
    """The name of the answer, its leg, its money and why; never more than a till is told."""
    parts = [type(outcome).__name__]
    for field in ("key", "sale", "first"):
        key = getattr(outcome, field, None)
        if key is not None:
            parts.append(ground.name(key.raw))
    amount = getattr(outcome, "approved", None) or getattr(outcome, "exact", None) or getattr(outcome, "amount", None)
    if isinstance(amount, Amount):
        parts.append(money(amount.cents))
    for field in ("cause", "fault"):
        why = getattr(outcome, field, None)
        if why is not None:
            parts.append(str(why.value))
    return " ".join(parts)
