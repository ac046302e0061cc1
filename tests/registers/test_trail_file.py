"""The audit trail's file: appended and chained; what was done to it by another hand is told, and never repaired."""

import os
import shutil
import sqlite3
import stat
import subprocess
from contextlib import ExitStack, closing
from datetime import date, timedelta
from pathlib import Path
from typing import Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.domain.audit import Act, Actor, AuditEntry, Role, TrailUnwritableError
from pos_bridge.registers import schema, trail_file
from pos_bridge.registers.row import START, Row, row_of
from pos_bridge.registers.trail_file import Damaged, Sound, TrailDamagedError, TrailFile, entries, verify
from tests.journal import children
from tests.registers.makers import DAY, OFFICER, all_entries, hand, read, sound


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "audit.db"


def noted(path: Path, count: int) -> list[AuditEntry]:
    trail, told = TrailFile(path), [read() for _ in range(count)]
    for entry in told:
        trail.note(entry)
    return told


def test_what_is_noted_is_there(path):
    assert (verify(path), entries(path)) == (Sound(0, START), ())
    assert not path.exists(), "reading makes nothing"
    told = noted(path, 3)
    assert entries(path) == tuple(enumerate(told, 1))
    assert entries(path, after=1, count=1) == ((2, told[1]),)
    assert sound(path) == 3
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path], "nothing lies beside it"


@settings(max_examples=25)
@given(st.lists(all_entries, max_size=5))
def test_any_entries_come_back(tmp_path_factory, told):
    path = tmp_path_factory.mktemp("trail") / "audit.db"
    trail = TrailFile(path)
    for entry in told:
        trail.note(entry)
    assert [entry for _, entry in entries(path)] == told
    assert isinstance(verify(path), Sound)


def test_a_clock_that_is_far_off(path):
    trail = TrailFile(path)
    for day in (date(1970, 1, 1), date(2149, 1, 1)):
        trail.note(AuditEntry(day, OFFICER, Act.READ))
    assert [entry.day for _, entry in entries(path)] == [date(2020, 1, 1), date(2099, 12, 31)]


def test_several_append_in_turn(path):
    first, second = TrailFile(path), TrailFile(path)
    for _ in range(5):
        first.note(read())
        second.note(read())
    assert sound(path) == 10


WRITER = """
import os, sys
from pathlib import Path
from pos_bridge.registers.trail_file import TrailFile
from tests.registers.makers import read
trail = TrailFile(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[2])):
    trail.note(read())
    sys.stdout.write(f"{number + 1}\\n")
    sys.stdout.flush()
"""


class Writer:
    """A process that notes, once it is told to begin, and says how often it has."""

    def __init__(self, path: Path, count: int) -> None:
        self._process = subprocess.Popen(
            children.command(WRITER, path, str(count)),
            env=children.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._told, self.said = self._process.stdin, self._process.stdout

    def __enter__(self) -> Self:
        assert self.said.readline() == "ready\n"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def begin(self) -> None:
        self._told.write("\n")
        self._told.flush()

    def killed(self) -> int:
        """How many it said it had noted meanwhile."""
        self._process.kill()
        return sum(line.endswith("\n") for line in self.said)


def test_several_processes_append_at_once_and_make_one_file(path):
    with ExitStack() as stack:
        writers = [stack.enter_context(Writer(path, 25)) for _ in range(3)]
        for writer in writers:
            writer.begin()
        for writer in writers:
            assert [int(line) for line in writer.said] == list(range(1, 26))
    assert sound(path) == 75


@pytest.mark.parametrize("lines", [1, 2, 7, 30])
def test_sigkill_leaves_a_whole_chain_with_all_that_was_noted(path, lines):
    for _ in range(2):  # and again, on what the first one left
        before = sound(path)
        with Writer(path, 100_000) as writer:
            writer.begin()
            heard = sum(bool(writer.said.readline()) for _ in range(lines)) + writer.killed()
        assert sound(path) - before - heard in {0, 1}, "one may be durable that was not heard of"
    TrailFile(path).note(read())


# ---- damage ----


def damages(path: Path) -> None:
    """It is told, and left as it lies."""
    before = path.read_bytes()
    assert isinstance(verify(path), Damaged)
    with pytest.raises(TrailDamagedError):
        TrailFile(path).note(read())
    assert path.read_bytes() == before


CHANGES = {
    "day": 20_000,
    "role": 1,
    "operator": 8,
    "act": 4,
    "purpose": None,
    "person": None,
    "refused": 5,
    "hash": os.urandom(32),
}


@pytest.mark.parametrize("column", CHANGES)
@pytest.mark.parametrize("sequence", [1, 3, 5])
def test_a_row_that_was_changed(path, column, sequence):
    noted(path, 5)
    hand(path, (f"UPDATE trail SET {column} = ? WHERE sequence = ?", (CHANGES[column], sequence)))
    assert verify(path) == Damaged(sequence)
    if sequence == 5:
        damages(path)


@pytest.mark.parametrize("sequence", [1, 3])
def test_a_row_that_is_missing(path, sequence):
    noted(path, 5)
    hand(path, ("DELETE FROM trail WHERE sequence = ?", (sequence,)))
    assert verify(path) == Damaged(sequence)


def test_rows_that_changed_places(path):
    told = noted(path, 4)
    persons = [entry.person for entry in told]
    hand(path, *(("UPDATE trail SET person = ? WHERE sequence = ?", (persons[5 - at - 1], at)) for at in (2, 3)))
    assert verify(path) == Damaged(2)


def test_the_process_that_wrote_it_misses_its_end(path):
    trail = TrailFile(path)
    for _ in range(3):
        trail.note(read())
    hand(path, ("DELETE FROM trail WHERE sequence = 3", ()))
    assert sound(path) == 2, "a chain that was cut off at its end is a chain"
    with pytest.raises(TrailDamagedError):
        trail.note(read())
    path.unlink()
    with pytest.raises(TrailUnwritableError):
        trail.note(read())
    assert not path.exists(), "no other one is begun in its place"


def test_another_file_in_its_place(path):
    noted(path, 2)
    content = path.read_bytes()
    for wrong in (
        b"",
        b"not a database" * 1000,
        content[: len(content) // 2],
        content[:100] + bytes(len(content) - 100),
    ):
        path.write_bytes(wrong)
        damages(path)


def test_another_table_or_no_trigger(path):
    for change in ("CREATE TABLE notes (text TEXT)", "DROP TRIGGER trail_stays", "CREATE VIEW v AS SELECT 1"):
        noted(path, 2)
        hand(path, (change, ()), triggers=True)
        damages(path)
        path.unlink()


def test_a_journal_whose_trail_is_gone(path):
    noted(path, 1)
    path.rename(path.with_name("audit.db-journal"))
    assert verify(path) == Damaged(0)
    with pytest.raises(TrailDamagedError):
        TrailFile(path).note(read())
    assert not path.exists()


def test_bytes_that_flipped(path):
    noted(path, 40)
    content = bytearray(path.read_bytes())
    before = verify(path)
    for at in range(100, len(content), 97):
        path.write_bytes(content[:at] + bytes((content[at] ^ 0x10,)) + content[at + 1 :])
        try:
            found = verify(path)
        except TrailUnwritableError:
            continue
        assert found == before or isinstance(found, Damaged), "free space, or told"


# ---- a disk that takes nothing ----


def test_a_full_disk_takes_nothing_and_works_again(path, monkeypatch):
    noted(path, 2)
    real = sqlite3.connect

    def full(*arguments, **named):
        """SQLite's own limit of pages, on the real file."""
        connection = real(*arguments, **named)
        connection.execute("PRAGMA max_page_count = 1").fetchone()
        return connection

    def noted_for_long() -> None:
        for _ in range(200):
            trail.note(read())

    trail = TrailFile(path)
    with monkeypatch.context() as patched:
        patched.setattr(sqlite3, "connect", full)
        with pytest.raises(TrailUnwritableError) as caught:
            noted_for_long()
        assert not isinstance(caught.value, TrailDamagedError)
    before = sound(path)
    trail.note(read())
    assert sound(path) == before + 1


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "state").write_text("a file")
    with pytest.raises(TrailUnwritableError) as caught:
        TrailFile(tmp_path / "state" / "audit.db").note(read())
    assert str(tmp_path) not in str(caught.value)


def test_somebody_holds_it_for_long(path, monkeypatch):
    noted(path, 1)
    monkeypatch.setattr("pos_bridge.registers.trail_file._BUSY_S", 0.05)
    other = sqlite3.connect(path, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TrailUnwritableError) as caught:
            TrailFile(path).note(read())
        assert not isinstance(caught.value, TrailDamagedError)
    finally:
        other.close()
    TrailFile(path).note(read())


def test_a_copy_is_whole(path, tmp_path):
    noted(path, 3)
    shutil.copy(path, tmp_path / "copy.db")
    assert verify(tmp_path / "copy.db") == verify(path)


def test_the_program_itself_is_an_actor(path):
    TrailFile(path).note(AuditEntry(DAY, Actor(Role.SYSTEM, 0), Act.RETAIN))
    assert entries(path)[0][1].actor == Actor(Role.SYSTEM, 0)


# ---- what is removed after its time ----

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
