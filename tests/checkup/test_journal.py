"""The journal's chain as doctor sees it, beside an engine that has it open and without one."""

import os
import sqlite3
from contextlib import closing
from datetime import datetime

import pytest

from pos_bridge.checkup import journal as topic
from pos_bridge.journal import months
from tests.checkup.finds import line, lines
from tests.journal.makers import Clock, cash, forge, opened


@pytest.fixture
def clock():
    return Clock(datetime.now().astimezone())


@pytest.fixture
def running(config, clock):
    with closing(opened(config.journal, clock)) as book:
        book.open_leg(cash())
        yield book


def test_nothing_sold_yet(config):
    assert lines(topic.look(config)) == [topic.EMPTY]
    assert not config.journal.exists()


def test_it_holds(config, running):
    (found,) = topic.look(config)
    assert line(found) == topic.SOUND
    running.close()
    assert lines(topic.look(config)) == [topic.SOUND]


def test_looking_at_a_till_that_stands_still_leaves_nothing(config, running):
    running.close()
    before = sorted(config.journal.iterdir())
    list(topic.look(config))
    assert sorted(config.journal.iterdir()) == before


def test_a_row_that_was_changed(config, running):
    running.close()
    (file,) = months.files(config.journal)
    content = bytearray(file.read_bytes())
    with closing(sqlite3.connect(file)) as connection:
        (hashed,) = connection.execute("SELECT hash FROM chain").fetchone()
    at = content.index(hashed)
    content[at] ^= 1
    file.write_bytes(content)
    (found,) = topic.look(config)
    assert line(found) == topic.DAMAGED
    assert file.name in found.text("fr")
    (config.journal / months.QUARANTINE).mkdir()
    file.replace(config.journal / months.QUARANTINE / file.name)
    assert lines(topic.look(config)) == [topic.EMPTY]


def test_a_newer_one_is_not_damaged(config, running):
    running.close()
    (file,) = months.files(config.journal)
    forge(file, "PRAGMA user_version = 999")
    assert lines(topic.look(config)) == [topic.NEWER]


def test_what_was_set_aside_is_told(config, running):
    aside = config.journal / months.QUARANTINE
    aside.mkdir()
    (aside / "2026-01.db").touch()
    assert lines(topic.look(config)) == [topic.SOUND, topic.SET_ASIDE]


def test_a_journal_that_the_processor_does_not_believe(config, running, monkeypatch):
    monkeypatch.setattr(topic, "is_refused", lambda folder: folder == config.journal)
    assert lines(topic.look(config)) == [topic.SOUND, topic.REFUSED]


def test_whoever_may_not_list_it_is_not_told_that_it_is_empty(config, running):
    running.close()
    config.journal.chmod(0)
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(65_534)
    try:
        with pytest.raises(PermissionError):
            list(topic.look(config))
    finally:
        if was_root:
            os.seteuid(0)
        config.journal.chmod(0o700)


@pytest.mark.parametrize(("days", "told"), [(3000, topic.AHEAD), (70, topic.AHEAD), (-70, topic.BEHIND)])
def test_a_file_in_use_that_is_of_no_month_of_now_until_the_service_hears_the_time(config, clock, days, told):
    """What doctor says to do: the clock is right, and the service reaches the processor, which agrees with it."""
    clock.turn(days=days)
    with closing(opened(config.journal, clock)) as journal:
        journal.open_leg(cash())
        (file,) = months.files(config.journal)
        clock.turn(days=-days)
        journal.open_leg(cash())
        sound, found = topic.look(config)
        assert (line(sound), line(found)) == (topic.SOUND, told)
        assert file.name in found.text("fr")
        journal.believe(clock.now)
        assert lines(topic.look(config)) == [topic.SOUND]


@pytest.mark.parametrize("days", [-28, 28])
def test_a_month_that_is_about_to_begin_or_just_did_is_none(config, clock, days):
    clock.turn(days=days)
    opened(config.journal, clock).close()
    assert lines(topic.look(config)) == [topic.SOUND]
