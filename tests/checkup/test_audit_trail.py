"""The audit trail as doctor sees it."""

import sqlite3
from contextlib import closing

import pytest

from pos_bridge.checkup import audit_trail as topic
from pos_bridge.checkup import cut_off
from pos_bridge.registers.trail_file import TrailFile
from tests.checkup.finds import line, lines
from tests.registers.makers import read


@pytest.fixture
def noted(config):
    trail = TrailFile(config.audit)
    for _ in range(3):
        trail.note(read())
    return config


def test_none_yet(config):
    assert lines(topic.look(config)) == [topic.SOUND]
    assert not config.audit.exists()


def test_it_holds(noted):
    (found,) = topic.look(noted)
    assert line(found) == topic.SOUND


def test_a_row_that_is_missing(noted):
    with closing(sqlite3.connect(noted.audit)) as connection, connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("DELETE FROM trail WHERE sequence = 2")
    (found,) = topic.look(noted)
    assert line(found) == topic.DAMAGED


def test_what_is_no_trail(noted):
    noted.audit.write_bytes(bytes(8192))
    assert lines(topic.look(noted)) == [topic.DAMAGED]
    noted.audit.unlink()
    noted.audit.mkdir()
    assert lines(topic.look(noted)) == [topic.UNREADABLE]


def test_an_entry_that_was_cut_off_is_left_as_it_is(noted, monkeypatch):
    monkeypatch.setattr(cut_off, "_WRITTEN_WITHIN_S", 0.05)
    journal = noted.audit.with_name("audit.db-journal")
    journal.write_bytes(b"half of a page")
    before = noted.audit.read_bytes()
    assert lines(topic.look(noted)) == [topic.CUT_OFF]
    assert (noted.audit.read_bytes(), journal.read_bytes()) == (before, b"half of a page")
