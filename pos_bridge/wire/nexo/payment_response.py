"""What a till is answered about money: to a Payment (a sale or a refund) and to a Reversal.

There is no field for a BIN, an expiry date, a card holder's name, an alias or a token: none can be answered.
"""

import re
from decimal import Decimal

from pos_bridge.wire.nexo.fields import Fields, OriginalPOITransaction, TransactionID
from pos_bridge.wire.nexo.loyalty_response import LoyaltyResult
from pos_bridge.wire.nexo.response import PoiData, Response, SaleData
from pos_bridge.wire.nexo.words import InstrumentType, PaymentType

MASK = "*" * 12  # a fixed number: the length of a card number is part of it
_MASKED_PAN = re.compile(r"\A\*{12}[0-9]{4}\Z")


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


class ReversalResponse(Fields, frozen=True):
    """`reversed_amount` is what went back. The receipts are always there, as in a PaymentResponse."""

    response: Response
    poi_data: PoiData
    payment_receipt: tuple[PaymentReceipt, ...]
    original_poi_transaction: OriginalPOITransaction | None = None
    reversed_amount: Decimal | None = None
