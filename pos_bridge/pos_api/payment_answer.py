"""An outcome as a PaymentResponse or a ReversalResponse: the same bytes first, on a repeat and after a restart.

What the outcome does not hold is kept in the answers file (kept.py).
"""

from dataclasses import dataclass
from enum import Enum

from pos_bridge.domain.card import Brand, CardFacts, EntryMode
from pos_bridge.domain.chip import ChipReceipt, Verified
from pos_bridge.domain.identity import ChoiceKind
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import PaidByCard, PaidInCash, Refunded, RefundedInCash, Voided
from pos_bridge.pos_api.kept import Kept
from pos_bridge.pos_api.points_answer import loyalty_result
from pos_bridge.pos_api.receipt import NO_SHOP, Issuer, Shop, masked, receipts
from pos_bridge.pos_api.receipt_facts import Answerable, own_key, receipt_facts
from pos_bridge.pos_api.said import SITUATIONS, Said, Situation
from pos_bridge.pos_api.said_of_baskets import PAID_IN_FULL, PARTIAL_OF_SPLIT, STILL_DUE
from pos_bridge.pos_api.said_of_refunds import HAND_BACK
from pos_bridge.pos_api.speech import Pairs, failure, success
from pos_bridge.pos_api.why_not import why_not
from pos_bridge.wire.nexo.amounts import units
from pos_bridge.wire.nexo.payment_response import (
    AmountsResp,
    CardData,
    PaymentAcquirerData,
    PaymentInstrumentData,
    PaymentReceipt,
    PaymentResponse,
    PaymentResult,
    ReversalResponse,
)
from pos_bridge.wire.nexo.request import OriginalPOITransaction, TransactionID
from pos_bridge.wire.nexo.response import PoiData, Response, SaleData
from pos_bridge.wire.nexo.words import InstrumentType, PaymentType, Result
from pos_bridge.words import Language, Words

NO_TRANSACTION = "00000000-0000-0000-0000-000000000000"  # the nil UUID: never a leg's key, and clients find a string

MAGNETIC_STRIPE, CHIP = "MagStripe", "ICC"

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
    EntryMode.MAGSTRIPE: MAGNETIC_STRIPE,
    EntryMode.CHIP: CHIP,
    EntryMode.CONTACTLESS: "Contactless",
    EntryMode.MAGSTRIPE_FALLBACK: MAGNETIC_STRIPE,
}
_AUTHENTICATION = {
    Verified.NOT_AT_ALL: (),
    Verified.SIGNATURE: ("PaperSignature",),
    Verified.PIN_AT_READER: ("OfflinePIN",),
    Verified.PIN_ONLINE: ("OnlinePIN",),
}
_KINDS = {ChoiceKind.CHOUCHOUS: "chouchous", ChoiceKind.HOME_DELIVERY: "delivery"}


@dataclass(frozen=True, slots=True)
class Terminal:
    """The terminal that this till has, as its answers name it. `capabilities`: how it reads cards (POICapabilities).

    `language` is spoken where a request asks for none.
    `programme`: the loyalty brand that it counts points for, if it does.
    """

    poiid: str
    merchant_id: str
    language: Language
    version: str
    capabilities: tuple[str, ...] = (MAGNETIC_STRIPE,)
    programme: str = ""
    shop: Shop = NO_SHOP

    @property
    def issuer(self) -> Issuer:
        return Issuer(self.merchant_id, self.poiid, self.shop)


class Warned(Enum):
    """What the till should know about identity it sent; several are told with commas between them."""

    DROPPED = "identity-dropped"  # it came without a choice, or could not be one
    NOT_KEPT = "identity-not-kept"  # chosen, and the vault could not take it
    UNKNOWN = "identity-unknown"  # chosen, and the vault cannot be asked now


def payment_response(
    terminal: Terminal, context: Kept, outcome: Answerable, *, vault_silent: bool = False
) -> PaymentResponse:
    """Of a sale or a refund. `vault_silent`: the vault was to be asked what it keeps with this sale, and was silent."""
    transaction = context.transaction
    return PaymentResponse(
        response=_response(terminal.language, context, outcome, vault_silent=vault_silent),
        poi_data=_named(context, outcome),
        payment_receipt=_receipts(terminal, context, outcome, vault_silent=vault_silent),
        sale_data=None if transaction is None else SaleData(TransactionID(*transaction)),
        payment_result=_result(terminal, context, outcome),
        loyalty_result=loyalty_result(terminal.programme, _points(outcome)),
    )


def reversal_response(terminal: Terminal, context: Kept, outcome: Answerable) -> ReversalResponse:
    """Of a reversal, whichever way the money went back. Its original is repeated once it was read as a sale's key."""
    original = context.original
    back = _gone_back(outcome)
    return ReversalResponse(
        response=_response(terminal.language, context, outcome),
        poi_data=_named(context, outcome),
        payment_receipt=_receipts(terminal, context, outcome),
        original_poi_transaction=None if original is None else OriginalPOITransaction(TransactionID(*original)),
        reversed_amount=None if back is None else units(back.cents),
    )


# ---- the parts of both ----


def _named(context: Kept, outcome: Answerable) -> PoiData:
    """A void is named by the sale that it takes back: it has no other name."""
    key = outcome.sale if isinstance(outcome, Voided) else own_key(context, outcome)
    return PoiData(TransactionID(NO_TRANSACTION if key is None else str(key), context.stamp))


def _receipts(
    terminal: Terminal, context: Kept, outcome: Answerable, *, vault_silent: bool = False
) -> tuple[PaymentReceipt, ...]:
    facts = receipt_facts(context, outcome, vault_silent=vault_silent)
    return receipts(facts, terminal.issuer, context.wished.or_else(terminal.language))


def _response(usual: Language, context: Kept, outcome: Answerable, *, vault_silent: bool = False) -> Response:
    language = context.wished.or_else(usual).cashier
    identity = _about_identity(context, outcome, vault_silent=vault_silent)
    match outcome:
        case PaidByCard(asked=asked, approved=approved, remaining=remaining) if approved != asked:
            said, left = _partial(remaining)
            told = failure(language, said, (*left, *identity))
            return Response(Result.PARTIAL, told.error_condition, told.additional_response)
        case PaidByCard(remaining=remaining):
            words, pairs = _about_basket(remaining)
            return success(language, words, (*pairs, *identity))
        case PaidInCash(due=due, remaining=remaining):
            words, pairs = _about_basket(remaining)
            return success(language, words, (("cashDue", due), *pairs, *identity))
        case RefundedInCash(due=due):
            return success(language, (HAND_BACK,), (("cashRefund", due), *identity))
        case Refunded() | Voided():
            return success(language, (), identity)
        case _:
            said, pairs = why_not(outcome, gives_back=context.kind.gives_back)
            return failure(language, said, (*pairs, *identity))


def _about_basket(remaining: int | None) -> tuple[tuple[Words, ...], Pairs]:
    """What is still due of a split tender; nothing of a payment that is no part of one."""
    if remaining is None:
        return (), ()
    return (STILL_DUE if remaining else PAID_IN_FULL,), (("remaining", remaining),)


def _partial(remaining: int | None) -> tuple[Said, Pairs]:
    """Paid in part by the card. How much is left of the sale is said wherever it is known."""
    if remaining is None:
        return SITUATIONS[Situation.PARTIAL], ()
    return PARTIAL_OF_SPLIT, (("remaining", remaining),)


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


# ---- a payment's own ----


@dataclass(frozen=True, slots=True)
class _OfCard:
    """What a card paid or got back, as its leg names it."""

    type: PaymentType
    key: LegKey
    amount: Amount
    approval_code: str | None = None
    card: CardFacts | None = None
    chip: ChipReceipt | None = None


def _result(terminal: Terminal, context: Kept, outcome: Answerable) -> PaymentResult | None:
    match outcome:
        case PaidByCard(key=key, approved=amount, approval_code=code, card=card, chip=chip):
            return _by_card(terminal, context, _OfCard(PaymentType.NORMAL, key, amount, code, card, chip))
        case Refunded(key=key, amount=amount, approval_code=code, card=card, chip=chip):
            return _by_card(terminal, context, _OfCard(PaymentType.REFUND, key, amount, code, card, chip))
        case Voided(sale=key, amount=amount):
            return _by_card(terminal, context, _OfCard(PaymentType.REFUND, key, amount))
        case PaidInCash(exact=exact):
            return _in_cash(PaymentType.NORMAL, exact)
        case RefundedInCash(exact=exact):
            return _in_cash(PaymentType.REFUND, exact)
        case _:
            return None


def _by_card(terminal: Terminal, context: Kept, paid: _OfCard) -> PaymentResult:
    named, card = TransactionID(str(paid.key), context.stamp), paid.card
    read = None if card is None else CardData(_BRANDS[card.brand], masked(card), (_ENTRY_MODES[card.entry_mode],))
    return PaymentResult(
        paid.type,
        PaymentInstrumentData(InstrumentType.CARD, read),
        AmountsResp(paid.amount.currency.name, units(paid.amount.cents)),
        online_flag=True,
        payment_acquirer_data=PaymentAcquirerData(terminal.merchant_id, terminal.poiid, named, paid.approval_code),
        authentication_method=() if paid.chip is None else _AUTHENTICATION[paid.chip.verified],
    )


def _in_cash(type_: PaymentType, exact: Amount) -> PaymentResult:
    return PaymentResult(
        type_,
        PaymentInstrumentData(InstrumentType.CASH),
        AmountsResp(exact.currency.name, units(exact.cents)),
        online_flag=False,
    )


def _points(outcome: Answerable) -> int | None:
    return outcome.points if isinstance(outcome, PaidByCard | PaidInCash) else None


def _gone_back(outcome: Answerable) -> Amount | None:
    match outcome:
        case Refunded(amount=amount) | Voided(amount=amount) | RefundedInCash(exact=amount):
            return amount
        case _:
            return None
