"""How old the newest backup is, of real ones on a real shelf."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pos_bridge.checkup import backups
from pos_bridge.config.file import read
from pos_bridge.config.settings import Config
from tests.backup.till import Till
from tests.checkup.finds import line, lines


@pytest.fixture
def till(tmp_path) -> Till:
    made = Till(tmp_path)
    made.sell()
    made.keep_people()
    return made


@pytest.fixture
def config(till: Till) -> Config:
    return read(till.config)


def test_not_set_up(config):
    assert lines(backups.look(replace(config, backup=None))) == [backups.NOT_SET_UP]


def test_no_shelf_and_an_empty_one(config, till):
    assert lines(backups.look(config)) == [backups.NONE]
    till.shelf.rmdir()
    assert lines(backups.look(config)) == [backups.UNREADABLE]


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(0), backups.RECENT),
        (timedelta(hours=49), backups.RECENT),
        (timedelta(hours=51), backups.OLD),
        (timedelta(hours=-30), backups.AHEAD),
    ],
)
def test_by_its_age(config, till, age, said):
    till.now = datetime.now(UTC) - age
    till.back_up()
    (found,) = backups.look(config)
    assert line(found) == said
    if said == backups.OLD:
        assert "51 hours" in found.text("en")


def test_one_without_the_persons(config, till):
    """The vault could not be read when it was made."""
    till.now = datetime.now(UTC)
    config.vault.write_bytes(b"none" * 2048)
    till.back_up()
    assert lines(backups.look(config)) == [backups.RECENT, backups.WITHOUT_PERSONS]
