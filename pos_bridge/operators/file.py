"""The operator store's file: made whole or not at all, 0600, one transaction at a time, synced when it returns."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pos_bridge.domain.operator import OperatorsUnusableError
from pos_bridge.operators import schema
from pos_bridge.storage import database
from pos_bridge.storage.disk import make_folder

_BUSY_S = 5.0


@contextmanager
def transaction(path: Path) -> Iterator[sqlite3.Connection]:
    """Alone, on disk when it ends; undone if it raises. Raises OperatorsUnusableError, also where there is no file."""
    with _told(), _opened(path) as connection, database.transaction(connection):
        _check(connection)
        yield connection


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """As it is, of this version or one before. Raises OperatorsUnusableError, also where there is no file."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with _told(), closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_BUSY_S)) as connection:
        connection.execute("BEGIN")  # one moment of it
        if not (schema.is_ours(connection) or schema.version_before(connection)):
            raise OperatorsUnusableError
        yield connection


def make(path: Path) -> None:
    """Where there is none. Raises OperatorsUnusableError."""
    with _told():
        if path.exists():
            return
        _make_folder(path.parent)
        with database.alone_in(path.parent):
            if not path.exists():
                database.make(path, schema.create)


def _make_folder(folder: Path) -> None:
    """The engine's too where root makes it."""
    if not folder.exists():
        make_folder(folder)
        if os.geteuid() == 0:
            state = folder.parent.stat()
            os.chown(folder, state.st_uid, state.st_gid, follow_symlinks=False)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    uri = f"{path.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_BUSY_S)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        connection.execute("PRAGMA synchronous = EXTRA")
        connection.execute("PRAGMA secure_delete = ON")  # a password's hash goes with its operator
        connection.execute("PRAGMA foreign_keys = ON")
        yield connection


def _check(connection: sqlite3.Connection) -> None:
    """That it is ours, of this version from now on. Nothing of a file that is none of ours is changed."""
    before = schema.version_before(connection)
    if before is not None:
        schema.renew(connection, before)
    elif not schema.is_ours(connection):
        raise OperatorsUnusableError


@contextmanager
def _told() -> Iterator[None]:
    """What SQLite or the disk say is dropped."""
    try:
        yield
    except (sqlite3.Error, OSError):
        pass
    else:
        return
    raise OperatorsUnusableError
