"""The till's files as they are at one moment, read beside an engine that sells. Changes nothing that is stored.

Each database is copied by SQLite's own backup inside one read transaction: a writer does not wait, and no half of a
transaction comes along. Between the files this order keeps what they promise each other: persons first, then the trail
and the ledger of erasures, which are written before them, then the journal, which settles what the vault holds for a
sale. A damaged month that was set aside is copied as it lies.

Not read at all: answers and their keys of the day, which are never backed up; locks and sockets.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pos_bridge.backup.fault import BackupError, BackupFault
from pos_bridge.backup.parts import Member, Part
from pos_bridge.domain.ledger import JournalHead
from pos_bridge.identity import epoch
from pos_bridge.identity.ledger import Entries
from pos_bridge.identity.ledger_file import NAME as LEDGER
from pos_bridge.identity.ledger_file import Ledger
from pos_bridge.identity.lock import NAME as LOCK
from pos_bridge.identity.lock import Lock
from pos_bridge.journal import months
from pos_bridge.journal.errors import JournalCorruptError, JournalNewerError
from pos_bridge.journal.verify import SoundFile, check_chain
from pos_bridge.registers.row import START

VAULT, AUDIT, JOURNAL = "vault.db", "audit.db", "journal"
# By which a request of a till is known again: without it one that is repeated after a restore would pay twice.
REQUESTS = "till.secret"
_BUSY_S = 5.0
_OLD_MODE = 0o200  # what history has not


@dataclass(frozen=True, slots=True, repr=False)
class Persons:
    """The vault, and apart from it the secret of its epoch, without which the vault key opens nothing."""

    vault: Member
    secret: tuple[Member, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Trail:
    """The audit trail, its entries and the hash of the last. `file` None: nothing was ever noted."""

    file: Member | None
    entries: int = 0
    head: bytes = START


def persons(state: Path) -> Persons | None:
    """None: nobody was ever kept. Raises sqlite3.Error where the vault cannot be read, OSError."""
    path = state / VAULT
    lock = Lock(state / LOCK)
    lock.share_if_there()  # no other vault is put in its place, and no other secret, meanwhile
    try:
        if not path.exists():
            return None
        secrets = (state / name for name in (epoch.NAME, epoch.NEXT))
        secret = tuple(Member(each.name, each.read_bytes()) for each in secrets if each.exists())
        with closing(_copied(path)) as copy:
            return Persons(Member(VAULT, copy.serialize()), secret)
    finally:
        lock.release()


def trail(state: Path) -> Trail:
    """Raises sqlite3.Error where it cannot be read, OSError."""
    path = state / AUDIT
    if not path.exists():
        return Trail(None)
    with closing(_copied(path)) as copy:
        newest = copy.execute("SELECT sequence, hash FROM trail ORDER BY sequence DESC LIMIT 1").fetchone()
        return Trail(Member(AUDIT, copy.serialize()), *(newest or (0, START)))


class Journal:
    """The journal, the key of its hashes, and the ledger of erasures. What it says is whole once `members` ended."""

    def __init__(self, state: Path) -> None:
        self._folder = state / JOURNAL
        self._ledger = Ledger(state)
        self._secret = state / REQUESTS
        self.erasures = Entries()
        self.head: JournalHead | None = None
        self.months = self.set_aside = 0

    def members(self) -> Iterator[Member]:
        """One file in memory at a time. Raises BackupError, VaultUnusableError (the ledger was changed), OSError.

        RESTLESS: a month ended, got its right name or was set aside meanwhile. A month's end empties the tables of the
        old file once the new one has them, so that the two are no moment's together.
        """
        before = self._names()
        self.erasures = self._ledger.entries()
        yield Member(LEDGER, self.erasures.lines())
        if self._secret.exists():
            yield Member(REQUESTS, self._secret.read_bytes())
        for path in months.files(self._folder):
            yield self._month(path)
            self.months += 1
        for path in sorted((self._folder / months.QUARANTINE).glob("*.db*")):
            name = f"{JOURNAL}/{months.QUARANTINE}/{path.name}"
            if Part.JOURNAL.value.fullmatch(name):  # not what somebody else put there
                yield Member(name, path.read_bytes(), history=True)
                self.set_aside += path.suffix == ".db"
        if self._names() != before:
            raise BackupError(BackupFault.RESTLESS, path=self._folder)
        if self.head is None:
            raise BackupError(BackupFault.NOTHING, path=self._folder)

    def _month(self, path: Path) -> Member:
        try:
            with months.read_only(path) as connection, closing(_in_memory(connection)) as copy:
                report = check_chain(copy, path.name)
                content = copy.serialize()
            history = not path.stat().st_mode & _OLD_MODE
        except FileNotFoundError:
            raise BackupError(BackupFault.RESTLESS, path=self._folder) from None
        except JournalNewerError:
            raise BackupError(BackupFault.JOURNAL_NEWER, file=path.name) from None
        except (sqlite3.Error, JournalCorruptError):
            if not path.exists():
                raise BackupError(BackupFault.RESTLESS, path=self._folder) from None
            raise BackupError(BackupFault.JOURNAL_DAMAGED, file=path.name) from None
        self._continue(report)
        return Member(f"{JOURNAL}/{path.name}", content, history=history)

    def _continue(self, report: SoundFile) -> None:
        """A month continues the one before, but for a gap whose file is in quarantine: `verify` sees that."""
        if self.head is not None and report.anchor.sequence < self.head.sequence:
            raise BackupError(BackupFault.JOURNAL_DAMAGED, file=report.name)
        self.head = report.head

    def _names(self) -> list[str]:
        return sorted(path.name for path in (*months.files(self._folder), *months.set_aside(self._folder)))


def _copied(path: Path) -> sqlite3.Connection:
    """Opened for writing, as every reader of these files opens them: what a crash left of a log is in the copy."""
    uri = f"{path.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_BUSY_S)) as connection:
        connection.execute("PRAGMA query_only = ON")
        return _in_memory(connection)


def _in_memory(connection: sqlite3.Connection) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.backup(copy)
    except BaseException:
        copy.close()
        raise
    return copy
