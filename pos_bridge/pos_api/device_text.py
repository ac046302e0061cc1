"""A till's OutputText made into lines for a device, and whether a card is among them. Keeps nothing.

What the till wraps in `name=..&value=..`, as receipts of terminals are, is set in two columns.
"""

import re
import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote_plus

from pos_bridge.domain.typed_card import has_card_number, has_track
from pos_bridge.wire.nexo.device_request import OutputText, OutputTexts
from pos_bridge.wire.nexo.device_words import Alignment
from pos_bridge.wire.nexo.fields import several

_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_PAIRS = re.compile(r"(?:name|value|key)=[^&]*(?:&(?:name|value|key)=[^&]*)*")
_MOST_FIELDS = 3


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    text: str
    alignment: Alignment = Alignment.LEFT


def lines_of(texts: OutputTexts | None) -> tuple[Line, ...]:
    """The pieces put together: a piece that does not end its line goes on in the next one."""
    found: list[Line] = []
    begun = ""
    for piece in several(texts):
        first, *others = _LINE_ENDS.split(piece.text.replace("\t", " "))
        begun += first
        for other in others:
            found.append(_line(begun, piece))
            begun = other
        if piece.end_of_line_flag is not False:
            found.append(_line(begun, piece))
            begun = ""
    return (*found, Line(begun)) if begun else tuple(found)


def length_of(lines: Sequence[Line]) -> int:
    """In characters, a line's end counted as one."""
    return sum(len(line.text) + 1 for line in lines)


def holds_card(lines: Sequence[Line], *, together: bool) -> bool:
    """Whether a card's number or stripe stands in a line, however it is written; `together`: or runs over lines."""
    texts = [line.text for line in lines]
    whole = ("".join(texts), " ".join(texts))
    if any(has_track(form) for text in whole for form in _forms(text)):
        return True
    return any(has_card_number(form) for text in (*texts, *(whole if together else ())) for form in _forms(text))


def rows(lines: Sequence[Line], columns: int) -> tuple[str, ...]:
    """As they fit: at most `columns` characters each, broken between words where that can be."""
    return tuple(row for line in lines for row in _rows(line, columns))


def _rows(line: Line, columns: int) -> list[str]:
    text = _in_columns(line.text, columns).rstrip()
    if len(text) <= columns:
        return [_aligned(text, line.alignment, columns)]
    broken = textwrap.wrap(text, columns, expand_tabs=False, replace_whitespace=False, break_on_hyphens=False)
    return [_aligned(row, line.alignment, columns) for row in broken]


def _aligned(text: str, alignment: Alignment, columns: int) -> str:
    match alignment:
        case Alignment.RIGHT:
            return text.rjust(columns)
        case Alignment.CENTRED:
            return text.center(columns).rstrip()
        case Alignment.LEFT | Alignment.JUSTIFIED:
            return text


def _in_columns(text: str, columns: int) -> str:
    """`name=Total&value=12,30 $` with the name at the left and the value at the right; any other text as it is."""
    if not _PAIRS.fullmatch(text):
        return text
    try:
        fields = parse_qs(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return text
    name, value = (fields.get(field, [""])[0] for field in ("name", "value"))
    gap = max(1, columns - len(name) - len(value))
    return f"{name}{' ' * gap}{value}" if name and value else name or value


def _line(text: str, piece: OutputText) -> Line:
    return Line(text, piece.alignment or Alignment.LEFT)


def _forms(text: str) -> tuple[str, ...]:
    """As it would be read: digits of other widths are digits, marks without width are not there, %31 is a 1."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return (plain, unquote_plus(plain)) if "%" in plain or "+" in plain else (plain,)
