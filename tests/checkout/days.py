"""What a till asks for at the end of a day, and where a sale of that day stands in its totals."""

import hashlib

from pos_bridge.domain.leg import Kind, Tender

CARD_SALE, CASH_SALE = (Tender.CARD, Kind.SALE), (Tender.CASH, Kind.SALE)


def asks(number: int) -> bytes:
    """The keyed hash of a till's request for a day end."""
    return hashlib.sha256(b"day %d" % number).digest()
