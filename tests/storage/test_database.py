"""A new database in a folder that is another's: whatever that user puts there meanwhile, nothing else is touched."""

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest

from pos_bridge.storage import database, disk
from tests.meanwhile import at_line

SOURCES = (str(database.__file__), str(disk.__file__))
ENGINE = 64_001


def tables(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE one (x INTEGER) STRICT")
    connection.execute("PRAGMA user_version = 7")


def test_it_is_whole_and_private(tmp_path):
    path = tmp_path / "one.db"
    path.with_name("one.db.part").write_bytes(b"of a crash")
    database.make(path, tables)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (7,)
        assert connection.execute("SELECT count(*) FROM one").fetchone() == (0,)
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("lies", [lambda path: path.write_bytes(b"x"), lambda path: path.symlink_to("nowhere")])
def test_what_is_there_stays(tmp_path, lies):
    path = tmp_path / "one.db"
    lies(path)
    before = path.lstat()
    with pytest.raises(FileExistsError):
        database.make(path, tables)
    assert path.lstat() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["one.db.part", "one.db"])
@pytest.mark.parametrize("exists", [True, False])
def test_no_link_that_its_owner_puts_there_is_followed(tmp_path, name, exists):
    """At each line in turn: to a file that is there, and is not, outside the folder."""
    number, more = 1, True
    while more:
        folder, outside = tmp_path / "folder", tmp_path / "outside"
        folder.mkdir()
        outside.mkdir()
        if exists:
            (outside / "file").touch(0o644)
        before = [(path, path.stat()) for path in outside.iterdir()]

        def put(folder: Path = folder, outside: Path = outside) -> None:
            (folder / name).unlink(missing_ok=True)
            (folder / name).symlink_to(outside / "file")

        def make(folder: Path = folder) -> None:
            with suppress(OSError):
                database.make(folder / "one.db", tables)

        more = at_line(number, put, make, SOURCES)
        assert [(path, path.stat()) for path in outside.iterdir()] == before, number
        shutil.rmtree(folder)
        shutil.rmtree(outside)
        number += 1
    assert number > 10


def test_in_a_folder_that_is_put_in_the_place_of_the_engines_nothing_becomes_the_engines(tmp_path):
    as_root = os.geteuid() == 0  # who makes it for the engine; anybody else makes it for themself
    engine = ENGINE if as_root else os.geteuid()
    number, more = 1, True
    while more:
        folder, roots = tmp_path / "folder", tmp_path / "roots"
        for each in (folder, roots):
            each.mkdir()
        os.chown(folder, engine, -1)

        def put(folder: Path = folder, roots: Path = roots) -> None:
            folder.rename(folder.with_name("moved"))
            folder.symlink_to(roots)

        def make(folder: Path = folder) -> None:
            with suppress(OSError):
                database.make(folder / "one.db", tables)

        more = at_line(number, put, make, SOURCES)
        assert {path.stat().st_uid for path in roots.iterdir()} <= {os.geteuid()}, number
        moved = folder if not more else folder.with_name("moved")
        assert {path.stat().st_uid for path in moved.iterdir() if path.suffix == ".db"} <= {engine}, number
        shutil.rmtree(moved)
        shutil.rmtree(roots)
        if more:
            folder.unlink()
        number += 1
    assert number > 10
