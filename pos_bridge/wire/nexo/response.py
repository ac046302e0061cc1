"""What a till is answered, as frozen structs with nexo's field names, and their bytes.

There is no field for a BIN, an expiry date, a card holder's name, an alias or a token: none can be answered.
"""

import re
from decimal import Decimal

import msgspec
from msgspec import Struct

from pos_bridge.wire.nexo.fields import Fields
from pos_bridge.wire.nexo.loyalty_response import LoyaltyResult
from pos_bridge.wire.nexo.request import MessageHeader, MessageReference, OriginalPOITransaction, TransactionID
from pos_bridge.wire.nexo.words import (
    Category,
    ErrorCondition,
    InstrumentType,
    PaymentType,
    ReconciliationType,
    Result,
    TransactionType,
)

MASK = "*" * 12  # a fixed number: the length of a card number is part of it
_MASKED_PAN = re.compile(r"\A\*{12}[0-9]{4}\Z")


class Header(Fields, frozen=True):
    """MessageHeader of an answer: the request's, with MessageType Response."""

    protocol_version: str
    message_class: str
    message_category: str
    message_type: str
    sale_id: str
    poiid: str
    service_id: str | None = None
    device_id: str | None = None


class Response(Fields, frozen=True):
    """`error_condition` exactly when the result is not Success. ValueError otherwise."""

    result: Result
    error_condition: ErrorCondition | None = None
    additional_response: str | None = None

    def __post_init__(self) -> None:
        if (self.result is Result.SUCCESS) is not (self.error_condition is None):
            raise ValueError("an error condition, and exactly then, when the result is not Success")


class Plain(Fields, frozen=True):
    """The body of an answer that has nothing but a Response."""

    response: Response


# ---- Payment ----


class SaleData(Fields, frozen=True):
    sale_transaction_id: TransactionID


class PoiData(Fields, frozen=True):
    poi_transaction_id: TransactionID


class OutputText(Fields, frozen=True):
    """One line of a receipt: `name=..&value=..&key=..`."""

    text: str
    end_of_line_flag: bool | None = None


class OutputContent(Fields, frozen=True):
    output_format: str
    output_text: tuple[OutputText, ...]


class PaymentReceipt(Fields, frozen=True):
    document_qualifier: str
    required_signature_flag: bool
    output_content: OutputContent


class CardData(Fields, frozen=True):
    """`masked_pan` is twelve asterisks and the last four digits. ValueError otherwise."""

    payment_brand: str
    masked_pan: str
    entry_mode: tuple[str, ...]

    def __post_init__(self) -> None:
        if not _MASKED_PAN.match(self.masked_pan):
            raise ValueError("of a card number only the last four digits are told")


class PaymentInstrumentData(Fields, frozen=True):
    payment_instrument_type: InstrumentType
    card_data: CardData | None = None


class AmountsResp(Fields, frozen=True):
    currency: str
    authorized_amount: Decimal


class PaymentAcquirerData(Fields, frozen=True):
    merchant_id: str
    acquirer_poiid: str
    acquirer_transaction_id: TransactionID
    approval_code: str | None = None


class PaymentResult(Fields, frozen=True):
    """`authentication_method`: how the card holder was verified, where that is known."""

    payment_type: PaymentType
    payment_instrument_data: PaymentInstrumentData
    amounts_resp: AmountsResp
    online_flag: bool
    payment_acquirer_data: PaymentAcquirerData | None = None
    authentication_method: tuple[str, ...] = ()


class PaymentResponse(Fields, frozen=True):
    """Of a sale or a refund. Clients index the receipts unguarded, so they are always there."""

    response: Response
    poi_data: PoiData
    payment_receipt: tuple[PaymentReceipt, ...]
    sale_data: SaleData | None = None
    payment_result: PaymentResult | None = None
    loyalty_result: tuple[LoyaltyResult, ...] = ()


class LoyaltyResponse(Fields, frozen=True):
    """Of an award or its refund. `poi_data` names the sale that they are of."""

    response: Response
    poi_data: PoiData
    sale_data: SaleData | None = None
    loyalty_result: tuple[LoyaltyResult, ...] = ()


class ReversalResponse(Fields, frozen=True):
    """`reversed_amount` is what went back. The receipts are always there, as in a PaymentResponse."""

    response: Response
    poi_data: PoiData
    payment_receipt: tuple[PaymentReceipt, ...]
    original_poi_transaction: OriginalPOITransaction | None = None
    reversed_amount: Decimal | None = None


# ---- GetTotals, Reconciliation ----


class PaymentTotals(Fields, frozen=True):
    """How many payments of one kind, and their sum. Always written, zero or not."""

    transaction_type: TransactionType
    transaction_count: int
    transaction_amount: Decimal


class TransactionTotals(Fields, frozen=True):
    payment_instrument_type: InstrumentType
    payment_currency: str
    payment_totals: tuple[PaymentTotals, ...]


class GetTotalsResponse(Fields, frozen=True):
    """`poi_reconciliation_id` is the number of the period, in digits."""

    response: Response
    poi_reconciliation_id: str | None = None
    transaction_totals: tuple[TransactionTotals, ...] = ()


class ReconciliationResponse(Fields, frozen=True):
    response: Response
    reconciliation_type: ReconciliationType
    poi_reconciliation_id: str | None = None
    transaction_totals: tuple[TransactionTotals, ...] = ()


# ---- Login, Diagnosis ----


class PoiStatus(Fields, frozen=True):
    """GlobalStatus is OK, Busy, Maintenance or Unreachable."""

    global_status: str
    card_reader_ok_flag: bool
    communication_ok_flag: bool


class HostStatus(Fields, frozen=True):
    is_reachable_flag: bool


class PoiSoftware(Fields, frozen=True):
    manufacturer_id: str
    application_name: str
    software_version: str


class PoiTerminalData(Fields, frozen=True):
    terminal_environment: str
    poi_capabilities: tuple[str, ...]
    poi_serial_number: str


class PoiSystemData(Fields, frozen=True):
    date_time: str
    poi_software: PoiSoftware
    poi_terminal_data: PoiTerminalData
    poi_status: PoiStatus


class LoginResponse(Fields, frozen=True):
    response: Response
    poi_system_data: PoiSystemData | None = None


class DiagnosisResponse(Fields, frozen=True):
    response: Response
    poi_status: PoiStatus | None = None
    host_status: tuple[HostStatus, ...] = ()


# ---- TransactionStatus, events ----


class RepeatedBody(Fields, frozen=True):
    """One of them: the answer to the request that was asked about."""

    payment_response: PaymentResponse | None = None
    reversal_response: ReversalResponse | None = None
    loyalty_response: LoyaltyResponse | None = None


class RepeatedMessageResponse(Fields, frozen=True):
    message_header: Header
    repeated_response_message_body: RepeatedBody


class TransactionStatusResponse(Fields, frozen=True):
    response: Response
    message_reference: MessageReference | None = None
    repeated_message_response: RepeatedMessageResponse | None = None


class EventNotification(Fields, frozen=True):
    time_stamp: str
    event_to_notify: str
    event_details: str


Body = (
    Plain
    | PaymentResponse
    | ReversalResponse
    | LoyaltyResponse
    | LoginResponse
    | DiagnosisResponse
    | TransactionStatusResponse
    | GetTotalsResponse
    | ReconciliationResponse
)

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def header_of_answer(request: MessageHeader) -> Header:
    return Header(
        protocol_version=request.protocol_version,
        message_class=request.message_class,
        message_category=request.message_category,
        message_type="Response",
        sale_id=request.sale_id,
        poiid=request.poiid,
        service_id=request.service_id or None,
        device_id=request.device_id,
    )


def encode(header: Header, category: Category, body: Struct) -> bytes:
    """A whole answer: {"SaleToPOIResponse": {"MessageHeader": .., "<Category>Response": ..}}."""
    return _ENCODER.encode(
        {"SaleToPOIResponse": {"MessageHeader": header, f"{category.value}Response": body}},
    )


def encode_event(request: MessageHeader, event: EventNotification) -> bytes:
    """A notification to the till. Its header has no ServiceID: it is an answer to nothing."""
    header = Header(
        protocol_version=request.protocol_version,
        message_class="Event",
        message_category="Event",
        message_type="Notification",
        sale_id=request.sale_id,
        poiid=request.poiid,
        device_id=request.device_id,
    )
    return _ENCODER.encode({"SaleToPOIRequest": {"MessageHeader": header, "EventNotification": event}})
