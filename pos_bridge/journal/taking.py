"""Taking a journal's folder for this process, and opening its newest file, made or checked first."""

import fcntl
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from pos_bridge.domain.ledger import JournalUnwritableError
from pos_bridge.journal import months, renewal, verify
from pos_bridge.journal.durable_file import DurableFile
from pos_bridge.journal.errors import JournalBusyError, JournalCorruptError
from pos_bridge.journal.row import START
from pos_bridge.storage.disk import make_folder

_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def lock_folder(folder: Path) -> int:
    """Make the folder and take it for this process (an open descriptor).

    Raises JournalBusyError, JournalUnwritableError.
    """
    try:
        make_folder(folder)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        if os.geteuid() == 0:  # root may be the first, and the engine is to lock it after
            owner = folder.stat()
            os.fchown(lock, owner.st_uid, owner.st_gid)
    except OSError as error:
        raise JournalUnwritableError("the journal's folder cannot be written") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise JournalBusyError(str(folder)) from error
    return lock


def open_newest(folder: Path, this_month: str) -> DurableFile:
    """Finish what a crash left undone, make the first file where there is none, verify the newest one.

    One of the version before is made anew. Raises JournalCorruptError (file and row), JournalNewerError,
    JournalUnwritableError.
    """
    name = f"{this_month}.db"
    try:
        months.put_in_place(folder)
        if not months.files(folder):
            with months.building(folder, name, (0, START)):
                pass
        path = months.files(folder)[-1]
        name = path.name
        return _opened(path)
    except OSError as error:
        raise JournalUnwritableError("the journal's folder cannot be written") from error
    except sqlite3.Error as error:
        if error.sqlite_errorcode & 0xFF in _DAMAGE:
            raise JournalCorruptError(name, None, "not a database") from error
        raise JournalUnwritableError("the journal cannot be opened for writing") from error
    except UnicodeDecodeError as error:  # SQLite's own message quotes the damaged schema
        raise JournalCorruptError(name, None, "its structure") from error


def _opened(path: Path) -> DurableFile:
    file = _verified(path)
    if renewal.is_due(file.connected()):
        with closing(file):
            renewal.renew(path, file.connected())
        file = _verified(path)
    return file


def _verified(path: Path) -> DurableFile:
    connection = months.connect(path)
    try:
        return DurableFile(path, verify.check_at_start(connection, path), connection)
    except BaseException:
        connection.close()
        raise
