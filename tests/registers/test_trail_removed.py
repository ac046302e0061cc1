"""What is removed from the audit trail after its time: rows of more than a year ago, and the chain still holds."""

import sqlite3
from contextlib import closing
from datetime import date, timedelta

import pytest

from pos_bridge.domain.audit import Act, Actor, AuditEntry, Role
from pos_bridge.registers import chain, schema
from pos_bridge.registers.row import START, Row, row_of
from pos_bridge.registers.trail_file import Damaged, Sound, TrailDamagedError, TrailFile, entries, verify
from tests.registers import former
from tests.registers.makers import hand, sound

FIRST = date(2025, 1, 10)
NEVER, EVER = date(2020, 1, 1), date(2099, 1, 1)


def on(day: int) -> date:
    return FIRST + timedelta(days=day)


def noted(trail: TrailFile, *days: int) -> None:
    """By whatever clock."""
    for day in days:
        trail.note(AuditEntry(on(day), Actor(Role.CASHIER, 7), Act.ENROL))


def of_days(trail: TrailFile, *days: int) -> None:
    """On days that a clock saw which was right."""
    for day in days:
        noted(trail, day)
        assert trail.remove(NEVER, on(day)) == 0


def test_rows_are_removed_after_a_year_and_the_chain_still_holds(path):
    trail = TrailFile(path)
    of_days(trail, 0, 1, 5, 300, 366, 370)
    assert trail.remove(on(5), on(370)) == 2
    assert trail._head is not None
    assert verify(path) == Sound(6, trail._head[1])
    assert [number for number, _ in entries(path)] == [3, 4, 5, 6]
    of_days(trail, 371)
    of_days(TrailFile(path), 700)
    assert isinstance(verify(path), Sound)
    assert TrailFile(path).remove(EVER, on(700)) == 2, "a year of rows stays, whatever is asked"
    assert trail.remove(EVER, on(700)) == 0
    assert [number for number, _ in entries(path)] == [5, 6, 7, 8]
    assert isinstance(verify(path), Sound)


@pytest.mark.parametrize("wrong", [-10_000, -1000, -1, 0, 400, 1000, 20_000])
def test_what_a_wrong_clock_said_of_a_row_keeps_and_removes_nothing(path, wrong):
    """Whether it was the first row, or one among others."""
    trail = TrailFile(path)
    noted(trail, wrong)
    of_days(trail, 1)
    noted(trail, wrong)
    of_days(trail, 2, 300)
    assert trail.remove(on(300 - 31 * 12), on(300)) == 0
    of_days(trail, 400)
    assert trail.remove(on(2), on(400)) == 2
    assert trail.remove(on(3), on(401)) == 2
    assert [number for number, _ in entries(path)] == [5, 6]
    assert isinstance(verify(path), Sound)


def test_a_clock_that_is_set_back_sees_nothing_anew(path):
    trail = TrailFile(path)
    of_days(trail, 0, 100)
    noted(trail, 100)
    assert trail.remove(EVER, on(-1000)) == 0
    assert trail.remove(EVER, on(465)) == 2
    assert [number for number, _ in entries(path)] == [3]


def test_the_newest_row_stays_until_another_is_behind_it(path):
    trail = TrailFile(path)
    of_days(trail, 0)
    assert [trail.remove(EVER, on(day)) for day in (300, 400, 1200)] == [0, 0, 0]
    noted(trail, 1200)
    assert trail.remove(EVER, on(1201)) == 1
    seen = sqlite3.connect(path).execute("SELECT * FROM seen").fetchall()
    assert len(seen) <= 3


def test_nobody_else_removes_anything(path):
    trail = TrailFile(path)
    of_days(trail, 0, 1, 300)
    assert trail.remove(EVER, on(300)) == 0
    with closing(sqlite3.connect(path)) as connection:
        head = connection.execute("SELECT hash FROM trail WHERE sequence = 1").fetchone()[0]
        for change in (
            "DELETE FROM trail",
            "UPDATE trail SET day = 18300",
            "DELETE FROM seen",
            "UPDATE seen SET day = 18300",
            "INSERT INTO seen VALUES (18300, 3)",
            "INSERT OR REPLACE INTO seen SELECT day, 3 FROM seen",
            "INSERT INTO seen VALUES (47000, 2)",
        ):
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
        trail.remove(on(2), on(400))
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


def test_a_trail_of_the_second_version_goes_on(path):
    """Its rows, and what a clock said of one, keep nothing behind them: a year after they were first seen they go."""
    former.lay(path)
    assert verify(path) == Sound(6, former.HEAD)
    trail = TrailFile(path)
    days = [entry.day for _, entry in entries(path)]
    assert days == [date(2025, 6, 1), date(2099, 12, 31), date(2025, 8, 1), date(2026, 11, 20)]
    assert trail.remove(EVER, date(2026, 11, 23)) == 0
    noted(trail, 700)
    assert trail.remove(EVER, date(2027, 11, 22)) == 0
    assert trail.remove(EVER, date(2027, 11, 23)) == 4
    assert sound(path) == 7


def test_whoever_wrote_what_is_removed_meanwhile_goes_on(path):
    """A process that notes seldom, and runs for more than a year."""
    seldom, often = TrailFile(path), TrailFile(path)
    of_days(seldom, 0)
    of_days(often, 400)
    assert often.remove(on(1), on(400)) == 1
    of_days(seldom, 401)
    assert sound(path) == 3


def test_rows_that_are_removed_while_they_are_read_are_no_damage(path, monkeypatch):
    monkeypatch.setattr(chain, "PAGE", 2)
    trail = TrailFile(path)
    of_days(trail, 0, 1, 2, 3, 4, 400)
    before, page, pages = verify(path), chain.page, iter([0, 5])

    def meanwhile(connection: sqlite3.Connection, after: int, count: int) -> list[Row]:
        if next(pages, 0):
            assert trail.remove(on(10), on(400)) == 5
        return page(connection, after, count)

    monkeypatch.setattr(chain, "page", meanwhile)
    assert verify(path) == before


def test_nothing_behind_an_anchor_is_damage(path):
    """A year of rows always stays."""
    trail = TrailFile(path)
    of_days(trail, 0, 400)
    trail.remove(on(1), on(400))
    hand(path, ("DELETE FROM trail", ()))
    assert verify(path) == Damaged(2)
    with pytest.raises(TrailDamagedError):
        of_days(TrailFile(path), 401)
