"""The audit trail's file: appended and chained, by several at once, through kills and on a disk that takes nothing."""

import shutil
import sqlite3
import stat
import subprocess
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.domain.audit import Act, Actor, AuditEntry, Role, TrailUnwritableError
from pos_bridge.registers.row import START
from pos_bridge.registers.trail_file import Sound, TrailDamagedError, TrailFile, entries, verify
from tests.journal import children
from tests.registers.makers import DAY, OFFICER, all_entries, noted, read, sound


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
from tests.registers.makers import read, noted
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
