"""The vault's file on disk: made whole, opened, and recognised as ours. Never repaired, never overwritten.

A file comes into being whole or not at all: it is built under another name, synced and renamed, after the secret of its
epoch (epoch.py). Whoever opens one for changes has its lock (lock.py), and so has whoever makes one.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag

from pos_bridge.domain.identity import VaultFault, VaultUnusableError
from pos_bridge.identity import epoch, schema
from pos_bridge.identity.keys import LENGTH, Keys, sealed, unsealed
from pos_bridge.identity.ledger_file import Ledger
from pos_bridge.identity.lock import lock_of
from pos_bridge.identity.replay import check, seen_by
from pos_bridge.identity.rows import Rows
from pos_bridge.storage.disk import make_folder, sync_file, sync_folder

_MODE = 0o600
_PART = ".part"  # one being built: worthless after a crash


def make(path: Path, key: bytes) -> None:
    """A new, empty vault. Raises VaultUnusableError where there is one, or what is left of one."""
    if not absent(path):
        raise VaultUnusableError(VaultFault.DISK)
    make_folder(path.parent)
    secret = epoch.first(path.parent)
    part = path.with_name(path.name + _PART)
    with closing(begun(part, key, secret).connection):
        pass
    sync_file(part)
    part.replace(path)


def begun(part: Path, key: bytes, secret: bytes) -> Rows:
    """A file with empty tables under a name of its own, and keys of its own. Not synced: it is worthless yet."""
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE))
    salt = os.urandom(LENGTH)
    keys = Keys.derive(key, secret, salt)
    connection = sqlite3.connect(part, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = OFF").fetchone()
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA temp_store = MEMORY")
        schema.create(connection)
        box = sealed(keys.verifier, salt, b"")
        connection.execute("INSERT INTO verifier VALUES (1, ?, ?)", (salt, box))
    except BaseException:
        connection.close()
        raise
    return Rows(connection, keys)


def opened(path: Path, key: bytes) -> Rows:
    """For the engine: write-ahead log, every commit synced, what is deleted is overwritten. Any thread may use it."""
    _make_private(path)
    connection = sqlite3.connect(_uri(path, "mode=rw"), uri=True, isolation_level=None, check_same_thread=False)
    try:
        rows = Rows(connection, _keys(connection, key, path.parent))
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON").fetchone()
        connection.execute("PRAGMA temp_store = MEMORY")
        if schema.version_of(connection) != schema.VERSION:
            schema.bring_up(connection)
        if _log(path).exists():
            sync_file(_log(path))  # what a run that was killed left there: it is told of from now on
        sync_folder(path.parent)  # its name, if it was just made
    except BaseException:
        connection.close()
        raise
    return rows


@contextmanager
def reading(path: Path, key: bytes) -> Iterator[Rows]:
    """Beside a running engine, or without one. Changes nothing that is stored."""
    lock = lock_of(path)
    lock.share_if_there()
    try:
        with _connected(path) as connection:
            rows = Rows(connection, _keys(connection, key, path.parent))
            if schema.version_of(connection) == schema.VERSION:
                seen = seen_by(rows)  # before the ledger: whoever erases now has entered it there first
                check(seen, Ledger(path.parent).entries())
            yield rows
    finally:
        lock.release()


def secret_of(path: Path, key: bytes) -> bytes:
    """The secret of the epoch that the vault is of. Raises as `opened` does."""
    with _connected(path) as connection:
        salt, box = _verifier(connection)
        return _secret(key, path.parent, salt, box)


@contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    """To read. Without a log nobody has the file open: then SQLite is told so, or it would make a log to read it."""
    mode = "mode=ro" if _log(path).exists() else "mode=ro&immutable=1"
    with closing(sqlite3.connect(_uri(path, mode), uri=True, isolation_level=None)) as connection:
        yield connection


def absent(path: Path) -> bool:
    """No vault at all. A link to nowhere is one on a disk that is not there. Raises VaultUnusableError(DAMAGED) for a
    log without its vault.
    """
    if path.exists() or path.is_symlink():
        return False
    if has_log(path):
        raise VaultUnusableError(VaultFault.DAMAGED)
    return True


def has_log(path: Path) -> bool:
    """Whether something lies in the write-ahead log."""
    log = _log(path)
    return log.exists() and log.stat().st_size > 0


def _keys(connection: sqlite3.Connection, key: bytes, folder: Path) -> Keys:
    """Raises VaultUnusableError for a file that is not ours, or not of this key."""
    salt, box = _verifier(connection)
    return Keys.derive(key, _secret(key, folder, salt, box), salt)


def _verifier(connection: sqlite3.Connection) -> tuple[bytes, bytes]:
    if connection.execute("PRAGMA application_id").fetchone() != (schema.APPLICATION_ID,):
        raise VaultUnusableError(VaultFault.DAMAGED)
    if connection.execute("PRAGMA user_version").fetchone()[0] > schema.VERSION:
        raise VaultUnusableError(VaultFault.NEWER)
    if schema.version_of(connection) is None:
        raise VaultUnusableError(VaultFault.DAMAGED)
    found = connection.execute("SELECT salt, box FROM verifier").fetchone()
    if found is None:
        raise VaultUnusableError(VaultFault.DAMAGED)
    return found[0], found[1]


def _secret(key: bytes, folder: Path, salt: bytes, box: bytes) -> bytes:
    for secret in epoch.candidates(folder):
        with suppress(InvalidTag), unsealed(Keys.derive(key, secret, salt).verifier, salt, box):
            return secret
    raise VaultUnusableError(VaultFault.WRONG_KEY)


def _make_private(path: Path) -> None:
    """The file, as a restore may have left it, and before SQLite makes its log and index after the same pattern."""
    beside = (path.with_name(name) for name in (epoch.NAME, epoch.NEXT))
    for each in (path, _log(path), path.with_name(path.name + "-shm"), *beside):
        if each.is_file() and each.stat().st_mode & 0o777 != _MODE:
            each.chmod(_MODE)


def _log(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _uri(path: Path, options: str) -> str:
    return f"{path.absolute().as_uri()}?{options}"
