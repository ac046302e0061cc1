"""Money and quantities from the digits of a JSON number: exact, bounded, never through a float."""

from decimal import Decimal, InvalidOperation

from msgspec import Raw

_MAX_CHARACTERS = 28  # longer than any amount or quantity, and within what decimal arithmetic does exactly
_NUMBER_START = b"-0123456789"
_CENTS_RANGE = range(-2, 6)  # decimal exponent of the first digit: 0.01 to 999999.99
_QUANTITY_RANGE = range(-6, 13)
_QUANTITY_PLACES = 6


def present(raw: Raw) -> bool:
    """Whether a field was there and not null."""
    return bytes(raw) not in {b"", b"null"}


def _number(raw: Raw) -> Decimal | None:
    """The JSON number; None for anything else (a string, null, an array) or for too many digits."""
    text = bytes(raw)
    if not text or len(text) > _MAX_CHARACTERS or text[0] not in _NUMBER_START:
        return None
    try:
        return Decimal(text.decode("ascii"))  # the decoder has checked the grammar
    except InvalidOperation:  # an exponent beyond what a Decimal holds
        return None


def cents(raw: Raw) -> int | None:
    """An amount of 0 to 999999.99 in cents; 10, 10.0, 10.00 and 1E+1 are the same. None: not such a number."""
    number = _number(raw)
    if number is None:
        return None
    if number.is_zero():
        return 0
    if number.is_signed() or number.adjusted() not in _CENTS_RANGE:
        return None
    scaled = number.scaleb(2)
    whole = int(scaled)
    return whole if whole == scaled else None


def plain(raw: Raw) -> str | None:
    """A quantity or price in one canonical spelling (`1.5`, `-3`, `0`); None: not a number of this size."""
    number = _number(raw)
    if number is None:
        return None
    if number.is_zero():
        return "0"
    if number.adjusted() not in _QUANTITY_RANGE:
        return None
    number = number.normalize()
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -_QUANTITY_PLACES:
        return None
    return format(number, "f")


def units(cents_: int) -> Decimal:
    """Cents as units of the currency with two places: 1235 is 12.35."""
    return Decimal(cents_).scaleb(-2)
