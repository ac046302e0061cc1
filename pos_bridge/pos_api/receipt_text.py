"""A receipt as plain text for a printer of so many columns: what a line is called at the left, its value at the right.

Made of the nexo lines themselves, so that paper and till say the same. Whatever the lines hold, what comes out are
characters that a receipt printer has (code page 858) and none that commands it.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from textwrap import TextWrapper
from urllib.parse import parse_qs

from pos_bridge.wire.nexo.payment_response import PaymentReceipt

COLUMNS = 42
FEWEST_COLUMNS, MOST_COLUMNS = 24, 80
CODE_PAGE = "cp858"

# What stands together, by key: an empty line parts one group from the next. A key that is not here goes on with the
# group before it.
_GROUPS = (
    ("shop1", "shop2", "shop3", "shop4", "gstNumber", "qstNumber"),
    ("record", "header1", "txType"),
    ("txdate", "txtime", "mid", "tid"),
    ("paymentMethod", "cardType", "pan", "posEntryMode", "preferredName", "aid", "tvr", "tsi", "authCode"),
    ("txRef", "originalTxRef"),
    ("txAmount", "taxesOf", "gst", "qst", "hst", "pst", "cashRounding", "totalAmount", "remaining"),
    ("reason", "approved", "cvm"),
    ("hold", "refundInfo"),
    ("privacy",),
    ("retain",),
    ("agreement",),
    ("signature",),
)
_GROUP_OF = {key: at for at, keys in enumerate(_GROUPS) for key in keys}
# In place of what a printer does not have; whatever else it lacks becomes a question mark.
_INSTEAD = str.maketrans({"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-"})
_INSTEAD |= str.maketrans({"\u2026": "...", "\u0153": "oe", "\u0152": "OE", "\u202f": "\u00a0", "\u2011": "-"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a receipt, decoded; `value` is empty where it has none."""

    key: str
    name: str
    value: str = ""


def plain(receipt: PaymentReceipt, columns: int = COLUMNS) -> tuple[str, ...]:
    """The receipt as lines of at most `columns` characters. ValueError for fewer than 24 or more than 80."""
    return set_out((line_of(line.text) for line in receipt.output_content.output_text), columns)


def set_out(lines: Iterable[Line], columns: int = COLUMNS) -> tuple[str, ...]:
    """As `plain`, of lines that were decoded."""
    if not FEWEST_COLUMNS <= columns <= MOST_COLUMNS:
        raise ValueError(f"a receipt has {FEWEST_COLUMNS} to {MOST_COLUMNS} columns")
    printed: list[str] = []
    group: int | None = None
    for line in lines:
        own = _GROUP_OF.get(line.key, group)
        if printed and own != group:
            printed.append("")
        group = own
        printed += (text.replace("\u00a0", " ").rstrip() for text in _set(line, columns))
    return tuple(printed)


def line_of(text: str) -> Line:
    """`name=..&value=..&key=..` decoded; what is not there is empty. Raises ValueError for more than a line has."""
    parts = parse_qs(text, max_num_fields=8)
    key, name, value = (parts.get(part, [""])[0] for part in ("key", "name", "value"))
    return Line(key, name, value)


def printable(text: str) -> str:
    """The text in characters of the printer's own, each of them one column: no control character, no command."""
    return "".join(map(_printable, unicodedata.normalize("NFC", text).translate(_INSTEAD)))


def _printable(character: str) -> str:
    if character == "\u00a0":
        return character
    for candidate in (character, unicodedata.normalize("NFKD", character)[:1]):
        if candidate.isprintable() and _in_code_page(candidate):
            return candidate
    return "?"


def _in_code_page(character: str) -> bool:
    try:
        character.encode(CODE_PAGE)
    except UnicodeEncodeError:
        return False
    return True


def _set(line: Line, columns: int) -> Iterator[str]:
    name, value = printable(line.name), printable(line.value)
    if value:
        yield from _in_two_columns(name, value, columns)
    elif line.key == "signature":
        yield from ("", "", name[:columns])  # room to sign above the line
    else:
        yield from (text.center(columns) for text in _wrapped(name, columns))


def _in_two_columns(name: str, value: str, columns: int) -> Iterator[str]:
    """The value at the right edge: beside its name where both fit, else on lines below it."""
    if len(name) + 1 + len(value) <= columns:
        yield f"{name}{value:>{columns - len(name)}}"
        return
    yield from _wrapped(name, columns)
    yield from (f"{text:>{columns}}" for text in _wrapped(value, columns))


def _wrapped(text: str, columns: int) -> list[str]:
    """At spaces and never at no-break spaces; a word that is too long for a line is cut. An empty text has no line."""
    wrapper = TextWrapper(columns, break_on_hyphens=False)
    return [part for words in text.split("\n") for part in wrapper.wrap(words)]
