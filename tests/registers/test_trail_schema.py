"""What a foreign hand may put into the trail's table: numbers of closed lists, and what looks like a hash."""

import os
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim.cards import CARDS
from pos_bridge.domain.audit import Act, Role
from pos_bridge.domain.identity import Purpose
from pos_bridge.domain.person import PersonFault
from pos_bridge.registers import schema

COLUMNS = ("sequence", "day", "role", "operator", "act", "purpose", "person", "refused", "hash")


@pytest.fixture(scope="module")
def table():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.create(connection)
    yield connection
    connection.close()


def row(**changed: object) -> tuple[object, ...]:
    good: tuple[object, ...] = (1, 20_780, 4, 7, 3, 6, os.urandom(32), None, os.urandom(32))
    return tuple({**dict(zip(COLUMNS, good, strict=True)), **changed}.values())


def takes(table: sqlite3.Connection, values: tuple[object, ...]) -> bool:
    table.execute("BEGIN")
    try:
        table.execute("INSERT INTO trail VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    except (sqlite3.IntegrityError, OverflowError):
        return False
    finally:
        table.execute("ROLLBACK")
    return True


def test_no_column_is_text(table):
    kinds = {name: kind for _, name, kind, *_ in table.execute("PRAGMA table_info(trail)")}
    assert set(kinds) == set(COLUMNS)
    assert set(kinds.values()) == {"INTEGER", "BLOB"}
    assert takes(table, row())


NUMBERS = [card.number for card in CARDS.values()]
TEXTS = ["Tremblay", "zoe@example.com", "H2X 1Y4", "514 555-0123", "Zoë Lavoie, 12 rue de l’Église", *NUMBERS]  # noqa: RUF001 - as printed


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("text", TEXTS)
def test_no_column_holds_a_text_or_a_number_of_somebody(table, column, text):
    digits = "".join(filter(str.isdigit, text))
    packed = bytes.fromhex(digits + "0" * (len(digits) % 2))
    padded = [pad * 32 for pad in (b"\x00", b" ", b"\xff", b"0")]
    raws = [text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"), packed]
    hostile: list[object] = [text, *raws, *((raw + pad)[:32] for raw in raws if raw for pad in padded)]
    hostile += [(raw * 32)[:32] for raw in raws if raw]
    hostile += [int(digits)] if len(digits) >= 10 else []
    for value in hostile:
        assert not takes(table, row(**{column: value}))


@given(
    st.sampled_from(COLUMNS), st.integers() | st.floats(allow_nan=False) | st.text(max_size=40) | st.binary(max_size=40)
)
def test_only_what_an_entry_has(column, value):
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.create(connection)
    try:
        taken = takes(connection, row(**{column: value}))
    except (sqlite3.ProgrammingError, UnicodeEncodeError):  # no SQLite value at all
        taken = False
    finally:
        connection.close()
    if not taken:
        return
    if column in {"person", "hash"}:
        assert isinstance(value, bytes)
        assert len(value) == 32
        return
    number = int(value)
    words = {"role": Role, "act": Act, "purpose": Purpose, "refused": PersonFault}
    if column in words:
        assert number in {word.value for word in words[column]}
    assert 0 <= number <= 99_999
    assert column != "operator" or 1 <= number <= 9999


@pytest.mark.parametrize(
    "changed",
    [
        {"sequence": 2},
        {"sequence": 0},
        {"sequence": -1},
        {"sequence": None},
        {"day": 18_261},
        {"day": 47_482},
        {"operator": 0},
        {"operator": 10_000},
        {"role": 5},  # the program has no number
        {"role": 6},
        {"act": 0},
        {"act": 14},
        {"purpose": 7},
        {"refused": 9},
        {"hash": None},
        {"person": os.urandom(31)},
        {"person": bytes(32)},
    ],
)
def test_what_no_entry_has(table, changed):
    assert not takes(table, row(**changed))


def test_rows_stay_and_follow(table):
    table.execute("BEGIN")
    try:
        table.execute("INSERT INTO trail VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row())
        for statement in (
            "UPDATE trail SET operator = 8",
            "DELETE FROM trail",
            "UPDATE OR REPLACE trail SET operator = 8",
            "INSERT OR REPLACE INTO trail SELECT 1, day, role, 8, act, purpose, person, refused, hash FROM trail",
            "INSERT OR IGNORE INTO trail SELECT 3, day, role, 8, act, purpose, person, refused, hash FROM trail",
        ):
            with pytest.raises(sqlite3.IntegrityError):
                table.execute(statement)
        assert table.execute("SELECT operator FROM trail").fetchall() == [(7,)]
    finally:
        table.execute("ROLLBACK")
