"""A card number or a stripe in a text that a till sent: a keyboard-typing reader puts it where the cursor is.

Only fields that would be kept are searched. What is found is refused by whoever asked; it is never shown.
"""

import re

from pos_bridge.wire.iin import brand_of

_TRACK = re.compile(r"[0-9]{12,19}(?:=[0-9]{4}|\^)")  # ISO/IEC 7813: the number, then the separator
_NUMBER = re.compile(r"(?<![0-9])[0-9]{12,19}(?![0-9])")  # ISO/IEC 7812: 12 to 19 digits
_SEPARATORS = re.compile(r"[\s._/-]")


def has_track(text: str) -> bool:
    """A stripe's beginning, as its reader types it."""
    return _TRACK.search(text) is not None


def has_card_number(text: str) -> bool:
    """12 to 19 digits, as they stand or with separators taken out, in a payment brand's range and with its check digit.

    One in some twenty of a shop's own 16-digit numbers is taken for one: for fields where that is right, an identifier
    that somebody is known by.
    """
    return has_track(text) or any(
        _is_card_number(digits) for form in (text, _SEPARATORS.sub("", text)) for digits in _NUMBER.findall(form)
    )


def _is_card_number(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    plain = (int(digit) for digit in digits[-1::-2])
    if (sum(doubled) + sum(plain)) % 10:  # ISO/IEC 7812-1 annex B
        return False
    return brand_of(memoryview(digits.encode("ascii"))) is not None
