"""Answers and events as the bytes of whole messages."""

import msgspec

from pos_bridge.wire.nexo.device_response import DeviceResponse
from pos_bridge.wire.nexo.event import EventNotification
from pos_bridge.wire.nexo.loyalty_response import LoyaltyResponse
from pos_bridge.wire.nexo.payment_response import PaymentResponse, ReversalResponse
from pos_bridge.wire.nexo.response import Header, Plain
from pos_bridge.wire.nexo.status_response import TransactionStatusResponse
from pos_bridge.wire.nexo.terminal_response import DiagnosisResponse, LoginResponse
from pos_bridge.wire.nexo.totals_response import GetTotalsResponse, ReconciliationResponse
from pos_bridge.wire.nexo.words import PROTOCOL_VERSION, Category

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
    | DeviceResponse
)

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def encode(header: Header, category: Category, body: Body) -> bytes:
    """A whole answer: {"SaleToPOIResponse": {"MessageHeader": .., "<Category>Response": ..}}."""
    return _ENCODER.encode({"SaleToPOIResponse": {"MessageHeader": header, f"{category.value}Response": body}})


def encode_event(
    event: EventNotification,
    *,
    sale_id: str,
    poiid: str,
    device_id: str | None,
    protocol_version: str = PROTOCOL_VERSION,
) -> bytes:
    """A notification to the till. Its header has no ServiceID: it is an answer to nothing."""
    header = Header(
        protocol_version=protocol_version,
        message_class="Event",
        message_category="Event",
        message_type="Notification",
        sale_id=sale_id,
        poiid=poiid,
        device_id=device_id,
    )
    return _ENCODER.encode({"SaleToPOIRequest": {"MessageHeader": header, "EventNotification": event}})
