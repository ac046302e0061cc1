"""The search for what two sales on one card have in common in what a till keeps, and sales on different cards have not.

Of each sale everything is gathered that its keys lead to: rows of the journal, what is opened of the answers, rows of
the vault. Numbers and words are compared as they are, bytes by their pieces.
"""

from collections.abc import Iterator
from itertools import combinations

import msgspec

from tests.surfaces.attack_kept import Kept

_PIECE = 4
_TEXT_PIECE = 12
Value = tuple[str, object]  # where: the table and its column; what
_ORDER = {"sequence", "last"}  # admitted: the chain's order


def linked(kept: Kept, cards: dict[bytes, str]) -> list[Value]:
    """`cards`: of each sale's key, the card that paid it. What any two on one card share, and no two on others do."""
    values = {key: set(_values(kept, key)) for key in cards}
    of_one, of_two = set[Value](), set[Value]()
    for one, other in combinations(cards, 2):
        shared = values[one] & values[other]
        (of_one if cards[one] == cards[other] else of_two).update(shared)
    return sorted(of_one - of_two, key=str)


def _values(kept: Kept, key: bytes) -> Iterator[Value]:
    links = [row for row in kept.table("links") if row["key"] == key]
    legs = {row["leg"] for row in links}
    requests = [row for row in kept.table("requests") if row["key"] == key]
    answers = kept.answers()
    for table, rows in {
        "links": links,
        "chain": [row for row in kept.table("chain") if row["leg"] in legs],
        "working": [row for row in kept.table("working") if row["key"] == key],
        "requests": requests,
        "parts": [row for row in kept.table("parts") if row["key"] == key],
    }.items():
        for row in rows:
            for column, value in row.items():
                if column not in _ORDER:
                    yield from _pieces(f"{table}.{column}", value)
    for row in requests:
        yield from _said(answers.get(_bytes(row["request"]), b"\x90"))
    for where, content in kept.opened():
        if key in content:
            yield from _pieces(where, content.replace(key, b""))


def _said(answer: bytes) -> Iterator[Value]:
    """Field by field: each as it is, and the pieces of a text, in which random names are written in hexadecimal."""
    for place, field in enumerate(msgspec.msgpack.decode(answer)):
        for value in field if isinstance(field, list) else [field]:
            yield from _pieces(f"answer[{place}]", value)
            if isinstance(value, str):
                yield from _pieces(f"answer[{place}]", value.encode(), _TEXT_PIECE)


def _bytes(value: object) -> bytes:
    assert isinstance(value, bytes)
    return value


def _pieces(where: str, value: object, size: int = _PIECE) -> Iterator[Value]:
    """Of bytes each piece wherever it stands: of random ones two have none in common."""
    if isinstance(value, bytes):
        yield from ((where, value[at : at + size]) for at in range(len(value) - size + 1))
    elif value is not None:
        yield where, value
