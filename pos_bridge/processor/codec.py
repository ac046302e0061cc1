"""Facts to processor messages and back.

An answer that breaks its stated lengths or ranges, or is not to our question, is no answer.
"""

from typing import assert_never

from pos_bridge.domain.authorisation import Ask, No, ReceiptFacts, Unknown, Yes
from pos_bridge.domain.card import Brand, CardFacts, EntryMode, SealedByReader, SealedByRoom, SealedPayment
from pos_bridge.domain.happening import Reversed
from pos_bridge.domain.ledger import DIGEST_LENGTH, JournalHead
from pos_bridge.domain.leg import Cause
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount, Currency
from pos_bridge.domain.sealing_key import SealingKey
from pos_bridge.protocol import processor_v1_pb2 as pb

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CODE_LENGTH = 6
_CODE_CEILING = len(_DIGITS) ** _CODE_LENGTH
MAX_KEYS = 4

_REFUSALS: dict[int, Cause] = {
    pb.Refused.REASON_UNREADABLE: Cause.PROCESSOR,
    pb.Refused.REASON_BINDING: Cause.PROCESSOR,
    pb.Refused.REASON_LATE: Cause.LATE,
    pb.Refused.REASON_MALFORMED: Cause.PROCESSOR,
}
"""Refusals of an Authorise that say that it did nothing and never will. KEY_ENDED, KEY_REUSED and FENCED are not here:
what an earlier try under the same key did is then not known, and only a reversal makes it certain."""

_REVERSALS: dict[int, Cause | None] = {
    pb.ReverseByKeyResponse.OUTCOME_REVERSED: None,
    pb.ReverseByKeyResponse.OUTCOME_WAS_DECLINED: Cause.WAS_DECLINED,
    pb.ReverseByKeyResponse.OUTCOME_TOMBSTONED: Cause.TOMBSTONED,
    pb.ReverseByKeyResponse.OUTCOME_TOO_LATE: Cause.TOO_LATE,
    pb.ReverseByKeyResponse.OUTCOME_CARD_NEEDED: Cause.CARD_NEEDED,
}

_CAPTURE_LOST = frozenset(
    {
        pb.Refused.REASON_KEY_ENDED,
        pb.Refused.REASON_NOT_SEEN,
        pb.Refused.REASON_EXCEEDS,
        pb.Refused.REASON_WRONG_STATE,
    }
)
_WITH_RECEIPT = frozenset({pb.LookUpResponse.STATE_AUTHORISED, pb.LookUpResponse.STATE_CAPTURED})


def money(amount: Amount) -> pb.Money:
    return pb.Money(cents=amount.cents, currency=amount.currency.value)


def context(fence: int, head: JournalHead) -> pb.Context:
    return pb.Context(fence=fence, journal=journal_head(head))


def journal_head(head: JournalHead) -> pb.JournalHead:
    return pb.JournalHead(sequence=head.sequence, hash=head.hash)


def authorise(ask: Ask, ctx: pb.Context) -> pb.AuthoriseRequest:
    return pb.AuthoriseRequest(
        context=ctx,
        key=ask.key.raw,
        amount=money(ask.amount),
        partial_ok=ask.partial_ok,
        flow=pb.AuthoriseRequest.Flow.Name(ask.flow.value),
        entry_mode=pb.EntryMode.Name(ask.card.facts.entry_mode.value),
        not_after_ms=ask.not_after_ms,
        payment=_sealed(ask.card.payment),
        binding=pb.DualSignature(
            payment_salt=ask.payment_salt,
            order_digest=ask.order_digest,
            signature=ask.binding.signature,
        ),
    )


def _sealed(payment: SealedPayment) -> pb.SealedPayment:
    match payment:
        case SealedByRoom(key_id, ciphertext):
            return pb.SealedPayment(room=pb.RoomSealed(key_id=key_id, ciphertext=ciphertext))
        case SealedByReader(scheme, variant, mode, ksn, one, two):
            reader = pb.ReaderSealed(
                scheme=pb.ReaderSealed.Scheme.Name(scheme.value),
                variant=pb.ReaderSealed.Variant.Name(variant.value),
                mode=pb.ReaderSealed.Mode.Name(mode.value),
                ksn=ksn,
                track1=one,
                track2=two,
            )
            return pb.SealedPayment(reader=reader)
        case _:
            assert_never(payment)


def read_authorise(key: LegKey, answer: pb.AuthoriseResponse) -> Yes | No | Unknown:
    if answer.key != key.raw:
        return Unknown(wrong=True)
    match answer.WhichOneof("answer"):
        case "approved":
            amount, code = _amount(answer.approved.amount), _approval_code(answer.approved.approval_code)
            return Unknown(wrong=True) if amount is None or code is None else Yes(amount, code)
        case "declined":
            return No(Cause.ISSUER)
        case "refused":
            cause = _REFUSALS.get(answer.refused.reason)
            return Unknown() if cause is None else No(cause)
        case _:
            return Unknown(wrong=True)


def read_capture(key: LegKey, answer: pb.CaptureResponse) -> bool | Unknown:
    if answer.key != key.raw:
        return Unknown(wrong=True)
    match answer.WhichOneof("answer"):
        case "captured":
            return True
        case "refused" if answer.refused.reason in _CAPTURE_LOST:
            return False
        case "refused":
            return Unknown(refused=answer.refused.reason != pb.Refused.REASON_FENCED)
        case _:
            return Unknown()


def read_reversal(key: LegKey, answer: pb.ReverseByKeyResponse) -> Reversed | Unknown:
    if answer.key != key.raw or answer.outcome not in _REVERSALS:
        return Unknown(wrong=answer.outcome != pb.ReverseByKeyResponse.OUTCOME_FENCED)
    return Reversed(_REVERSALS[answer.outcome])


def read_look_up(key: LegKey, answer: pb.LookUpResponse) -> ReceiptFacts | None:
    """None: nothing stands under this key, or the answer is not to our question."""
    if answer.key != key.raw or answer.state not in _WITH_RECEIPT or not answer.HasField("receipt"):
        return None
    receipt = answer.receipt
    code = _approval_code(receipt.approval_code)
    try:
        card = CardFacts(Brand(receipt.brand), receipt.last_four, EntryMode(receipt.entry_mode))
    except ValueError:
        return None
    return None if code is None else ReceiptFacts(code, card)


def read_head(head: pb.JournalHead) -> JournalHead | None:
    return JournalHead(head.sequence, head.hash) if len(head.hash) == DIGEST_LENGTH else None


def read_sealing_keys(answer: pb.GetSealingKeysResponse) -> tuple[SealingKey, ...]:
    """The keys as sent, the one to use first at the front; those that are not shaped like one are left out.

    Whether the root signed them is checked where they are used, in the card room.
    """
    keys = []
    for sent in answer.keys[:MAX_KEYS]:
        try:
            keys.append(SealingKey(sent.key_id, sent.epoch, sent.not_after_s, sent.public_key, sent.signature))
        except ValueError:
            continue
    return tuple(keys)


def _amount(sent: pb.Money) -> Amount | None:
    try:
        return Amount(sent.cents, Currency(sent.currency))
    except ValueError:
        return None


def _approval_code(number: int) -> str | None:
    if not 0 <= number < _CODE_CEILING:
        return None
    code = ""
    for _ in range(_CODE_LENGTH):
        number, digit = divmod(number, len(_DIGITS))
        code = _DIGITS[digit] + code
    return code
