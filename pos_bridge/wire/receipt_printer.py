"""A receipt printer that speaks ESC/POS, sans-I/O: plain rows, a cut, and its two questions about paper.

    ESC @        initialise                        ESC t n      code page
    LF           print the row                     GS V 66 0    feed, and cut
    DLE EOT 4    paper, answered at once           GS r 1       paper, answered after all before it is printed

Nothing of a text can be a command: code_page.py sees to it.
"""

from collections.abc import Sequence

from pos_bridge.wire.code_page import CodePage, encoded

PAPER_NOW = b"\x10\x04\x04"
PAPER_AFTER = b"\x1dr\x01"
_INITIALISE, _CODE_PAGE, _ROW_END, _CUT, _FEED = b"\x1b@", b"\x1bt", b"\n", b"\x1dVB\x00", b"\x1bd\x06"
# Of DLE EOT bits 1 and 4 are always 1, bits 0 and 7 always 0; of GS r bits 4 and 7 are 0.
_NOW_FIXED, _NOW_VALUE, _NOW_OUT = 0b1001_0011, 0b0001_0010, 0b0110_0000
_AFTER_FIXED, _AFTER_OUT = 0b1001_0000, 0b0000_1100


def begin(page: CodePage) -> bytes:
    return _INITIALISE + _CODE_PAGE + bytes((page.number,))


def row(text: str, page: CodePage) -> bytes:
    return encoded(text, page) + _ROW_END


def document(rows: Sequence[str], page: CodePage, *, cut: bool) -> bytes:
    """The whole document, from initialising to the cut, or six rows of feed where there is no cutter."""
    return begin(page) + b"".join(row(text, page) for text in rows) + (_CUT if cut else _FEED)


def paper_now(answer: int) -> bool | None:
    """What a byte says about paper after DLE EOT 4: it is there, it is out, or (None) this is no such answer."""
    if answer & _NOW_FIXED != _NOW_VALUE:
        return None
    return not answer & _NOW_OUT


def paper_after(answer: int) -> bool | None:
    """The same after GS r 1."""
    if answer & _AFTER_FIXED:
        return None
    return not answer & _AFTER_OUT
