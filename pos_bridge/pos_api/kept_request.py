"""What the answers file keeps of any request: its own names, and the header that its answer is given again with."""

from datetime import datetime
from typing import TypeVar

import msgspec

from pos_bridge.wire.nexo.fields import TransactionID
from pos_bridge.wire.nexo.request import MessageHeader
from pos_bridge.wire.nexo.response import Header
from pos_bridge.wire.nexo.words import Category

Names = tuple[str, str, str, str, str | None, tuple[str, str | None] | None, str]


class KeptRequest(msgspec.Struct, frozen=True, array_like=True):
    """`layout` says of which kind, and how old. `transaction` is the till's id of the sale and its time, `stamp` ours.

    On disk an array: each kind goes on with fields of its own.
    """

    layout: int | str
    protocol_version: str
    sale_id: str
    service_id: str
    poiid: str
    device_id: str | None
    transaction: tuple[str, str | None] | None
    stamp: str

    def __repr__(self) -> str:
        return type(self).__name__

    def header_of(self, category: Category) -> Header:
        return Header(
            protocol_version=self.protocol_version,
            message_class="Service",
            message_category=category.value,
            message_type="Response",
            sale_id=self.sale_id,
            poiid=self.poiid,
            service_id=self.service_id,
            device_id=self.device_id,
        )


Kind = TypeVar("Kind", bound=KeptRequest)


def names(header: MessageHeader, at: datetime, transaction: TransactionID | None) -> Names:
    """The fields of every KeptRequest after its layout, in their order."""
    return (
        header.protocol_version,
        header.sale_id,
        header.service_id,
        header.poiid,
        header.device_id,
        None if transaction is None else (transaction.transaction_id, transaction.time_stamp),
        stamp(at),
    )


def encode_kept(value: KeptRequest) -> bytes:
    return msgspec.msgpack.encode(value)


def decode_as(decoder: msgspec.msgpack.Decoder[Kind], raw: bytes | None) -> Kind | None:
    """None for nothing, for what is kept of a request of another kind, and for what this version did not write."""
    if raw is None:
        return None
    try:
        return decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def stamp(at: datetime) -> str:
    """ISO 8601 with milliseconds and offset. `at` is aware."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
