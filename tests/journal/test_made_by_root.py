"""A journal of the engine's, to which root does something: it stays the engine's, and root follows no link in it."""

import os
import shutil
from contextlib import closing, suppress
from pathlib import Path

import pytest

from pos_bridge.journal import months
from pos_bridge.journal.quarantine import quarantine
from pos_bridge.journal.row import START
from tests import former_till
from tests.journal.makers import Clock, cash, forge, opened
from tests.meanwhile import at_line

ENGINE = 64_001 if os.geteuid() == 0 else os.geteuid()  # whoever is not root makes it for themself


def given_to_the_engine(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, ENGINE, -1)


def not_the_engines(folder: Path) -> list[Path]:
    return [path for path in (folder, *folder.rglob("*")) if path.stat().st_uid != ENGINE]


def test_a_month_that_root_set_aside(closed, clock):
    given_to_the_engine(closed)
    forge(months.files(closed)[0], "UPDATE chain SET cents = cents + 5 WHERE sequence = 2")
    quarantine(closed, clock)
    assert months.set_aside(closed) != []
    assert not_the_engines(closed) == []


def test_a_month_that_began_while_root_wrote(closed, clock):
    given_to_the_engine(closed)
    clock.turn(days=31)
    with closing(opened(closed, clock)) as journal:
        journal.open_leg(cash())
        assert len(months.files(closed)) == 2
        assert not_the_engines(closed) == []


def test_a_month_of_the_version_before_that_root_opened(tmp_path):
    folder = tmp_path / "journal"
    former_till.lay_journal(folder)
    given_to_the_engine(folder)
    with closing(opened(folder, Clock(former_till.LATER))):
        assert not_the_engines(folder) == []


@pytest.mark.parametrize("exists", [True, False])
def test_no_link_that_its_owner_puts_there_is_followed(tmp_path, exists):
    number, more = 1, True
    while more:
        folder, outside = tmp_path / "folder", tmp_path / "outside"
        folder.mkdir()
        outside.mkdir()
        if exists:
            (outside / "file").touch(0o644)
        before = [(path, path.stat()) for path in outside.iterdir()]

        def put(folder: Path = folder, outside: Path = outside) -> None:
            part = folder / "2026-11.db.part"
            part.unlink(missing_ok=True)
            part.symlink_to(outside / "file")

        def make(folder: Path = folder) -> None:
            with suppress(OSError), months.building(folder, "2026-11.db", (0, START)):
                pass

        more = at_line(number, put, make, (str(months.__file__),))
        left = [(path, path.stat()) for path in outside.iterdir()]
        assert [(path, (seen.st_ino, seen.st_size, seen.st_uid)) for path, seen in left] == [
            (path, (seen.st_ino, seen.st_size, seen.st_uid)) for path, seen in before
        ], number
        shutil.rmtree(folder)
        shutil.rmtree(outside)
        number += 1
    assert number > 10
