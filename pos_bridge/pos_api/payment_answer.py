"""A payment's outcome as a PaymentResponse: the same bytes the first time, on a repeat and after a restart.

What the outcome does not hold is kept in the answers file (kept.py).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import assert_never

from pos_bridge.domain.card import Brand, EntryMode
from pos_bridge.domain.identity import ChoiceKind
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import (
    AlreadyApproved,
    Busy,
    Closed,
    Contradiction,
    NotPaid,
    NotRecordable,
    Outcome,
    PaidByCard,
    PaidInCash,
    Running,
)
from pos_bridge.pos_api.kept import Kept
from pos_bridge.pos_api.receipt import Label, ReceiptFacts, masked, receipts
from pos_bridge.pos_api.said import SITUATIONS, Instead, Language, Said, Situation
from pos_bridge.pos_api.said_of_causes import CAUSES, HOLD_MAY_SHOW
from pos_bridge.wire.nexo.amounts import units
from pos_bridge.wire.nexo.pairs import encode_pairs
from pos_bridge.wire.nexo.request import TransactionID
from pos_bridge.wire.nexo.response import (
    AmountsResp,
    CardData,
    PaymentAcquirerData,
    PaymentInstrumentData,
    PaymentResponse,
    PaymentResult,
    PoiData,
    Response,
    SaleData,
)
from pos_bridge.wire.nexo.words import InstrumentType, PaymentType, Result

NO_TRANSACTION = "00000000-0000-0000-0000-000000000000"  # the nil UUID: never a leg's key, and clients find a string

# As terminals in the field spell them: till software maps these to its own tenders.
_BRANDS = {
    Brand.VISA: "visa",
    Brand.MASTERCARD: "mc",
    Brand.AMEX: "amex",
    Brand.DISCOVER: "discover",
    Brand.INTERAC: "interac",
    Brand.OTHER: "other",
}
_ENTRY_MODES = {
    EntryMode.MAGSTRIPE: "MagStripe",
    EntryMode.CHIP: "ICC",
    EntryMode.CONTACTLESS: "Contactless",
    EntryMode.MAGSTRIPE_FALLBACK: "MagStripe",
}
_KINDS = {ChoiceKind.CHOUCHOUS: "chouchous", ChoiceKind.HOME_DELIVERY: "delivery"}


@dataclass(frozen=True, slots=True)
class Terminal:
    """The terminal that this till has, as its answers name it."""

    poiid: str
    merchant_id: str
    language: Language
    version: str


class Warned(Enum):
    """What the till should know about identity it sent; several are told with commas between them."""

    DROPPED = "identity-dropped"  # it came without a choice, or could not be one
    NOT_KEPT = "identity-not-kept"  # chosen, and the vault could not take it
    UNKNOWN = "identity-unknown"  # chosen, and the vault cannot be asked now


Answerable = Outcome | Instead
Pairs = tuple[tuple[str, str], ...]
_Unpaid = NotPaid | Instead | Busy | AlreadyApproved | Contradiction | Closed | NotRecordable | Running

_SITUATION_OF: dict[type[Contradiction | Closed | NotRecordable | Running], Situation] = {
    Contradiction: Situation.CONTRADICTION,
    Closed: Situation.CLOSED,
    NotRecordable: Situation.NOT_RECORDABLE,
    Running: Situation.STATE_UNKNOWN,
}


def key_of(outcome: Answerable) -> LegKey | None:
    """The leg that the outcome is about, if it is about one."""
    return outcome.key if isinstance(outcome, PaidByCard | PaidInCash | NotPaid) else None


def payment_response(
    terminal: Terminal, context: Kept, outcome: Answerable, *, vault_silent: bool = False
) -> PaymentResponse:
    """`vault_silent`: the vault was to be asked what it keeps with this sale, and did not answer."""
    key = key_of(outcome)
    transaction = context.transaction
    return PaymentResponse(
        response=_response(terminal.language, outcome, _about_identity(context, outcome, vault_silent=vault_silent)),
        poi_data=PoiData(TransactionID(NO_TRANSACTION if key is None else str(key), context.stamp)),
        payment_receipt=receipts(
            _receipt_facts(context, outcome), terminal.language, terminal.merchant_id, terminal.poiid
        ),
        sale_data=None if transaction is None else SaleData(TransactionID(*transaction)),
        payment_result=_result(terminal, context, outcome),
    )


def failure(language: Language, said: Said, pairs: Pairs = ()) -> Response:
    """`message` in the till's language, `messageFr` and `messageEn` always, then `pairs`: what a program looks for.

    A sentence's `{field}` or `{reference}` is the pair of that name.
    """
    parts = dict(pairs)
    fr, en = said.fr.format_map(parts), said.en.format_map(parts)
    spoken = (("message", fr if language == "fr" else en), ("messageFr", fr), ("messageEn", en))
    return Response(Result.FAILURE, said.condition, encode_pairs((*spoken, *pairs)))


def why(instead: Instead) -> tuple[Said, Pairs]:
    return SITUATIONS[instead.situation], (("field", instead.field),) if instead.field else ()


def _response(language: Language, outcome: Answerable, identity: Pairs) -> Response:
    match outcome:
        case PaidByCard(asked=asked, approved=approved) if approved == asked:
            return _success(identity)
        case PaidInCash(due=due):
            return _success((("cashDue", str(units(due))), *identity))
        case PaidByCard():
            told = failure(language, SITUATIONS[Situation.PARTIAL], identity)
            return Response(Result.PARTIAL, told.error_condition, told.additional_response)
        case _:
            said, pairs = _why_not_paid(outcome)
            return failure(language, said, (*pairs, *identity))


def _about_identity(context: Kept, outcome: Answerable, *, vault_silent: bool) -> Pairs:
    """Which kinds of choice are kept with the sale, never what was chosen; and what was sent and is not kept."""
    warned = [Warned.DROPPED] if context.identity_dropped else []
    kept: frozenset[ChoiceKind] = frozenset()
    if isinstance(outcome, PaidByCard | PaidInCash):
        kept = outcome.known
        if vault_silent:
            warned.append(Warned.UNKNOWN)
        elif not context.kinds <= kept:
            warned.append(Warned.NOT_KEPT)
    words = ",".join(word for kind, word in _KINDS.items() if kind in kept)
    warnings = ",".join(warning.value for warning in warned)
    return tuple((name, value) for name, value in (("identity", words), ("warning", warnings)) if value)


def _why_not_paid(outcome: _Unpaid) -> tuple[Said, Pairs]:
    match outcome:
        case NotPaid(cause=cause):
            return CAUSES[cause], ()
        case Instead():
            return why(outcome)
        case Busy(service_id):
            return SITUATIONS[Situation.BUSY], (("serviceId", service_id),)
        case AlreadyApproved(first):
            return SITUATIONS[Situation.ALREADY_APPROVED], (("reference", str(first)),)
        case Contradiction() | Closed() | NotRecordable() | Running():
            return SITUATIONS[_SITUATION_OF[type(outcome)]], ()
        case _:
            assert_never(outcome)


def _success(pairs: Pairs) -> Response:
    return Response(Result.SUCCESS, additional_response=encode_pairs(pairs) if pairs else None)


def _result(terminal: Terminal, context: Kept, outcome: Answerable) -> PaymentResult | None:
    match outcome:
        case PaidByCard(key=key, approved=approved, approval_code=code, card=card):
            return PaymentResult(
                PaymentType.NORMAL,
                PaymentInstrumentData(
                    InstrumentType.CARD,
                    None
                    if card is None
                    else CardData(_BRANDS[card.brand], masked(card), (_ENTRY_MODES[card.entry_mode],)),
                ),
                AmountsResp(approved.currency.name, units(approved.cents)),
                online_flag=True,
                payment_acquirer_data=PaymentAcquirerData(
                    terminal.merchant_id, terminal.poiid, TransactionID(str(key), context.stamp), code
                ),
            )
        case PaidInCash(exact=exact):
            return PaymentResult(
                PaymentType.NORMAL,
                PaymentInstrumentData(InstrumentType.CASH),
                AmountsResp(exact.currency.name, units(exact.cents)),
                online_flag=False,
            )
        case _:
            return None


def _receipt_facts(context: Kept, outcome: Answerable) -> ReceiptFacts:
    at = datetime.fromisoformat(context.stamp)
    match outcome:
        case PaidByCard(key, asked, approved, code, card):
            label = Label.APPROVED if approved == asked else Label.PARTLY
            return ReceiptFacts(at, label, key, approved.cents, asked.cents, card=card, approval_code=code)
        case PaidInCash(key, exact, due):
            return ReceiptFacts(at, Label.PAID, key, due, exact.cents, cash=True)
        case NotPaid(key, cause):
            return ReceiptFacts(at, Label.NOT_PAID, key, asked=context.cents, hold=cause in HOLD_MAY_SHOW)
        case Running() | Instead(situation=Situation.STATE_UNKNOWN):
            return ReceiptFacts(at, Label.NOT_KNOWN, asked=context.cents)
        case AlreadyApproved(first):
            return ReceiptFacts(at, Label.PAID_BEFORE, first, asked=context.cents)
        case _:
            return ReceiptFacts(at, Label.NOT_PAID, asked=context.cents)
