"""No table takes a name, a card number in any encoding, a telephone number or free text, whatever the column."""

import base64
import sqlite3
from collections.abc import Iterator

import pytest

from tests.journal.rows import TABLES, good, insert, prepare

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


COLUMNS = [(table, column) for table in TABLES for column in good(table)]


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_no_column_takes_what_could_name_somebody(connection, table, column):
    prepare(connection, table)
    value = good(table)[column]
    length = len(value) if isinstance(value, bytes) else 16
    tried, taken = 0, []
    for hostile in dict.fromkeys(hostile_values(length)):
        tried += 1
        try:
            connection.execute("SAVEPOINT before")
            insert(connection, table, {**good(table), column: hostile})
            taken.append(hostile)
        except sqlite3.IntegrityError:
            pass
        finally:
            connection.execute("ROLLBACK TO before")
    assert tried > 400
    assert taken == []
    row = good(table)
    insert(connection, table, row)  # the row is taken otherwise
    assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,)


# What is left is a number so small that it says nothing: an amount, a second of the day, a count, a row number.
SMALL = {
    *(("chain", name) for name in ("cents", "approved")),
    *(("working", name) for name in ("cents", "approved", "begun_second", "not_after_second", "confirm_by_second")),
    *(("baskets", name) for name in ("due", "outside")),
    ("period", "number"),
    ("days", "number"),
    ("anchor", "sequence"),
}


@pytest.mark.parametrize(("table", "column"), [named for named in COLUMNS if named not in SMALL])
def test_no_other_column_takes_the_last_four_or_an_authorisation_code(connection, table, column):
    prepare(connection, table)
    for hostile in ("5119", 5119, b"5119", "123456", 123456, b"123456", "A1B2C3"):
        with pytest.raises(sqlite3.IntegrityError):
            insert(connection, table, {**good(table), column: hostile})


def test_every_column_of_every_table_was_attacked(connection):
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    there = {(table, row[1]) for table in tables for row in connection.execute(f"PRAGMA table_info({table})")}
    assert there == set(COLUMNS)


@pytest.mark.parametrize("table", ["working", "links", "requests", "baskets", "parts", "days"])
def test_side_tables_have_no_hidden_number(connection, table):
    with pytest.raises(sqlite3.OperationalError, match="rowid"):
        connection.execute(f"SELECT rowid FROM {table}")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE chain SET cents = 1",
        "DELETE FROM chain",
        "UPDATE anchor SET sequence = 1",
        "DELETE FROM anchor",
        "INSERT OR REPLACE INTO anchor VALUES (1, 0, zeroblob(32))",
    ],
)
def test_the_chain_is_append_only(connection, statement):
    insert(connection, "chain", good("chain"))
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)


def test_a_row_cannot_be_replaced(connection):
    insert(connection, "chain", good("chain"))
    row = good("chain")
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(f"INSERT OR REPLACE INTO chain VALUES ({', '.join('?' * len(row))})", tuple(row.values()))


def test_true_digests_and_keys_are_taken(connection):
    for number in range(1, 501):
        insert(connection, "chain", {**good("chain"), "sequence": number})
        insert(connection, "links", {**good("links"), "last": number})
        insert(connection, "requests", good("requests"))
        insert(connection, "parts", good("parts"))
