"""What the values of a column can look like, as SQL: closed words, small numbers, outputs of hashes and random names.

Blobs are checked against a foreign hand: a UUID is one of version 4, and a digest is not text, not decimal digits, not
padded, not repeated, not UTF-16. (True ones fail that less than once in ten million rows; the sale is then refused, and
the next try has other ones.)
"""

from enum import Enum

_PRINTABLE = "".join(map(chr, range(0x20, 0x7F))) + "àâäçéèêëîïôöùûüÿœæÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆ’«»"  # noqa: RUF001 - as written
_QUOTED = _PRINTABLE.replace("'", "''")


def text(name: str) -> str:
    """Made of nothing but printable characters, French ones included. Four bytes are looked at first: cheap."""
    starts_so = f"hex(substr({name}, 1, 4)) GLOB '[2-7CE]?[2-7CE89AB]?[2-7CE89AB]?[2-7CE89AB]?'"
    return f"({starts_so} AND trim(CAST({name} AS TEXT), '{_QUOTED}') = '')"


def digest(name: str, length: int = 32) -> str:
    # The first or last six bytes come again: padding with whatever byte, or something short repeated.
    again = (
        f"instr(substr({name}, 2), substr({name}, 1, 6)) OR instr(substr({name}, 1, {length} - 1), substr({name}, -6))"
    )
    has_letters, ten_digits = f"hex({name}) GLOB '*[A-F]*'", f"hex({name}) GLOB '*{'3[0-9]' * 10}*'"
    utf16 = f"(instr({name}, x'00') AND hex({name}) GLOB '*{'00??' * 6}*')"
    return (
        f"length({name}) = {length} AND NOT ({again}) AND {has_letters} "
        f"AND NOT {ten_digits} AND NOT {utf16} AND NOT {text(name)}"
    )


def uuid4(name: str) -> str:
    version, variant = f"substr({name}, 7, 1) BETWEEN x'40' AND x'4F'", f"substr({name}, 9, 1) BETWEEN x'80' AND x'BF'"
    # Text could only have that ninth byte as the rest of a letter that begins with the eighth.
    letters = f"(substr({name}, 8, 1) IN (x'C2', x'C3', x'C5', x'E2') AND {text(name)})"
    return f"length({name}) = 16 AND {version} AND {variant} AND NOT {letters}"


def word(name: str, words: tuple[Enum, ...]) -> str:
    return f"{name} IN ({', '.join(repr(word.value) for word in words)})"


def between(name: str, low: int, high: int) -> str:
    return f"{name} BETWEEN {low} AND {high}"


def or_null(name: str, check: str) -> str:
    return f"{name} IS NULL OR ({check})"
