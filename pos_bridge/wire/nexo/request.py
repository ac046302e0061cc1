"""What a till may send, as frozen structs. Fields that are not here are ignored; text is bounded and printable.

A field typed Raw is only looked at for being there, or is a number whose digits decide (amounts.py), or is read by
loose.py where a choice depends on it: what is not needed is never turned into a Python string. Nobody prints these
structs; the text in them is the till's.
"""

from typing import Annotated

from msgspec import Meta, Raw, field

from pos_bridge.wire.nexo.device_request import (
    DeviceBody,
    DisplayRequest,
    EnableServiceRequest,
    InputRequest,
    PrintRequest,
)
from pos_bridge.wire.nexo.fields import (
    CurrencyCode,
    Fields,
    Name,
    OriginalPOITransaction,
    ServiceID,
    TransactionID,
    Word,
    find_unprintable,
)
from pos_bridge.wire.nexo.loyalty_request import LoyaltyData, LoyaltyRequest
from pos_bridge.wire.nexo.words import PROTOCOL_VERSION, InstrumentType, PaymentType, ReconciliationType

__all__ = ["OriginalPOITransaction", "TransactionID"]  # beside what is made here

ItemText = Annotated[str, Meta(max_length=256)] | Annotated[int, Meta(ge=-(10**15), le=10**15)]  # hashed, never shown


class MessageHeader(Fields, frozen=True):
    """MessageHeader (nexo 3.0). SaleID may hold spaces and parentheses; ServiceID names the request for 48 h.

    A device message may have a DeviceID instead: its `service_id` is empty then. decode.py refuses any other without.
    """

    message_class: Word
    message_category: Word
    message_type: Word
    sale_id: Name
    poiid: Name
    service_id: ServiceID = ""
    protocol_version: Word = PROTOCOL_VERSION
    device_id: Name | None = None

    def __post_init__(self) -> None:
        text = (
            f"{self.message_class}{self.message_category}{self.message_type}{self.service_id}{self.sale_id}{self.poiid}"
            f"{self.protocol_version}{self.device_id}"
        )
        if not text.isprintable():
            find_unprintable(self)


# ---- Payment ----


class SaleData(Fields, frozen=True):
    """`sale_transaction_id` is the till's name of the sale. What is Raw can carry a person: seen, or a choice's."""

    sale_transaction_id: TransactionID
    token_requested_type: Word | None = None
    operator_language: Raw = Raw()
    customer_order_id: Raw = Raw()
    customer_order_id_too: Raw = field(name="CustomerOrderId", default=Raw())
    sale_to_poi_data: Raw = Raw()
    sale_to_acquirer_data: Raw = Raw()
    sale_to_issuer_data: Raw = Raw()


class AmountsReq(Fields, frozen=True):
    """Amounts in units of the currency, as JSON numbers."""

    currency: CurrencyCode
    requested_amount: Raw
    cash_back_amount: Raw = Raw()
    tip_amount: Raw = Raw()
    paid_amount: Raw = Raw()
    minimum_amount_to_deliver: Raw = Raw()
    maximum_cash_back_amount: Raw = Raw()
    minimum_split_amount: Raw = Raw()


class SaleItem(Fields, frozen=True):
    """One line of the till's order: hashed into the order digest, kept nowhere."""

    item_id: ItemText | None = None
    product_code: ItemText | None = None
    ean_upc: ItemText | None = None
    unit_of_measure: ItemText | None = None
    quantity: Raw = Raw()
    unit_price: Raw = Raw()
    item_amount: Raw = Raw()
    tax_code: ItemText | None = None
    product_label: ItemText | None = None
    additional_product_info: Raw = Raw()


class TransactionConditions(Fields, frozen=True):
    allowed_payment_brand: list[Word] | Word | None = None
    allowed_loyalty_brand: Raw = Raw()
    loyalty_handling: Raw = Raw()
    customer_language: Raw = Raw()


class PaymentTransaction(Fields, frozen=True):
    """`original_poi_transaction`: the sale that a refund is of."""

    amounts_req: AmountsReq
    original_poi_transaction: OriginalPOITransaction | None = None
    transaction_conditions: TransactionConditions | None = None
    sale_item: list[SaleItem] | SaleItem | None = None


class PaymentInstrumentData(Fields, frozen=True):
    """Data of a card, cheque or phone that a till read itself is refused, unseen."""

    payment_instrument_type: InstrumentType | None = None
    card_data: Raw = Raw()
    check_data: Raw = Raw()
    mobile_data: Raw = Raw()
    stored_value_account_id: Raw = Raw()


class PaymentData(Fields, frozen=True):
    payment_type: PaymentType | None = None
    split_payment_flag: bool | None = None
    card_acquisition_reference: Raw = Raw()
    payment_instrument_data: PaymentInstrumentData | None = None
    instalment: Raw = Raw()
    customer_order: Raw = Raw()


class CustomerOrder(Fields, frozen=True):
    """PaymentData.CustomerOrder: an order id, and two fields of free text. Read by loose.py, never with the request."""

    customer_order_id: Raw = Raw()
    customer_order_id_too: Raw = field(name="CustomerOrderId", default=Raw())
    accessed_by: Raw = Raw()
    additional_information: Raw = Raw()


class PaymentRequest(Fields, frozen=True):
    sale_data: SaleData
    payment_transaction: PaymentTransaction
    payment_data: PaymentData | None = None
    loyalty_data: list[LoyaltyData] | LoyaltyData | None = None


# ---- Reversal ----


class ReversalSaleData(Fields, frozen=True):
    """What can carry a person, and the cashier's language; the till's own name of the reversal is not needed."""

    operator_language: Raw = Raw()
    sale_to_poi_data: Raw = Raw()
    sale_to_acquirer_data: Raw = Raw()
    sale_to_issuer_data: Raw = Raw()
    customer_order_id: Raw = Raw()
    customer_order_id_too: Raw = field(name="CustomerOrderId", default=Raw())


class ReversalRequest(Fields, frozen=True):
    """Without `reversed_amount` all of it. `customer_order` is what JSON clients call the schema's CustomerOrderID."""

    original_poi_transaction: OriginalPOITransaction
    reversal_reason: Word | None = None
    reversed_amount: Raw = Raw()
    sale_data: ReversalSaleData | None = None
    customer_order: Raw = Raw()
    customer_order_id: Raw = Raw()


class TotalFilter(Fields, frozen=True):
    """Of whom the totals are. This terminal knows no operators, shifts or groups: those are refused, unread."""

    poiid: Name | None = None
    sale_id: Raw = Raw()
    operator_id: Raw = Raw()
    shift_number: Raw = Raw()
    totals_group_id: Raw = Raw()


class GetTotalsRequest(Fields, frozen=True):
    total_filter: TotalFilter | None = None


class ReconciliationRequest(Fields, frozen=True):
    reconciliation_type: ReconciliationType


# ---- the rest ----


class LoginRequest(Fields, frozen=True):
    training_mode_flag: bool | None = None


class LogoutRequest(Fields, frozen=True):
    maintenance_allowed: bool | None = None


class DiagnosisRequest(Fields, frozen=True):
    host_diagnosis_flag: bool | None = None


class MessageReference(Fields, frozen=True):
    """Which earlier message is meant. Absent parts are those of the message that asks."""

    message_category: Word | None = None
    service_id: ServiceID | None = None
    sale_id: Name | None = None
    poiid: Name | None = None

    def __post_init__(self) -> None:
        text = f"{self.message_category}{self.service_id}{self.sale_id}{self.poiid}"
        if not text.isprintable():
            find_unprintable(self)


class AbortReference(MessageReference, frozen=True):
    """An Input may have been sent under a DeviceID alone."""

    device_id: Name | None = None

    def __post_init__(self) -> None:
        if not f"{self.message_category}{self.service_id}{self.sale_id}{self.poiid}{self.device_id}".isprintable():
            find_unprintable(self)


class AbortRequest(Fields, frozen=True):
    message_reference: AbortReference


class TransactionStatusRequest(Fields, frozen=True):
    message_reference: MessageReference | None = None


Body = (
    LoginRequest
    | LogoutRequest
    | DiagnosisRequest
    | PaymentRequest
    | ReversalRequest
    | AbortRequest
    | TransactionStatusRequest
    | GetTotalsRequest
    | ReconciliationRequest
    | DeviceBody
    | LoyaltyRequest
)


class SaleToPOIRequest(Fields, frozen=True):
    """A whole request: the header, and the body that the header's category names, if it is one of these."""

    message_header: MessageHeader
    login_request: LoginRequest | None = None
    logout_request: LogoutRequest | None = None
    diagnosis_request: DiagnosisRequest | None = None
    payment_request: PaymentRequest | None = None
    abort_request: AbortRequest | None = None
    transaction_status_request: TransactionStatusRequest | None = None
    reversal_request: ReversalRequest | None = None
    get_totals_request: GetTotalsRequest | None = None
    reconciliation_request: ReconciliationRequest | None = None
    display_request: DisplayRequest | None = None
    input_request: InputRequest | None = None
    print_request: PrintRequest | None = None
    enable_service_request: EnableServiceRequest | None = None
    loyalty_request: LoyaltyRequest | None = None


class Envelope(Fields, frozen=True):
    sale_to_poi_request: SaleToPOIRequest


class HeaderOnly(Fields, frozen=True):
    message_header: MessageHeader


class HeaderEnvelope(Fields, frozen=True):
    """The same message read for its header alone: what is answered when the body cannot be read."""

    sale_to_poi_request: HeaderOnly
