"""A payment request read with pydantic, as programs often are: the same fields and bounds as ours, nothing more.

Text is not checked to be printable here, and faults are not turned into answers: what stands beside does less.
"""

from decimal import Decimal
from enum import Enum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from pos_bridge.wire.nexo.words import spelled

_Name = Annotated[str, StringConstraints(min_length=1, max_length=64)]
_Word = Annotated[str, StringConstraints(min_length=1, max_length=32)]


class _Fields(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=spelled)


class Header(_Fields):
    message_class: _Word
    message_category: _Word
    message_type: _Word
    service_id: Annotated[str, StringConstraints(min_length=1, max_length=10)]
    sale_id: _Name
    poiid: _Name
    protocol_version: _Word = "3.0"
    device_id: _Name | None = None


class Named(_Fields):
    transaction_id: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    time_stamp: Annotated[str, StringConstraints(min_length=1, max_length=40)] | None = None


class SaleData(_Fields):
    sale_transaction_id: Named
    token_requested_type: _Word | None = None


class Amounts(_Fields):
    currency: Annotated[str, StringConstraints(min_length=3, max_length=3)]
    requested_amount: Decimal
    cash_back_amount: Decimal | None = None
    tip_amount: Decimal | None = None
    paid_amount: Decimal | None = None


class Item(_Fields):
    item_id: str | int | None = None
    product_code: str | int | None = None
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    item_amount: Decimal | None = None
    product_label: str | None = None


class Transaction(_Fields):
    amounts_req: Amounts
    sale_item: list[Item] | Item | None = None


class Instrument(Enum):
    CARD = "Card"
    CASH = "Cash"


class InstrumentData(_Fields):
    payment_instrument_type: Instrument | None = None


class Data(_Fields):
    payment_type: _Word | None = None
    split_payment_flag: bool | None = None
    payment_instrument_data: InstrumentData | None = None


class Payment(_Fields):
    sale_data: SaleData
    payment_transaction: Transaction
    payment_data: Data | None = None


class Request(_Fields):
    message_header: Header
    payment_request: Payment | None = None


class Envelope(BaseModel):
    model_config = ConfigDict(frozen=True)
    SaleToPOIRequest: Request


def read(raw: bytes) -> Envelope | None:
    """None for what is not such a request."""
    try:
        return Envelope.model_validate_json(raw)
    except ValidationError:
        return None
