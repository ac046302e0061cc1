"""Which earlier request an Abort or a TransactionStatus is about, and the header that it had."""

import msgspec

from pos_bridge.wire.nexo.request import MessageHeader, MessageReference
from pos_bridge.wire.nexo.words import Category


def resolve(header: MessageHeader, reference: MessageReference) -> MessageReference:
    """A reference with its absent parts taken from the message that asks."""
    return MessageReference(
        message_category=reference.message_category or Category.PAYMENT.value,
        service_id=reference.service_id,
        sale_id=reference.sale_id or header.sale_id,
        poiid=reference.poiid or header.poiid,
    )


def header_meant(header: MessageHeader, meant: MessageReference) -> MessageHeader:
    """Of the meant request, as far as it is known. `header`: of the message that asks."""
    return msgspec.structs.replace(
        header,
        message_category=meant.message_category or header.message_category,
        service_id=meant.service_id or header.service_id,
        sale_id=meant.sale_id or header.sale_id,
        poiid=meant.poiid or header.poiid,
    )
