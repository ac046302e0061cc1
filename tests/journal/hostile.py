"""What no column of a table may take: names, card numbers in any encoding, telephone numbers, and texts."""

import base64
import sqlite3
from collections.abc import Iterable, Iterator

from tests.journal.rows import insert

CARDS = ("4921817844445119", "374245455400126", "6011000990139424")
PHONES = ("5145551234", "+15145551234", "514-555-1234")
NAMES = (
    "Geneviève Beauséjour-Larivière",
    "TREMBLAY/HELENE",
    "MARIE-HÉLÈNE ROY",
    "12 rue de l'Église, Québec QC  G1R 1A1",
    "chouchou@example.com",
    "H2X 1Y4",
)
TEXTS = (*CARDS, *PHONES, *NAMES, "=4921817844445119=2912", "A1B2C3")


def swapped(digits: str) -> bytes:
    even = digits if len(digits) % 2 == 0 else digits + "F"
    return bytes.fromhex("".join(b + a for a, b in zip(even[::2], even[1::2], strict=True)))


def encodings(text: str) -> Iterator[bytes]:
    digits = "".join(filter(str.isdigit, text))
    raw = text.encode()
    yield from (raw, text.upper().encode(), raw.hex().encode(), base64.b64encode(raw), text.encode("utf-16-le"))
    yield from (base64.b64encode(b"\0" + raw), base64.b64encode(b"\0\0" + raw), text.encode("utf-16-be"))
    if 8 < len(digits) < 19:
        yield bytes.fromhex(digits if len(digits) % 2 == 0 else "0" + digits)
        yield swapped(digits)
        yield bytes(map(int, digits))
        yield int(digits).to_bytes(8, "big")
        yield int(digits).to_bytes(8, "little")


def fitted(raw: bytes, length: int) -> Iterator[bytes]:
    """The bytes as they are, cut, padded on either side, repeated."""
    yield raw
    yield raw[:length]
    if len(raw) <= length - 7:
        for pad in (b"\0", b" ", b"\xff", b"0"):
            yield raw.ljust(length, pad)
            yield raw.rjust(length, pad)
    yield (raw * length)[:length]


def hostile_values(length: int) -> Iterator[object]:
    for text in TEXTS:
        yield text
        yield text.replace(" ", "")
        for raw in encodings(text):
            yield from fitted(raw, length)
        digits = "".join(filter(str.isdigit, text))
        if 8 < len(digits) < 19:
            yield int(digits)
            yield -int(digits)
            yield float(digits)
            yield digits[:15]
    yield from (
        "",
        b"",
        -1,
        2**31,
        2**53,
        2**63 - 1,
        -(2**63),
        1.5,
        float("inf"),
        "captured ",
        "CAPTURED",
        "sale\0x",
    )


def taken(
    connection: sqlite3.Connection, table: str, row: dict[str, object], column: str, lengths: Iterable[int]
) -> list[object]:
    """The hostile values, of these lengths, that the column takes in a row that is taken otherwise. None stays."""
    values = dict.fromkeys(hostile for length in lengths for hostile in hostile_values(length))
    assert len(values) > 400
    found = []
    for hostile in values:
        try:
            connection.execute("SAVEPOINT before")
            insert(connection, table, {**row, column: hostile})
            found.append(hostile)
        except sqlite3.IntegrityError:
            pass
        finally:
            connection.execute("ROLLBACK TO before")
    return found
