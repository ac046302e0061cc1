"""A connection of SQLite whose disk fails."""

import sqlite3


class FailingConnection(sqlite3.Connection):
    """Fails once where it is told to, as a disk does."""

    fail_at: str | None = None

    def execute(self, statement: str, *arguments):
        if self.fail_at is not None and statement.startswith(self.fail_at):
            type(self).fail_at = None
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error
        return super().execute(statement, *arguments)
