"""Answers as protobuf: values of this program turned into messages of processor_v1.proto. Pure."""

from types import MappingProxyType
from typing import assert_never

from hw_sim.cards import Card
from hw_sim.processor.facts import (
    Approved,
    ChipWord,
    Declined,
    Done,
    Entry,
    EntryMode,
    Refusal,
    Refused,
    Reversal,
    State,
)
from pos_bridge.protocol import processor_v1_pb2 as pb

STATES = MappingProxyType(
    {
        State.AUTHORISED: pb.LookUpResponse.STATE_AUTHORISED,
        State.CAPTURED: pb.LookUpResponse.STATE_CAPTURED,
        State.DECLINED: pb.LookUpResponse.STATE_DECLINED,
        State.REVERSED: pb.LookUpResponse.STATE_REVERSED,
        State.REFUNDED: pb.LookUpResponse.STATE_REFUNDED,
        State.TOMBSTONE: pb.LookUpResponse.STATE_TOMBSTONE,
    }
)


def authorise(key: bytes, now_ms: int, answer: Approved | Declined | Refused) -> pb.AuthoriseResponse:
    told = pb.AuthoriseResponse(key=key, now_ms=now_ms)
    _fill(told, answer)
    return told


def refund(key: bytes, now_ms: int, answer: Approved | Declined | Refused) -> pb.RefundResponse:
    told = pb.RefundResponse(key=key, now_ms=now_ms)
    _fill(told, answer)
    return told


def capture(key: bytes, now_ms: int, answer: Done | Refused) -> pb.CaptureResponse:
    match answer:
        case Done():
            return pb.CaptureResponse(key=key, now_ms=now_ms, captured=pb.Done())
        case Refused(reason):
            return pb.CaptureResponse(key=key, now_ms=now_ms, refused=_refused(reason))
        case _:
            assert_never(answer)


def reverse(key: bytes, now_ms: int, outcome: Reversal) -> pb.ReverseByKeyResponse:
    return pb.ReverseByKeyResponse(key=key, now_ms=now_ms, outcome=f"OUTCOME_{outcome.name}")


def held(entry: Entry) -> pb.HeldLeg:
    """An entry, no tombstone, as Reconcile lists it."""
    money = entry.approved or entry.asked
    assert money is not None
    return pb.HeldLeg(
        key=entry.key,
        kind=f"KIND_{entry.kind.name}",
        state=STATES[entry.state],
        amount=pb.Money(cents=money.cents, currency=money.currency),
        begun_ms=entry.began_ms,
    )


def receipt(entry: Entry, card: Card, entry_mode: EntryMode | None) -> pb.ReceiptFacts:
    """What a receipt of an approved entry needs again, with the card it was paid with."""
    money, code = entry.approved, entry.code
    assert money is not None
    assert code is not None
    assert entry_mode is not None
    return pb.ReceiptFacts(
        amount=pb.Money(cents=money.cents, currency=money.currency),
        approval_code=code,
        last_four=card.last_four,
        brand=f"BRAND_{card.brand.name}",
        entry_mode=f"ENTRY_MODE_{entry_mode.name}",
    )


def _fill(told: pb.AuthoriseResponse | pb.RefundResponse, answer: Approved | Declined | Refused) -> None:
    match answer:
        case Approved(money, code, chip):
            told.approved.amount.cents, told.approved.amount.currency = money.cents, money.currency
            told.approved.approval_code = code
            if chip is not None:
                told.approved.chip.CopyFrom(_chip(chip))
        case Declined(no, chip):
            told.declined.CopyFrom(pb.Declined(reason=f"REASON_{no.name}", chip=None if chip is None else _chip(chip)))
        case Refused(refusal):
            told.refused.CopyFrom(_refused(refusal))
        case _:
            assert_never(answer)


def _chip(word: ChipWord) -> pb.ChipAnswer:
    return pb.ChipAnswer(code=word.code, authentication=word.authentication, scripts=word.scripts)


def _refused(reason: Refusal) -> pb.Refused:
    return pb.Refused(reason=f"REASON_{reason.name}")
