"""The gate between a till's PaymentRequest and a sale or a refund: what is asked for, or why it is refused.

Of what could name a person only a choice passes (choice.py), in a field of its own. Whatever else could (shopper data,
notes to the issuer, extra text of a basket line) ends here, and only the fact that something was dropped goes on.
"""

from collections.abc import Callable
from dataclasses import dataclass

from msgspec import Raw

from pos_bridge.domain.identity import Choice
from pos_bridge.domain.leg import Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import MAX_CENTS, Amount, Currency
from pos_bridge.pos_api.choice import NOTHING_OFFERED, Chosen, Offered, card_among_choices, read_choices
from pos_bridge.pos_api.gate import names_a_card, refused_currency, refused_token, told_amount
from pos_bridge.pos_api.order import Item
from pos_bridge.pos_api.original import Original, original_of, read_original
from pos_bridge.pos_api.said import Instead, Situation
from pos_bridge.pos_api.spoken import Wished, wished
from pos_bridge.pos_api.taxes import Taxes, taxes_of
from pos_bridge.pos_api.transaction_kind import TransactionKind
from pos_bridge.wire.nexo.amounts import cents, plain, present
from pos_bridge.wire.nexo.fields import several
from pos_bridge.wire.nexo.request import PaymentData, PaymentInstrumentData, PaymentRequest, SaleItem, TransactionID
from pos_bridge.wire.nexo.words import InstrumentType, PaymentType

_AMOUNTS = "PaymentRequest.PaymentTransaction.AmountsReq"
_ITEM = "PaymentRequest.PaymentTransaction.SaleItem[]"
_TENDERS = {InstrumentType.CARD: Tender.CARD, InstrumentType.CASH: Tender.CASH}


@dataclass(frozen=True, slots=True, repr=False)
class PaymentAsk:
    """One payment that may be tried. `paid_before` (cents) is what other tenders of a split sale paid already.

    `choices` are what the customer chose to give; `identity_dropped`: there was more that could name a person. `taxes`
    and the languages `wished` for are for its receipts.
    """

    transaction: TransactionID
    tender: Tender
    amount: Amount
    paid_before: int
    split: bool
    items: tuple[Item, ...]
    choices: tuple[Choice, ...]
    identity_dropped: bool
    taxes: Taxes
    wished: Wished

    def content(self) -> tuple[str, ...]:
        """What makes a repeat the same request: money first, then the rest. The till's clock is no part of it.

        Nor are the choices: the journal keeps a hash of this, and is the same with and without them.
        """
        money = (str(self.amount.cents), self.amount.currency.name, str(self.paid_before), str(int(self.split)))
        return (*money, self.tender.value, self.transaction.transaction_id, *_lines(self.items))


@dataclass(frozen=True, slots=True, repr=False)
class RefundPaymentAsk:
    """A refund that came as a payment: of `sale`, named and dated as in `original`, or of no sale (cash only)."""

    transaction: TransactionID
    tender: Tender
    amount: Amount
    sale: LegKey | None
    original: Original | None
    items: tuple[Item, ...]
    identity_dropped: bool
    taxes: Taxes
    wished: Wished

    def content(self) -> tuple[str, ...]:
        """As PaymentAsk.content."""
        sale = "" if self.sale is None else str(self.sale)
        money = ("refund", str(self.amount.cents), self.amount.currency.name, sale)
        return (*money, self.tender.value, self.transaction.transaction_id, *_lines(self.items))


def review(request: PaymentRequest, offered: Offered = NOTHING_OFFERED) -> PaymentAsk | RefundPaymentAsk | Instead:
    """Privacy first, then money that would otherwise be passed over in silence, then the amount itself."""
    for check in _CHECKS:
        refused = check(request)
        if refused is not None:
            return refused
    chosen = choices_of(request, offered)
    token = refused_token(request.sale_data.token_requested_type, chosen)
    if token is not None:
        return token
    cents_ = cents(request.payment_transaction.amounts_req.requested_amount)
    if not cents_:
        return _malformed(f"{_AMOUNTS}.RequestedAmount")
    paid = _optional_cents(request.payment_transaction.amounts_req.paid_amount)
    if paid is None or cents_ + paid > MAX_CENTS:
        return _malformed(f"{_AMOUNTS}.PaidAmount")
    items = _items(request.payment_transaction.sale_item)
    if isinstance(items, Instead):
        return items
    amount = Amount(cents_, Currency.CAD)
    if kind_of_payment(request) is TransactionKind.REFUND:
        return _refund(request, amount, paid, items, chosen)
    return _sale(request, amount, paid, items, chosen)


def kind_of_payment(request: PaymentRequest) -> TransactionKind:
    refund = _data(request).payment_type is PaymentType.REFUND
    return TransactionKind.REFUND if refund else TransactionKind.PAYMENT


def choices_of(request: PaymentRequest, offered: Offered) -> Chosen:
    """What the customer chose to give. Nobody chooses with a refund: there it is dropped."""
    return read_choices(request, NOTHING_OFFERED if kind_of_payment(request).gives_back else offered)


def _sale(
    request: PaymentRequest, amount: Amount, paid: int, items: tuple[Item, ...], chosen: Chosen
) -> PaymentAsk | Instead:
    split = bool(_data(request).split_payment_flag)
    if paid and not split:
        return Instead(Situation.PAID_UNSPLIT, "PaidAmount")
    return PaymentAsk(
        transaction=request.sale_data.sale_transaction_id,
        tender=_TENDERS[_instrument_type(request)],
        amount=amount,
        paid_before=paid,
        split=split,
        items=items,
        choices=chosen.choices,
        identity_dropped=chosen.dropped,
        taxes=taxes_of(several(request.payment_transaction.sale_item)),
        wished=wished(request),
    )


def _refund(
    request: PaymentRequest, amount: Amount, paid: int, items: tuple[Item, ...], chosen: Chosen
) -> RefundPaymentAsk | Instead:
    if paid:
        return Instead(Situation.MONEY_FIELD, "PaidAmount")
    tender = _TENDERS[_instrument_type(request)]
    original = request.payment_transaction.original_poi_transaction
    sale = None if original is None else read_original(original)
    if isinstance(sale, Instead):
        return sale
    if sale is None and tender is Tender.CARD:
        return Instead(Situation.UNREFERENCED)
    return RefundPaymentAsk(
        transaction=request.sale_data.sale_transaction_id,
        tender=tender,
        amount=amount,
        sale=sale,
        original=None if sale is None or original is None else original_of(original, sale),
        items=items,
        identity_dropped=chosen.dropped,
        taxes=taxes_of(several(request.payment_transaction.sale_item)),
        wished=wished(request),
    )


# ---- what is refused ----


def _card_data(request: PaymentRequest) -> Instead | None:
    if names_a_card(request.sale_data.sale_transaction_id):
        return Instead(Situation.CARD_IN_REQUEST)
    instrument = _instrument(request)
    fields = (instrument.card_data, instrument.check_data, instrument.mobile_data, instrument.stored_value_account_id)
    if any(present(raw) for raw in fields) or present(_data(request).card_acquisition_reference):
        return Instead(Situation.CARD_IN_REQUEST)
    return Instead(Situation.CARD_IN_REQUEST) if card_among_choices(request) else None


def _payment_type(request: PaymentRequest) -> Instead | None:
    match _data(request).payment_type:
        case None | PaymentType.NORMAL | PaymentType.REFUND:
            return None
        case _:
            return Instead(Situation.PAYMENT_TYPE)


def _instrument_offered(request: PaymentRequest) -> Instead | None:
    return None if _instrument_type(request) in _TENDERS else Instead(Situation.INSTRUMENT)


def _other_money(request: PaymentRequest) -> Instead | None:
    """Money that is not served is refused by name, never passed over; a zero asks for nothing."""
    asked = request.payment_transaction.amounts_req
    unserved = {
        "CashBackAmount": asked.cash_back_amount,
        "TipAmount": asked.tip_amount,
        "MinimumAmountToDeliver": asked.minimum_amount_to_deliver,
        "MaximumCashBackAmount": asked.maximum_cash_back_amount,
        "MinimumSplitAmount": asked.minimum_split_amount,
    }
    for name, raw in unserved.items():
        value = _optional_cents(raw)
        if value is None:
            return _malformed(f"{_AMOUNTS}.{name}")
        if value:
            return Instead(Situation.MONEY_FIELD, name)
    if told_amount(several(request.loyalty_data)) is not None:  # to give or to redeem: a payment does not say which
        return Instead(Situation.MONEY_FIELD, "LoyaltyAmount")
    return Instead(Situation.MONEY_FIELD, "Instalment") if present(_data(request).instalment) else None


def _currency(request: PaymentRequest) -> Instead | None:
    return refused_currency(request.payment_transaction.amounts_req.currency, f"{_AMOUNTS}.Currency")


def _brands(request: PaymentRequest) -> Instead | None:
    """A till that limits the brands must not have another one charged: as long as it cannot be kept, it is refused."""
    conditions = request.payment_transaction.transaction_conditions
    limited = conditions is not None and bool(conditions.allowed_payment_brand)
    return Instead(Situation.BRAND_LIMIT) if limited and _instrument_type(request) is InstrumentType.CARD else None


_CHECKS: tuple[Callable[[PaymentRequest], Instead | None], ...] = (
    _card_data,
    _payment_type,
    _instrument_offered,
    _other_money,
    _currency,
    _brands,
)


# ---- looking ----


def _lines(items: tuple[Item, ...]) -> tuple[str, ...]:
    """The basket for PaymentAsk.content: no two baskets have the same."""
    return (str(len(items)), *(f"={part}" if part is not None else "" for item in items for part in item))


def _data(request: PaymentRequest) -> PaymentData:
    return request.payment_data or PaymentData()


def _instrument(request: PaymentRequest) -> PaymentInstrumentData:
    return _data(request).payment_instrument_data or PaymentInstrumentData()


def _instrument_type(request: PaymentRequest) -> InstrumentType:
    return _instrument(request).payment_instrument_type or InstrumentType.CARD


def _optional_cents(raw: Raw) -> int | None:
    return cents(raw) if present(raw) else 0


def _malformed(field: str) -> Instead:
    return Instead(Situation.MESSAGE_FORMAT, field)


def _items(given: list[SaleItem] | SaleItem | None) -> tuple[Item, ...] | Instead:
    items: list[Item] = []
    for item in several(given):
        numbers = {"Quantity": item.quantity, "UnitPrice": item.unit_price, "ItemAmount": item.item_amount}
        spelled = {name: plain(raw) if present(raw) else None for name, raw in numbers.items()}
        for name, raw in numbers.items():
            if present(raw) and spelled[name] is None:
                return _malformed(f"{_ITEM}.{name}")
        items.append(
            (
                _text(item.item_id),
                _text(item.product_code),
                _text(item.ean_upc),
                _text(item.unit_of_measure),
                *spelled.values(),
                _text(item.tax_code),
                _text(item.product_label),
            ),
        )
    return tuple(items)


def _text(value: str | int | None) -> str | None:
    return None if value is None else str(value)
