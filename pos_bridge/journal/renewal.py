"""The month in use, of the version before: made anew as one of this version, with the same rows, hashes and seals.

The new file is built beside the old one, synced, compared with it row by row, and put in its place by one rename: at
any moment one of the two is there, whole. Months that are closed stay as they were written: they are only read, and
what a retention deletes of them is the same in both versions. Nothing here changes what a row says.
"""

import sqlite3
import time
from itertools import zip_longest
from pathlib import Path

from pos_bridge.domain.ledger import JournalUnwritableError
from pos_bridge.journal import months, schema
from pos_bridge.journal.errors import JournalCorruptError
from pos_bridge.storage.disk import sync_folder

# The chain is before what may only name a row of it.
_KEYS = {
    "anchor": "one", "chain": "sequence", "working": "key", "links": "key", "requests": "request",
    "baskets": "reference", "parts": "key", "period": "one", "days": "number", "trust": "one",
}  # fmt: skip
_READERS_S, _AGAIN_S = 5.0, 0.02  # a look at the journal that goes on meanwhile


def is_due(connection: sqlite3.Connection) -> bool:
    """Of a file that was verified."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version == schema.BEFORE


def renew(path: Path, old: sqlite3.Connection) -> None:
    """`old` is the only writer of the file `path`, which holds; it must be closed afterwards, whatever comes.

    Raises JournalCorruptError: a row that these tables refuse, and that nobody wrote; JournalUnwritableError,
    sqlite3.Error, OSError: the old file stays as it is, and nothing is left beside it.
    """
    try:
        with months.rewriting(path) as (part, new):
            for table in _KEYS:
                _copy(table, old, new, path.name)
        _compare(part, old)
        _without_log(old)
        old.close()
        # A log, or a journal, that a cut of the power brings back would be taken for that of the new file.
        sync_folder(path.parent)
        part.replace(path)
        sync_folder(path.parent)
    except Exception:
        months.forget_draft(path)
        raise


def _copy(table: str, old: sqlite3.Connection, new: sqlite3.Connection, name: str) -> None:
    rows = old.execute(_all(table))
    try:
        new.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows.description))})", rows)  # noqa: S608 - constants
    except sqlite3.IntegrityError as error:
        raise JournalCorruptError(name, None, "its structure") from error


def _compare(part: Path, old: sqlite3.Connection) -> None:
    with months.read_only(part) as new:
        alike = new.execute("PRAGMA quick_check").fetchall() == [("ok",)] and all(
            before == after
            for table in _KEYS
            for before, after in zip_longest(old.execute(_all(table)), new.execute(_all(table)))
        )
    if not alike:
        raise JournalUnwritableError("the journal's file cannot be made anew")


def _without_log(old: sqlite3.Connection) -> None:
    """All that was written is in the file, and the file alone. Waits for whoever reads it; SQLite itself would not."""
    until = time.monotonic() + _READERS_S
    while True:
        try:
            old.execute("PRAGMA journal_mode = DELETE").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_AGAIN_S)
        else:
            return


def _all(table: str) -> str:
    return f"SELECT * FROM {table} ORDER BY {_KEYS[table]}"  # noqa: S608 - constants
