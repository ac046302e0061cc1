"""Connections of SQLite whose disk fails, or says that it did."""

import sqlite3


def _disk_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = code
    return error


class FailingConnection(sqlite3.Connection):
    """Fails once where it is told to, as a disk does."""

    fail_at: str | None = None

    def execute(self, statement: str, *arguments):
        if self.fail_at is not None and statement.startswith(self.fail_at):
            type(self).fail_at = None
            raise _disk_error(sqlite3.SQLITE_IOERR)
        return super().execute(statement, *arguments)


class LyingConnection(sqlite3.Connection):
    """The sync of the statement that it is told fails once, and the transaction is whole in the log all the same."""

    fail_at: str | None = None

    def execute(self, statement: str, *arguments):
        done = super().execute(statement, *arguments)
        if statement == self.fail_at:
            type(self).fail_at = None
            raise _disk_error(sqlite3.SQLITE_IOERR_FSYNC)
        return done
