"""What is removed from the audit trail after its time: rows of more than a year ago, and the chain still holds."""

import sqlite3
from contextlib import closing
from datetime import date, timedelta

import pytest

from pos_bridge.domain.audit import Act, Actor, AuditEntry, Role
from pos_bridge.registers import schema, trail_file
from pos_bridge.registers.row import START, Row, row_of
from pos_bridge.registers.trail_file import Damaged, Sound, TrailDamagedError, TrailFile, entries, verify
from tests.registers.makers import hand, sound

FIRST = date(2025, 1, 10)


def of_days(trail: TrailFile, *days: int) -> None:
    for day in days:
        trail.note(AuditEntry(FIRST + timedelta(days=day), Actor(Role.CASHIER, 7), Act.ENROL))


def test_rows_are_removed_after_a_year_and_the_chain_still_holds(path):
    trail = TrailFile(path)
    of_days(trail, 0, 1, 5, 300, 366, 370)
    assert trail.remove(FIRST + timedelta(days=5)) == 2
    assert trail._head is not None
    assert verify(path) == Sound(6, trail._head[1])
    assert [number for number, _ in entries(path)] == [3, 4, 5, 6]
    of_days(trail, 371)
    of_days(TrailFile(path), 700)
    assert isinstance(verify(path), Sound)
    assert TrailFile(path).remove(date(2099, 1, 1)) == 2, "a year of rows stays, whatever is asked"
    assert trail.remove(date(2099, 1, 1)) == 0
    assert [number for number, _ in entries(path)] == [5, 6, 7, 8]
    assert isinstance(verify(path), Sound)


def test_a_row_of_another_day_among_them_keeps_what_is_behind_it(path):
    """A clock was set back: what was noted after a newer row goes when that row goes."""
    trail = TrailFile(path)
    of_days(trail, 0, 400, 1, 500)
    assert trail.remove(FIRST + timedelta(days=100)) == 1
    assert [number for number, _ in entries(path)] == [2, 3, 4]


def test_nobody_else_removes_anything(path):
    trail = TrailFile(path)
    of_days(trail, 0, 1, 300)
    assert trail.remove(date(2099, 1, 1)) == 0
    with closing(sqlite3.connect(path)) as connection:
        head = connection.execute("SELECT hash FROM trail WHERE sequence = 1").fetchone()[0]
        for change in ("DELETE FROM trail", "UPDATE trail SET day = 18300"):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(change)
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("INSERT INTO anchors VALUES (1, ?)", (head,))


def test_a_damaged_beginning_is_not_removed(path):
    trail = TrailFile(path)
    of_days(trail, 0, 1, 400)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER trail_stays")
        connection.execute("UPDATE trail SET operator = 8 WHERE sequence = 1")
        connection.execute(schema.TRIGGERS["trail_stays"])
        connection.commit()
    with pytest.raises(TrailDamagedError):
        trail.remove(FIRST + timedelta(days=2))
    assert verify(path) == Damaged(1)


def test_a_trail_of_the_first_version_goes_on(path):
    path.parent.mkdir()
    acts = f"act IN ({', '.join(map(str, range(1, 13)))})"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(schema._trail(acts))
        for trigger in schema._TRIGGERS_OF_1.values():
            connection.execute(trigger)
        row = row_of(1, START, AuditEntry(FIRST, Actor(Role.CASHIER, 7), Act.ENROL))
        connection.execute("INSERT INTO trail VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        connection.commit()
    assert verify(path) == Sound(1, row.hash)
    trail = TrailFile(path)
    trail.note(AuditEntry(FIRST, Actor(Role.SUPERVISOR, 7), Act.APPROVE_REFUND))
    assert isinstance(verify(path), Sound)
    assert len(entries(path)) == 2


def test_whoever_wrote_what_is_removed_meanwhile_goes_on(path):
    """A process that notes seldom, and runs for more than a year."""
    seldom, often = TrailFile(path), TrailFile(path)
    of_days(seldom, 0)
    of_days(often, 400)
    assert often.remove(FIRST + timedelta(days=1)) == 1
    of_days(seldom, 401)
    assert sound(path) == 3


def test_rows_that_are_removed_while_they_are_read_are_no_damage(path, monkeypatch):
    monkeypatch.setattr(trail_file, "PAGE", 2)
    trail = TrailFile(path)
    of_days(trail, 0, 1, 2, 3, 4, 400)
    before, page, pages = verify(path), trail_file._page, iter([0, 5])

    def meanwhile(connection: sqlite3.Connection, after: int, count: int) -> list[Row]:
        if next(pages, 0):
            assert trail.remove(FIRST + timedelta(days=10)) == 5
        return page(connection, after, count)

    monkeypatch.setattr(trail_file, "_page", meanwhile)
    assert verify(path) == before


def test_nothing_behind_an_anchor_is_damage(path):
    """A year of rows always stays."""
    trail = TrailFile(path)
    of_days(trail, 0, 400)
    trail.remove(FIRST + timedelta(days=1))
    hand(path, ("DELETE FROM trail", ()))
    assert verify(path) == Damaged(2)
    with pytest.raises(TrailDamagedError):
        of_days(TrailFile(path), 401)
