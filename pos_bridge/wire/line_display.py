"""A pole display of 2 lines of 20 characters, sans-I/O: what is shown, in the ESC/POS commands that nearly all know.

ESC @       initialise          ESC t n     code page
US C 0      cursor off          FF          clear
US $ x y    cursor to column x, line y, from 1
"""

from collections.abc import Sequence

from pos_bridge.wire.code_page import CodePage, encoded

COLUMNS, LINES = 20, 2
_ESC, _US, _CLEAR = b"\x1b", b"\x1f", b"\x0c"


def show(lines: Sequence[str], page: CodePage) -> bytes:
    """Clear, and show at most 2 lines, each cut at 20 characters. No lines: a blank display."""
    parts = [_ESC + b"@", _ESC + b"t" + bytes((page.number,)), _US + b"C\x00", _CLEAR]
    for number, line in enumerate(lines[:LINES], 1):
        parts.append(_US + b"$" + bytes((1, number)) + encoded(line, page)[:COLUMNS])
    return b"".join(parts)
