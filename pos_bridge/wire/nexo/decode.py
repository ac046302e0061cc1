"""Bytes of a request to a typed message or a typed fault. Never passes on what the decoder says: it quotes the input.

A fault names a field by our own schema's words. The nesting that is followed is bounded by the decoder (the
interpreter's recursion limit), the size by MAX_BODY.
"""

import re
from dataclasses import dataclass
from enum import Enum

import msgspec

from pos_bridge.wire.nexo.request import Body, Envelope, HeaderEnvelope, MessageHeader, SaleToPOIRequest
from pos_bridge.wire.nexo.words import FIELD_PATH, PROTOCOL_VERSION, Category

MAX_BODY = 256 * 1024  # a basket of a thousand lines fits; a till's longest message is a fraction of it


class Unreadable(Enum):
    """A body that cannot be answered in nexo, because there is no header to answer to. The value is the kind told."""

    TOO_LARGE = "too-large"
    NOT_JSON = "not-json"
    NO_REQUEST = "no-request"  # JSON, and no SaleToPOIRequest with a MessageHeader in it
    BAD_HEADER = "bad-header"
    UNKNOWN_CATEGORY = "unknown-category"


@dataclass(frozen=True, slots=True)
class Rejected:
    """No nexo answer is possible: HTTP 400. `field` is a path of our schema, where one is to blame."""

    kind: Unreadable
    field: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class BadField:
    """The header can be read and this field cannot (or is missing): answered as MessageFormat."""

    header: MessageHeader
    category: Category
    field: str


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """A request whose header and body follow the schema. `body` is None for categories that are not served."""

    header: MessageHeader
    category: Category
    body: Body | None


Decoded = Message | BadField | Rejected

_ENVELOPE = msgspec.json.Decoder(Envelope)
_HEADER = msgspec.json.Decoder(HeaderEnvelope)
_CATEGORIES = {category.value: category for category in Category}
_HEADER_PATH = "MessageHeader"
_PATH_MARK = " - at `$"
_NAMED = re.compile(r"\A(?:Object missing required|Unprintable) field `([A-Za-z]+)`\Z")
_INDEX = re.compile(r"\[[0-9.]+\]")

# What a served category's body is called, and its class, which nexo fixes.
_BODIES = {
    Category.LOGIN: ("login_request", "LoginRequest"),
    Category.LOGOUT: ("logout_request", "LogoutRequest"),
    Category.DIAGNOSIS: ("diagnosis_request", "DiagnosisRequest"),
    Category.PAYMENT: ("payment_request", "PaymentRequest"),
    Category.ABORT: ("abort_request", "AbortRequest"),
    Category.TRANSACTION_STATUS: ("transaction_status_request", "TransactionStatusRequest"),
    Category.REVERSAL: ("reversal_request", "ReversalRequest"),
    Category.GET_TOTALS: ("get_totals_request", "GetTotalsRequest"),
    Category.RECONCILIATION: ("reconciliation_request", "ReconciliationRequest"),
    Category.DISPLAY: ("display_request", "DisplayRequest"),
    Category.INPUT: ("input_request", "InputRequest"),
    Category.PRINT: ("print_request", "PrintRequest"),
    Category.ENABLE_SERVICE: ("enable_service_request", "EnableServiceRequest"),
    Category.LOYALTY: ("loyalty_request", "LoyaltyRequest"),
}
_OF_CLASS_DEVICE = frozenset({Category.DISPLAY, Category.INPUT, Category.PRINT})
_SERVICE_ID = "MessageHeader.ServiceID"


def decode(raw: bytes | bytearray) -> Decoded:
    """The message in `raw`. Never raises for anything a till can send.

    What is typed Raw looks into `raw`, which must stay as it is while the message is used.
    """
    if len(raw) > MAX_BODY:
        return Rejected(Unreadable.TOO_LARGE)
    try:
        request = _ENVELOPE.decode(raw).sale_to_poi_request
    except msgspec.ValidationError as error:
        return _without_body(raw, _field(error))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Rejected(Unreadable.NOT_JSON)
    return _message(request)


def _message(request: SaleToPOIRequest) -> Decoded:
    header = request.message_header
    category = _CATEGORIES.get(header.message_category)
    if category is None:
        return Rejected(Unreadable.UNKNOWN_CATEGORY, "MessageHeader.MessageCategory")
    if not _named(header):
        return Rejected(Unreadable.BAD_HEADER, _SERVICE_ID)
    if header.message_type != "Request":
        return BadField(header, category, "MessageHeader.MessageType")
    if header.protocol_version != PROTOCOL_VERSION:
        return BadField(header, category, "MessageHeader.ProtocolVersion")
    served = _BODIES.get(category)
    if served is None:
        return Message(header, category, None)
    if header.message_class != ("Device" if category in _OF_CLASS_DEVICE else "Service"):
        return BadField(header, category, "MessageHeader.MessageClass")
    body = getattr(request, served[0])
    return BadField(header, category, served[1]) if body is None else Message(header, category, body)


def _named(header: MessageHeader) -> bool:
    """By its ServiceID, or a device message by its DeviceID."""
    return bool(header.service_id or (header.message_class == "Device" and header.device_id))


def _without_body(raw: bytes | bytearray, field: str) -> Decoded:
    """The schema was not met: by the body (then the header answers) or by the header itself."""
    try:
        header = _HEADER.decode(raw).sale_to_poi_request.message_header
    except msgspec.ValidationError as error:
        path = _field(error)
        is_header = path.startswith(_HEADER_PATH + ".")
        return Rejected(Unreadable.BAD_HEADER, path) if is_header else Rejected(Unreadable.NO_REQUEST)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Rejected(Unreadable.NOT_JSON)
    category = _CATEGORIES.get(header.message_category)
    if category is None:
        return Rejected(Unreadable.UNKNOWN_CATEGORY, "MessageHeader.MessageCategory")
    if not _named(header):
        return Rejected(Unreadable.BAD_HEADER, _SERVICE_ID)
    if category not in _BODIES:
        return Message(header, category, None)  # refused whatever its body is
    return BadField(header, category, field)


def _field(error: msgspec.ValidationError) -> str:
    """The path our schema was left at, without the envelope; with the name of what is missing or unprintable."""
    text, mark, path = str(error).rpartition(_PATH_MARK)
    if not mark:
        text, path = path, ""
    path = _INDEX.sub("[]", path.removesuffix("`").removeprefix("."))
    named = _NAMED.match(text)
    if named is not None:
        path = f"{path}.{named[1]}" if path else named[1]
    path = path.removeprefix("SaleToPOIRequest").removeprefix(".")
    return path if FIELD_PATH.match(path) else "SaleToPOIRequest"
