"""Fields that say who somebody is, read leniently: what is not as it should be is no choice, and never stops a sale.

Nothing here raises for what a till sends, and nothing is read beyond its bound.
"""

import msgspec
from msgspec import Raw

from pos_bridge.wire.nexo.request import CustomerOrder

_MOST_BYTES = 512  # of one text as it was sent; the longest that anybody uses, an order id, has 64 characters
_MOST_ORDER_BYTES = 8 * 1024
_MOST_ENTRIES = 16
_NOTHING = frozenset({b"", b"null", b'""', b"[]", b"{}"})
_NUMBER_START = b"-0123456789"

_TEXT = msgspec.json.Decoder(str)
_TEXTS = msgspec.json.Decoder(list[str] | str)
_ORDERS = msgspec.json.Decoder(list[CustomerOrder] | CustomerOrder)
_FAULTS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def filled(raw: Raw) -> bool:
    """Whether a field is there and says something: not null, not empty."""
    return bytes(raw) not in _NOTHING


def text(raw: Raw) -> str | None:
    """A JSON string; None for anything else, or for what is too long to be meant."""
    sent = bytes(raw)
    if not sent.startswith(b'"') or len(sent) > _MOST_BYTES:
        return None
    try:
        return _TEXT.decode(sent)
    except _FAULTS:
        return None


def spelled_out(raw: Raw) -> str:
    """A JSON string's text or a JSON number's own characters, to be searched; empty for anything else."""
    sent = bytes(raw)
    if sent and sent[0] in _NUMBER_START and len(sent) <= _MOST_BYTES:
        return sent.decode("ascii", "replace")
    return text(raw) or ""


def texts(raw: Raw) -> tuple[str, ...] | None:
    """One string or an array of them; None for anything else."""
    if len(bytes(raw)) > _MOST_BYTES:
        return None
    try:
        found = _TEXTS.decode(raw)
    except _FAULTS:
        return None
    return (found,) if isinstance(found, str) else tuple(found)


def customer_orders(raw: Raw) -> tuple[CustomerOrder, ...] | None:
    """PaymentData.CustomerOrder, one or an array of at most 16; None for anything else."""
    if len(bytes(raw)) > _MOST_ORDER_BYTES:
        return None
    try:
        found = _ORDERS.decode(raw)
    except _FAULTS:
        return None
    orders = (found,) if isinstance(found, CustomerOrder) else tuple(found)
    return orders if len(orders) <= _MOST_ENTRIES else None
