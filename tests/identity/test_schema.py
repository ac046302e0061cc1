"""No column of the vault takes a name, a number or text in any encoding: what is in the clear is not stored."""

import os
import sqlite3
from collections.abc import Iterator

import pytest

from pos_bridge.identity import schema
from pos_bridge.identity.earned import POINTS_SIZES
from pos_bridge.identity.keys import OVERHEAD
from pos_bridge.identity.person_record import RECORD_SIZES
from pos_bridge.identity.proof import PROOF_SIZES
from pos_bridge.identity.record import HELD_SIZE, LINK_SIZE, RETURN_SIZE
from tests.journal.hostile import taken
from tests.journal.rows import insert


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.create(connection)
    yield connection
    connection.close()


def good(table: str) -> dict[str, object]:
    name = os.urandom(32)
    rows: dict[str, dict[str, object]] = {
        "verifier": {"one": 1, "salt": os.urandom(32), "box": os.urandom(OVERHEAD)},
        "held": {"name": name, "box": os.urandom(HELD_SIZE + OVERHEAD)},
        "persons": {
            "name": name,
            "find": os.urandom(32),
            "wrapped": os.urandom(32 + OVERHEAD),
            "box": os.urandom(RECORD_SIZES[0] + OVERHEAD),
        },
        "links": {"name": name, "box": os.urandom(LINK_SIZE + OVERHEAD)},
        "points": {"name": name, "box": os.urandom(POINTS_SIZES[0] + OVERHEAD)},
        "returns": {"name": name, "box": os.urandom(RETURN_SIZE + OVERHEAD)},
        "proofs": {"name": name, "box": os.urandom(PROOF_SIZES[0] + OVERHEAD)},
        "head": {"one": 1, "box": os.urandom(schema.HEAD_SIZE + OVERHEAD)},
    }
    return rows[table]


COLUMNS = [(table, column) for table in schema.TABLES for column in good(table)]


def test_these_are_all_columns(connection):
    there = {
        (table, column[1])
        for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        for column in connection.execute(f"PRAGMA table_info({table})")
    }
    assert there == set(COLUMNS)


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_no_column_takes_what_could_name_somebody(connection, table, column):
    value = good(table)[column]
    lengths = {len(value)} if isinstance(value, bytes) else {16}
    if (table, column) == ("persons", "box"):
        lengths = {size + OVERHEAD for size in RECORD_SIZES[:2]}
    assert taken(connection, table, good(table), column, lengths) == []
    insert(connection, table, good(table))  # the row is taken otherwise


@pytest.mark.parametrize(("table", "column"), COLUMNS)
@pytest.mark.parametrize("wrong", [None, 0, 2, "text", 5145551234, b"", 1.5])
def test_a_column_takes_nothing_of_another_kind(connection, table, column, wrong):
    with pytest.raises(sqlite3.IntegrityError):
        insert(connection, table, {**good(table), column: wrong})


@pytest.mark.parametrize(("table", "column"), [(t, c) for t, c in COLUMNS if c != "one"])
@pytest.mark.parametrize("by", [-1, 1])
def test_lengths_are_stated(connection, table, column, by):
    row = good(table)
    value = row[column]
    assert isinstance(value, bytes)
    with pytest.raises(sqlite3.IntegrityError):
        insert(connection, table, {**row, column: os.urandom(len(value) + by)})


@pytest.mark.parametrize("table", schema.TABLES)
def test_no_table_has_a_hidden_number(connection, table):
    with pytest.raises(sqlite3.OperationalError, match="rowid"):
        connection.execute(f"SELECT rowid FROM {table}")


def test_there_is_one_verifier_and_one_head(connection):
    for table in ("verifier", "head"):
        insert(connection, table, good(table))
        with pytest.raises(sqlite3.IntegrityError):
            insert(connection, table, good(table))


def test_true_names_and_boxes_are_taken(connection):
    connection.execute("BEGIN")
    for number in range(500):
        for table in ("held", "persons", "links", "points", "returns", "proofs"):
            insert(connection, table, good(table))
        size = RECORD_SIZES[number % 3] + OVERHEAD
        insert(connection, "persons", {**good("persons"), "box": os.urandom(size)})
        size = POINTS_SIZES[number % 2] + OVERHEAD
        insert(connection, "points", {**good("points"), "box": os.urandom(size)})
        size = PROOF_SIZES[number % 2] + OVERHEAD
        insert(connection, "proofs", {**good("proofs"), "box": os.urandom(size)})


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE notes (text TEXT)",
        "CREATE VIEW names AS SELECT * FROM persons",
        "CREATE TRIGGER copy AFTER INSERT ON held BEGIN DELETE FROM links; END",
        "CREATE INDEX by_box ON links (box)",
        "ALTER TABLE links ADD COLUMN note TEXT",
        "DROP TABLE held",
    ],
)
def test_other_tables_are_recognised(connection, statement):
    assert schema.version_of(connection) == schema.VERSION
    connection.execute(statement)
    assert schema.version_of(connection) is None
