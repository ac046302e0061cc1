"""Text for displays and printers in the code pages of the PC: one byte a character, and never a command among them.

A character that a page does not have is written without its accent, or as a question mark; what has no width is left
out. Raises nothing for any text.
"""

import unicodedata
from enum import Enum

_UNKNOWN = b"?"
_FIRST_PRINTABLE, _DELETE = 0x20, 0x7F


class CodePage(Enum):
    """Python's name of it; `number` is what ESC t calls it on ESC/POS displays and printers."""

    CP437 = "cp437"
    CP850 = "cp850"
    CP858 = "cp858"

    @property
    def number(self) -> int:
        return _NUMBERS[self]


_NUMBERS = {CodePage.CP437: 0, CodePage.CP850: 2, CodePage.CP858: 19}


def encoded(text: str, page: CodePage) -> bytes:
    """No byte below 0x20 and no 0x7F comes out: text cannot end in a command."""
    return b"".join(_one(character, page) for character in unicodedata.normalize("NFC", text))


def _one(character: str, page: CodePage) -> bytes:
    category = unicodedata.category(character)
    if category == "Zs":
        return b" "
    if category == "Cf":  # joins, marks of direction: nothing to be seen
        return b""
    for form in (character, _plain(character)):
        try:
            written = form.encode(page.value)
        except UnicodeEncodeError:
            continue
        if written and all(byte >= _FIRST_PRINTABLE and byte != _DELETE for byte in written):
            return written
    return _UNKNOWN


def _plain(character: str) -> str:
    """Without its accents, in the letters that it stands for: an e for an e with a dot, oe for its ligature."""
    known = _ASCII.get(character)
    if known is not None:
        return known
    return "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))


_ASCII = {
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u2013": "-",
    "\u2014": "-",
    "\u2212": "-",
    "\u2022": "*",
    "\u20ac": "EUR",
    "\u0153": "oe",
    "\u0152": "OE",
    "\u2026": "...",
}
