"""A disk that fails under SQLite, once, at a statement that a test names; and what is said of it."""

import sqlite3

from pos_bridge.domain.identity import VaultFault
from pos_bridge.identity.fault import EXPECTED, fault_of


class FailingConnection(sqlite3.Connection):
    """Fails once where it is told to, as a disk does: before it acted, or (`after`) in word only."""

    fail_at: str | None = None
    after = False

    def execute(self, statement: str, *arguments):
        due = self.fail_at is not None and statement.startswith(self.fail_at)
        if not due or self.after:
            done = super().execute(statement, *arguments)
        if due:
            type(self).fail_at = None
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error
        return done


def fault(call) -> VaultFault | None:
    try:
        call()
    except EXPECTED as error:
        return fault_of(error)
    return None
