"""Facts to processor messages and back: everything that moves money, and a session's keys.

An answer that breaks its stated lengths or ranges, or is not to our question, is no answer.
"""

from dataclasses import replace
from typing import assert_never

from pos_bridge.domain.authorisation import Ask, AskRefund, No, PresentCard, Unknown, Yes
from pos_bridge.domain.card import SealedByReader, SealedByRoom, SealedPayment
from pos_bridge.domain.chip import HostWord, IssuerAnswer
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

_REFUND_REFUSALS: dict[int, Cause] = _REFUSALS | {
    pb.Refused.REASON_NOT_SEEN: Cause.NOT_SEEN,
    pb.Refused.REASON_EXCEEDS: Cause.EXCEEDS,
    pb.Refused.REASON_WRONG_STATE: Cause.WRONG_STATE,
    pb.Refused.REASON_CARD_NEEDED: Cause.CARD_NEEDED,
    pb.Refused.REASON_OTHER_CARD: Cause.OTHER_CARD,
}

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
        binding=_dual_signature(ask),
    )


def refund(ask: AskRefund, ctx: pb.Context) -> pb.RefundRequest:
    card = ask.present
    return pb.RefundRequest(
        context=ctx,
        key=ask.key.raw,
        sale_key=ask.sale_key.raw,
        amount=money(ask.amount),
        not_after_ms=ask.not_after_ms,
        entry_mode=None if card is None else pb.EntryMode.Name(card.card.facts.entry_mode.value),
        payment=None if card is None else _sealed(card.card.payment),
        binding=None if card is None else _dual_signature(card),
    )


def _dual_signature(bound: Ask | PresentCard) -> pb.DualSignature:
    return pb.DualSignature(
        payment_salt=bound.payment_salt,
        order_digest=bound.order_digest,
        signature=bound.binding.signature,
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


def is_fenced(refused: pb.Refused) -> bool:
    return refused.reason == pb.Refused.REASON_FENCED


def read_authorise(ask: Ask, answer: pb.AuthoriseResponse) -> Yes | No | Unknown:
    return _verdict(ask, answer, _REFUSALS, less_ok=ask.partial_ok)


def read_refund(ask: AskRefund, answer: pb.RefundResponse) -> Yes | No | Unknown:
    """A refund is made whole or not at all."""
    return _verdict(ask, answer, _REFUND_REFUSALS, less_ok=False)


def _verdict(
    ask: Ask | AskRefund, answer: pb.AuthoriseResponse | pb.RefundResponse, refusals: dict[int, Cause], *, less_ok: bool
) -> Yes | No | Unknown:
    if answer.key != ask.key.raw:
        return Unknown(wrong=True)
    match answer.WhichOneof("answer"):
        case "approved":
            amount, code = read_money(answer.approved.amount), approval_code(answer.approved.approval_code)
            if amount is None or code is None or not _is_answer(ask.amount, amount, less_ok=less_ok):
                return Unknown(wrong=True)
            try:
                return Yes(amount, code, _issuer(HostWord.APPROVED, answer.approved))
            except ValueError:
                return Unknown(wrong=True)
        case "declined":
            try:
                return No(Cause.ISSUER, _issuer(HostWord.DECLINED, answer.declined))
            except ValueError:
                return Unknown(wrong=True)
        case "refused":
            cause = refusals.get(answer.refused.reason)
            return Unknown(refused=not is_fenced(answer.refused)) if cause is None else No(cause)
        case _:
            return Unknown(wrong=True)


def _issuer(word: HostWord, sent: pb.Approved | pb.Declined) -> IssuerAnswer | None:
    """What the chip is told, passed on as it came. Raises ValueError where it breaks its lengths."""
    if not sent.HasField("chip"):
        return None
    return IssuerAnswer(word, sent.chip.code, sent.chip.authentication, sent.chip.scripts)


def _is_answer(asked: Amount, approved: Amount, *, less_ok: bool) -> bool:
    if approved != replace(asked, cents=approved.cents):  # another currency
        return False
    return approved.cents <= asked.cents if less_ok else approved.cents == asked.cents


def read_capture(key: LegKey, answer: pb.CaptureResponse) -> bool | Unknown:
    if answer.key != key.raw:
        return Unknown(wrong=True)
    match answer.WhichOneof("answer"):
        case "captured":
            return True
        case "refused" if answer.refused.reason in _CAPTURE_LOST:
            return False
        case "refused":
            return Unknown(refused=not is_fenced(answer.refused))
        case _:
            return Unknown(wrong=True)


def read_reversal(key: LegKey, answer: pb.ReverseByKeyResponse) -> Reversed | Unknown:
    if answer.key == key.raw and answer.outcome in _REVERSALS:
        return Reversed(_REVERSALS[answer.outcome])
    fenced = answer.key == key.raw and answer.outcome == pb.ReverseByKeyResponse.OUTCOME_FENCED
    return Unknown(wrong=not fenced)


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


def read_money(sent: pb.Money) -> Amount | None:
    """None: not an amount, or of a currency the till does not sell in."""
    try:
        return Amount(sent.cents, Currency(sent.currency))
    except ValueError:
        return None


def approval_code(number: int) -> str | None:
    """The six characters 0-9 A-Z of Approved.approval_code; None: out of its range."""
    if not 0 <= number < _CODE_CEILING:
        return None
    code = ""
    for _ in range(_CODE_LENGTH):
        number, digit = divmod(number, len(_DIGITS))
        code = _DIGITS[digit] + code
    return code
