"""What the answers file keeps of a payment request, for 48 h, so that its answer can be given again.

Beside the outcome an answer needs the till's own references, the time and the header. There is no card data here.
"""

from datetime import datetime
from typing import Literal

import msgspec

from pos_bridge.wire.nexo.request import MessageHeader, TransactionID
from pos_bridge.wire.nexo.response import Header
from pos_bridge.wire.nexo.words import Category


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """`transaction` is the till's id of the sale and its time, `stamp` ours, `cents` the amount asked, if known."""

    layout: Literal[1]
    protocol_version: str
    sale_id: str
    service_id: str
    poiid: str
    device_id: str | None
    transaction: tuple[str, str | None] | None
    stamp: str
    cents: int | None
    identity_dropped: bool

    def __repr__(self) -> str:
        return "Kept"

    def header(self) -> Header:
        return Header(
            protocol_version=self.protocol_version,
            message_class="Service",
            message_category=Category.PAYMENT.value,
            message_type="Response",
            sale_id=self.sale_id,
            poiid=self.poiid,
            service_id=self.service_id,
            device_id=self.device_id,
        )


_KEPT = msgspec.msgpack.Decoder(Kept)


def kept(
    header: MessageHeader,
    at: datetime,
    transaction: TransactionID | None = None,
    cents: int | None = None,
    *,
    identity_dropped: bool = False,
) -> Kept:
    return Kept(
        layout=1,
        protocol_version=header.protocol_version,
        sale_id=header.sale_id,
        service_id=header.service_id,
        poiid=header.poiid,
        device_id=header.device_id,
        transaction=None if transaction is None else (transaction.transaction_id, transaction.time_stamp),
        stamp=stamp(at),
        cents=cents,
        identity_dropped=identity_dropped,
    )


def encode_kept(value: Kept) -> bytes:
    return msgspec.msgpack.encode(value)


def decode_kept(raw: bytes) -> Kept | None:
    """None for what this version did not write: the answer is then rebuilt without it."""
    try:
        return _KEPT.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def stamp(at: datetime) -> str:
    """ISO 8601 with milliseconds and offset. `at` is aware."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
