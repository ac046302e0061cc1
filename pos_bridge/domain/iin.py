"""Which scheme a card number belongs to, by its leading digits (ISO/IEC 7812 issuer ranges).

Compares digit by digit where the number lies: makes no copy, no text and no integer of a card number.
The brand is for the receipt and the till's totals; the processor routes by its own table.
"""

from pos_bridge.domain.card import Brand

# The first range that holds the number wins, so the narrow ranges stand before the wide ones. Both ends belong to it.
# Interac: client cards of the Canadian banks that carry no other scheme. What is in no range is not taken for a
# payment card: gift and loyalty numbers (6006.., 6035.., 9...) stay out on purpose.
_RANGES: tuple[tuple[bytes, bytes, Brand], ...] = (
    (b"4506", b"4506", Brand.INTERAC),
    (b"4519", b"4519", Brand.INTERAC),
    (b"4536", b"4536", Brand.INTERAC),
    (b"4", b"4", Brand.VISA),
    (b"51", b"55", Brand.MASTERCARD),
    (b"2221", b"2720", Brand.MASTERCARD),
    (b"34", b"34", Brand.AMEX),
    (b"37", b"37", Brand.AMEX),
    (b"6011", b"6011", Brand.DISCOVER),
    (b"644", b"649", Brand.DISCOVER),
    (b"65", b"65", Brand.DISCOVER),
    (b"30", b"30", Brand.OTHER),  # Diners Club
    (b"36", b"36", Brand.OTHER),
    (b"38", b"39", Brand.OTHER),
    (b"3528", b"3589", Brand.OTHER),  # JCB
    (b"62", b"62", Brand.OTHER),  # UnionPay
    (b"81", b"81", Brand.OTHER),
    (b"50", b"50", Brand.OTHER),  # Maestro
    (b"56", b"58", Brand.OTHER),
    (b"6304", b"6304", Brand.OTHER),
    (b"67", b"67", Brand.OTHER),
    (b"2200", b"2204", Brand.OTHER),  # Mir
)


def brand_of(digits: memoryview) -> Brand | None:
    """The scheme of a card number given as ASCII digits; None: not a payment card's range."""
    for low, high, brand in _RANGES:
        if not _before(digits, low) and not _after(digits, high):
            return brand
    return None


def _before(digits: memoryview, bound: bytes) -> bool:
    for place, limit in enumerate(bound):
        if digits[place] != limit:
            return digits[place] < limit
    return False


def _after(digits: memoryview, bound: bytes) -> bool:
    for place, limit in enumerate(bound):
        if digits[place] != limit:
            return digits[place] > limit
    return False
