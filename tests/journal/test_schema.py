"""No table takes a name, a card number in any encoding, a telephone number or free text, whatever the column."""

import sqlite3

import pytest

from tests.journal.hostile import taken
from tests.journal.rows import TABLES, good, insert, prepare

COLUMNS = [(table, column) for table in TABLES for column in good(table)]


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_no_column_takes_what_could_name_somebody(connection, table, column):
    prepare(connection, table)
    value = good(table)[column]
    length = len(value) if isinstance(value, bytes) else 16
    assert taken(connection, table, good(table), column, [length]) == []
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
