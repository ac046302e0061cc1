"""The audit trail on disk, <state>/audit.db: appended by whichever process acts, read by whoever has to answer for it.

A note that returned is on disk. A chain that does not hold is told, and nothing more is written behind it: it is left
as it lies, for a person to look at. The file has no log beside it while nobody writes (a rollback journal, synced), so
that a copy of it is whole.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pos_bridge.domain.audit import AuditEntry, TrailUnwritableError
from pos_bridge.registers import chain, schema
from pos_bridge.registers.row import COLUMNS, NOT_A_ROW, START, Row, day_of, row_of
from pos_bridge.storage import database
from pos_bridge.storage.disk import make_folder

_BUSY_S = 1.5  # for another process's note; a till waits two seconds in all
_NOT_THE_FILE = {  # of another process, of the disk, or of the entry
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}


class TrailDamagedError(TrailUnwritableError):
    """The trail is not what was written: a row is missing, or another than it was; or the file is none of ours."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A trail whose chain holds: so many entries, and the hash of the last (zeros when there is none)."""

    entries: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Damaged:
    """`sequence`: the first row that does not hold; 0: the file as a whole."""

    sequence: int


class TrailFile:
    """For one thread. `path` is made when something is first noted."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._head: tuple[int, bytes] | None = None  # what this process wrote last: it must be there, till its time

    def note(self, entry: AuditEntry) -> None:
        """Append, on disk on return. Raises TrailUnwritableError, TrailDamagedError: nothing is appended."""
        with _told():
            if self._head is None:
                _make(self._path)
            with _opened(self._path) as connection:
                connection.execute("PRAGMA journal_mode = DELETE").fetchone()
                connection.execute("PRAGMA synchronous = EXTRA")  # the folder too, once the journal is gone
                with database.transaction(connection):
                    sequence, before = self._tip(connection)
                    row = row_of(sequence + 1, before, entry)
                    connection.execute("INSERT INTO trail VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            self._head = (row.sequence, row.hash)

    def remove(self, before: date, today: date) -> int:
        """Rows that were there on a day before that one: gone on return, but for the newest. How many.

        `today`: by a clock that is right. It is written down how far the trail goes today, and that alone tells how old
        rows are. They stay for a year, whatever is asked. The chain goes on from an anchor. Raises
        TrailUnwritableError, TrailDamagedError: nothing is removed.
        """
        if not _there(self._path):
            return 0
        with _told(), _opened(self._path) as connection:
            connection.execute("PRAGMA synchronous = EXTRA")
            connection.execute("PRAGMA secure_delete = ON")
            with database.transaction(connection):
                chain.see(connection, day_of(today))
                removed = chain.remove(connection, day_of(before))
        return removed

    def _tip(self, connection: sqlite3.Connection) -> tuple[int, bytes]:
        """Number and hash of the newest row, which must follow from the one before it."""
        newest = connection.execute(
            f"SELECT {COLUMNS} FROM trail ORDER BY sequence DESC LIMIT 2"  # noqa: S608 - a constant
        ).fetchall()
        rows = [Row._make(row) for row in reversed(newest)]
        anchor = chain.anchor(connection)
        behind, before = (rows[0].sequence, rows[0].hash) if len(rows) > 1 else anchor
        if not chain.follows(rows[-1], behind, before) if rows else behind:
            raise TrailDamagedError
        if self._head is not None and self._head[0] > anchor[0]:
            found = connection.execute("SELECT hash FROM trail WHERE sequence = ?", self._head[:1]).fetchone()
            if found is None or found[0] != self._head[1]:
                raise TrailDamagedError
        return (rows[-1].sequence, rows[-1].hash) if rows else (0, START)


def verify(path: Path) -> Sound | Damaged:
    """Is what is stored what was noted? In pages, beside whoever notes. Raises TrailUnwritableError: it cannot be read.

    What is missing from its end is not seen by this, but by the process that wrote it.
    """
    if not _there(path):
        return Damaged(0) if _journal(path).exists() else Sound(0, START)
    sequence, before = 0, START
    try:
        with _told(), _opened(path) as connection:
            sequence, before = chain.anchor(connection)
            while page := chain.page(connection, sequence, chain.PAGE):
                anchor = chain.anchor(connection)
                if anchor[0] > sequence:  # what was removed meanwhile was checked as it went
                    sequence, before = anchor
                    continue
                for row in page:
                    if not chain.follows(row, sequence, before) or not _is_entry(row):
                        return Damaged(sequence + 1)
                    sequence, before = row.sequence, row.hash
            if sequence and sequence == chain.anchor(connection)[0]:
                return Damaged(sequence + 1)  # no removal takes the newest row
    except TrailDamagedError:
        return Damaged(sequence + 1 if sequence else 0)
    return Sound(sequence, before)


def entries(path: Path, after: int = 0, count: int = chain.PAGE) -> tuple[tuple[int, AuditEntry], ...]:
    """So many entries with their numbers, behind that one, oldest first. Checks no chain.

    Raises TrailUnwritableError: it cannot be read; TrailDamagedError: a row is no entry.
    """
    if not _there(path):
        return ()
    with _told(), _opened(path) as connection:
        try:
            return tuple((row.sequence, row.entry) for row in chain.page(connection, after, count))
        except NOT_A_ROW as error:
            raise TrailDamagedError from error


def named(path: Path) -> frozenset[int]:
    """The operators' numbers that rows have. Raises TrailUnwritableError."""
    if not _there(path):
        return frozenset()
    with _told(), _opened(path) as connection:
        return frozenset(number for (number,) in connection.execute("SELECT DISTINCT operator FROM trail"))


def _is_entry(row: Row) -> bool:
    try:
        return row.entry is not None
    except NOT_A_ROW:
        return False


# ---- the file ----


@contextmanager
def _told() -> Iterator[None]:
    """In the words of a trail: what SQLite or the disk say is dropped."""
    try:
        yield
    except TrailUnwritableError:
        raise
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        passing = code & 0xFF in _NOT_THE_FILE and code != sqlite3.SQLITE_IOERR_SHORT_READ
        fault = TrailUnwritableError if passing else TrailDamagedError
    except OSError:
        fault = TrailUnwritableError
    except chain.BrokenChainError:
        fault = TrailDamagedError
    else:
        return
    raise fault


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A trail of ours. Readers too open it for writing: a note that was cut off is undone first, by SQLite."""
    uri = f"{path.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_BUSY_S)) as connection:
        if not schema.is_ours(connection):
            _renew(connection)
        yield connection


def _renew(connection: sqlite3.Connection) -> None:
    """Nothing of a file that is none of ours is changed."""
    if schema.is_of_before(connection):
        with database.transaction(connection):
            schema.renew(connection)
    if not schema.is_ours(connection):
        raise TrailDamagedError


def _make(path: Path) -> None:
    """Where there is none: whole or not at all, by one process. A journal without its trail is what is left of one."""
    if _there(path):
        return
    make_folder(path.parent)
    with database.alone_in(path.parent):
        if _there(path):
            return
        if _journal(path).exists():
            raise TrailDamagedError
        database.make(path, schema.create)


def _there(path: Path) -> bool:
    """A link to nowhere is one on a disk that is not there."""
    return path.exists() or path.is_symlink()


def _journal(path: Path) -> Path:
    return path.with_name(path.name + "-journal")
