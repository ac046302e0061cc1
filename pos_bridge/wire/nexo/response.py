"""What answers of several rooms are made of: the header, the Response that says how it went, names of transactions."""

from pos_bridge.wire.nexo.fields import Fields, TransactionID
from pos_bridge.wire.nexo.request import MessageHeader
from pos_bridge.wire.nexo.words import ErrorCondition, Result


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


class SaleData(Fields, frozen=True):
    sale_transaction_id: TransactionID


class PoiData(Fields, frozen=True):
    poi_transaction_id: TransactionID


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
