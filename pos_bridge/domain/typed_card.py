"""A card number or a stripe in a text that a till sent: a keyboard-typing reader puts it where the cursor is.

Only fields that would be kept are searched. What is found is refused by whoever asked; it is never shown.
"""

import re
from collections.abc import Iterator

from pos_bridge.domain.iin import brand_of
from pos_bridge.domain.luhn import luhn_holds

_TRACK = re.compile(r"[0-9]{12,19}(?:=[0-9]{4}|\^)")  # ISO/IEC 7813: the number, then the separator
_TRACK_1_HERE = re.compile(r"([0-9]{12,19})\?")  # on Canadian keyboards the key of `^` gives a question mark
_NUMBER = re.compile(r"(?<![0-9])[0-9]{12,19}(?![0-9])")  # ISO/IEC 7812: 12 to 19 digits
_SEPARATORS = re.compile(r"[\s._/-]")
# Each run is taken whole or not at all (possessive): a long one is looked at once, not once from each of its digits.
_GROUPS = re.compile(r"(?<![0-9])[0-9]++(?:[\s._/-]++[0-9]++)++")
_DIGITS = re.compile(r"[0-9]+")
_GROUPED_LENGTHS = range(14, 20)  # of a number in groups among other groups: shorter ones are dates and counters
_DATED_LENGTHS = (14, 15, 16)
_DATE = 4  # YYMM on a stripe, MMYY on a card
_MONTHS = frozenset(f"{month:02}" for month in range(1, 13))


def has_track(text: str) -> bool:
    """A stripe's beginning, as its reader types it: on an American keyboard, or on one of ours."""
    return _TRACK.search(text) is not None or any(map(_is_card_number, _TRACK_1_HERE.findall(text)))


def has_card_number(text: str) -> bool:
    """A number in a payment brand's range and with its check digit, however a person or a reader writes it.

    12 to 19 digits, as they stand or with separators taken out; some of the groups of a longer number; the beginning of
    a longer run of digits, where a date follows. One in some twenty of a shop's own 16-digit numbers is taken for one:
    for fields where that is right, an identifier that somebody is known by.
    """
    forms = (text, _SEPARATORS.sub("", text))
    return (
        has_track(text)
        or any(_is_card_number(digits) for form in forms for digits in _NUMBER.findall(form))
        or any(map(_is_card_number, _in_groups(text)))
        or any(map(_is_card_number, _before_a_date(text)))
    )


def _in_groups(text: str) -> Iterator[str]:
    """Each run of whole groups, so that a number is seen behind a year, a till or a counter, and before a date."""
    for written in _GROUPS.findall(text):
        groups = _DIGITS.findall(written)
        for first in range(len(groups)):
            digits = ""
            for group in groups[first : first + _GROUPED_LENGTHS.stop]:
                digits += group
                if len(digits) >= _GROUPED_LENGTHS.stop:
                    break
                if len(digits) in _GROUPED_LENGTHS:
                    yield digits


def _before_a_date(text: str) -> Iterator[str]:
    """The beginnings of long runs of digits that are followed by a year and a month, or by a month and a year."""
    for run in _DIGITS.findall(text):
        for length in _DATED_LENGTHS:
            date = run[length : length + 4]
            if len(date) == _DATE and (date[:2] in _MONTHS or date[2:] in _MONTHS):
                yield run[:length]


def _is_card_number(digits: str) -> bool:
    raw = digits.encode("ascii")
    return luhn_holds(raw) and brand_of(memoryview(raw)) is not None
