"""SQLite as every file of this program's uses it: a transaction is whole or not at all, and so is a new file.

Raises what SQLite and the disk raise: what it means for a file, its own room says.
"""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Literal

from pos_bridge.storage.disk import write_new

_BUSY_MS = 5000  # as sqlite3.connect has it where nobody says otherwise


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Undone if the block raises. Where the disk does not even let it be undone, the connection is still in it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        raise


def checkpoint(connection: sqlite3.Connection, how: Literal["PASSIVE", "TRUNCATE"]) -> bool:
    """Copy the write-ahead log into the file, and cut it off with TRUNCATE. Never waits: False where others read it."""
    connection.execute("PRAGMA busy_timeout = 0").fetchone()
    busy, _, _ = connection.execute(f"PRAGMA wal_checkpoint({how})").fetchone()
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}").fetchone()
    return not busy


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """One program at a time makes a file there: milliseconds, once in a till's life."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def make(path: Path, create: Callable[[sqlite3.Connection], None]) -> None:
    """A file with the tables of `create`, its folder's owner's, on disk on return. For who is alone in that folder.

    Where root makes it for the engine, whose folder it is, SQLite opens nothing there: it would follow a link that the
    engine put in the way.
    """
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        create(connection)
        content = connection.serialize()
    write_new(path, content)
