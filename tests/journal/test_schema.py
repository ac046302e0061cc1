"""No table takes a name, a card number in any encoding, a telephone number or free text, whatever the column."""

import base64
import os
import sqlite3
import uuid
from collections.abc import Iterator

import pytest

from pos_bridge.domain.leg import Cause, State
from pos_bridge.journal import schema

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


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.create(connection)
    connection.execute("INSERT INTO anchor VALUES (1, 0, zeroblob(32))")
    yield connection
    connection.close()


def good(table: str) -> dict[str, object]:
    """A row that is taken, so that only the column under attack can be the reason for a refusal."""
    digest, key = os.urandom(32), uuid.uuid4().bytes
    facts = {"cents": 1234, "flow": 1, "partial": 1, "approved": 1000, "cause": "issuer"}
    digests = {"commitment": os.urandom(32), "order_digest": os.urandom(32)}
    rows: dict[str, dict[str, object]] = {
        "chain": {
            "sequence": 1, "leg": key, "step": "captured", "kind": "sale", "tender": "card", "due": None, **facts,
            "day": 20780, "hour": 14, **digests, "payment_digest": digest, "signature": os.urandom(64), "till": 7,
            "hash": digest,
        },
        "working": {
            "key": key, "leg": uuid.uuid4().bytes, "last": 1, "state": "capturing", **facts, **digests,
            "begun_day": 20780, "begun_second": 1, "not_after_day": 20780, "not_after_second": 2,
        },
        "links": {"key": key, "leg": uuid.uuid4().bytes, "salts": os.urandom(32), "last": 1, "told": 0},
        "requests": {
            "request": digest, "content": os.urandom(32), "sale": os.urandom(32), "key": key, "day": 20780, "hour": 1,
            "seal": os.urandom(32),
        },
        "anchor": {"one": 1, "sequence": 5, "hash": digest},
    }  # fmt: skip
    return rows[table]


def insert(connection: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
    marks = ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))


def prepare(connection: sqlite3.Connection, table: str) -> None:
    if table in {"working", "links"}:
        insert(connection, "chain", good("chain"))  # what `last` may point at
    if table == "anchor":
        connection.execute("DROP TRIGGER anchor_stays")
        connection.execute("DELETE FROM anchor")


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


COLUMNS = [(table, column) for table in ("chain", "working", "links", "requests", "anchor") for column in good(table)]


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
    if table != "anchor":
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,)


# What is left is a number so small that it says nothing: an amount, a second of the day, a row number.
@pytest.mark.parametrize(
    ("table", "column"),
    [(t, c) for t, c in COLUMNS if c not in {"cents", "approved", "begun_second", "not_after_second"}],
)
def test_no_other_column_takes_the_last_four_or_an_authorisation_code(connection, table, column):
    prepare(connection, table)
    if (table, column) == ("anchor", "sequence"):
        return  # a row number
    for hostile in ("5119", 5119, b"5119", "123456", 123456, b"123456", "A1B2C3"):
        with pytest.raises(sqlite3.IntegrityError):
            insert(connection, table, {**good(table), column: hostile})


def test_every_column_of_every_table_was_attacked(connection):
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    there = {(table, row[1]) for table in tables for row in connection.execute(f"PRAGMA table_info({table})")}
    assert there == set(COLUMNS)


@pytest.mark.parametrize("table", ["working", "links", "requests"])
def test_side_tables_have_no_hidden_number(connection, table):
    with pytest.raises(sqlite3.OperationalError, match="rowid"):
        connection.execute(f"SELECT rowid FROM {table}")


@pytest.mark.parametrize("cents", [0, -1, 100_000_000, 5_145_551_234])
def test_cents_have_a_ceiling(connection, cents):
    with pytest.raises(sqlite3.IntegrityError):
        insert(connection, "chain", {**good("chain"), "cents": cents, "approved": cents})


@pytest.mark.parametrize(("column", "value"), [("till", 1000), ("day", 18261), ("day", 47482), ("hour", 24)])
def test_small_numbers_are_small(connection, column, value):
    with pytest.raises(sqlite3.IntegrityError):
        insert(connection, "chain", {**good("chain"), column: value})


@pytest.mark.parametrize(
    "change",
    [
        {"tender": "cash"},
        {"step": "cash_taken", "tender": "cash", "due": 1234, "approved": None},  # not rounded
        {"due": 1235},  # a card owes no cash
        {"approved": 1235},  # more than asked
        {"approved": 1000, "partial": 0},  # less, and not allowed
        {"approved": None},  # captured, of what?
        {"signature": None},
        {"payment_digest": None},
        {"sequence": 2},
    ],
)
def test_rows_that_contradict_themselves(connection, change):
    with pytest.raises(sqlite3.IntegrityError):
        insert(connection, "chain", {**good("chain"), **change})


@pytest.mark.parametrize("state", State)
def test_the_words_are_those_of_the_domain(connection, state):
    row = {**good("chain"), "step": state.value}
    if state is State.SENDING:
        with pytest.raises(sqlite3.IntegrityError):
            insert(connection, "chain", row)
        return
    if state is State.CASH_TAKEN:
        row |= {"tender": "cash", "due": 1235, "approved": None}
    insert(connection, "chain", row)


def test_every_cause_can_be_stored(connection):
    for number, cause in enumerate(Cause, start=1):
        insert(connection, "chain", {**good("chain"), "sequence": number, "cause": cause.value})


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
