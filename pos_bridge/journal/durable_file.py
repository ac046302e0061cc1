"""One SQLite file that keeps its word: a transaction that returned is on disk, one that failed is not there.

What a failing disk can do is met here and nowhere else: the transaction is undone, the connection is opened again
once it can be, and the file's newest row is compared with what was promised before anything more is written.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from pos_bridge.domain.ledger import JournalHead, JournalUnwritableError
from pos_bridge.journal import lookups, months
from pos_bridge.journal.errors import JournalRefusedError
from pos_bridge.storage.database import checkpoint

CHECKPOINT_AFTER = 400  # commits; the write-ahead log is then some 8 MB
_CONNECTION_STAYS_GOOD = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_BUSY}

Result = TypeVar("Result")


class DurableFile:
    """`head` is the newest durable row; `tip` the newest one of the transaction that is running."""

    def __init__(self, path: Path, head: JournalHead, connection: sqlite3.Connection | None = None) -> None:
        self.path = path
        self.head = self.tip = head
        self._connection = connection
        self._commits = 0
        self._lingers = True  # what an earlier run left

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()

    def connected(self) -> sqlite3.Connection:
        """Raises JournalUnwritableError while the file cannot be opened or lost rows that were promised."""
        if self._connection is None:
            self._connection = self._reopened()
        return self._connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self.connected()
        except sqlite3.Error as error:
            self._doubt(error)
            raise JournalUnwritableError("the journal cannot be read") from error

    def transaction(self, writes: Sequence[Callable[[], Result]], *, durable: bool) -> list[Result]:
        """All of `writes` or none. Raises JournalRefusedError (the constraints refuse it), JournalUnwritableError."""
        connection = self.connected()
        results: list[Result] = []
        try:
            if not durable:
                connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("BEGIN IMMEDIATE")
            results.extend(write() for write in writes)
            connection.execute("COMMIT")
        except sqlite3.IntegrityError as error:
            self._undo(connection)
            raise JournalRefusedError("the step contradicts what is stored") from error
        except sqlite3.Error as error:
            promised = self.tip
            self._undo(connection)
            self._doubt(error)
            if len(results) < len(writes) or not self._stored_after_all(promised):
                raise JournalUnwritableError("the journal cannot be written") from error
        except BaseException:
            self._undo(connection)
            raise
        else:
            self.head = self.tip
            if not durable:
                connection.execute("PRAGMA synchronous = FULL")
        self._commits += 1
        self._lingers = True
        return results

    @property
    def logged(self) -> int:
        """How many commits were not copied into the file yet."""
        return self._commits

    @property
    def lingers(self) -> bool:
        """Whether the write-ahead log may hold what was deleted: it was written since it was last empty."""
        return self._lingers

    def checkpoint(self, *, empty: bool = False) -> None:
        """Copy the write-ahead log into the file, so that it is written from its start again; never waits for readers.

        `empty`: cut it off as well, so that nothing deleted lingers there (it then has to grow again, which is slower).
        """
        self._commits = 0
        with suppress(sqlite3.Error, JournalUnwritableError):
            done = checkpoint(self.connected(), "TRUNCATE" if empty else "PASSIVE")
            self._lingers = self._lingers and not (empty and done)

    def rename(self, name: str) -> None:
        """Under another name in its folder, but while somebody reads it. Raises OSError: it stays where it is."""
        self.checkpoint(empty=True)
        self.close()  # whoever closes it last takes the log away: one that is left holds something, or has a reader
        self.path = months.rename(self.path, name)

    def _undo(self, connection: sqlite3.Connection) -> None:
        self.tip = self.head
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            connection.execute("PRAGMA synchronous = FULL")
        except sqlite3.Error:
            self.close()

    def _doubt(self, error: sqlite3.Error) -> None:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _CONNECTION_STAYS_GOOD:
            self.close()

    def _reopened(self) -> sqlite3.Connection:
        try:
            connection = months.connect(self.path)
        except (sqlite3.Error, OSError) as error:
            raise JournalUnwritableError("the journal cannot be opened") from error
        try:
            still_there = lookups.hash_at(connection, self.head.sequence) == self.head.hash
            newest = lookups.newest(connection)
        except sqlite3.Error as error:
            connection.close()
            raise JournalUnwritableError("the journal cannot be opened") from error
        if not still_there:
            connection.close()
            raise JournalUnwritableError("the journal lost rows that were durable")
        self.head = self.tip = newest
        return connection

    def _stored_after_all(self, promised: JournalHead) -> bool:
        """A commit whose sync failed can be whole in the log, and would then come back at the next start.

        Then it is made durable by copying it into the file, which syncs again. Whoever is told of failure although
        that fails too finds the step stored later; recovery undoes it as it undoes any open leg.
        """
        if promised == self.head:
            return False
        with suppress(sqlite3.Error, JournalUnwritableError):
            connection = self.connected()
            if self.head == promised:
                busy, logged, copied = connection.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
                return not busy and logged == copied
        return False
