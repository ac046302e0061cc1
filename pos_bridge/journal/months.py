"""The journal's files: one a month, `YYYY-MM.db`, the newest one in use, the older ones read-only history.

A new file comes into being whole or not at all: it is built under another name, synced, and renamed. Everything here
may be interrupted at any line and is finished at the next start.
"""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from pos_bridge.journal import schema
from pos_bridge.storage.disk import sync_file, sync_folder, write_and_close

QUARANTINE = "quarantine"
_NAME = re.compile(r"\d{4}-\d{2}\.db")
_NEXT = ".next"  # a complete file that replaces a quarantined one
_PART = ".part"  # one being built: worthless after a crash
_SIDECARS = ("-wal", "-shm", "-journal")
CURRENT_MODE, HISTORY_MODE = 0o600, 0o400


def files(folder: Path) -> list[Path]:
    """The months there are, oldest first."""
    return sorted(path for path in folder.glob("*.db") if _NAME.fullmatch(path.name))


def set_aside(folder: Path) -> list[Path]:
    """The files in quarantine, oldest first."""
    return sorted((folder / QUARANTINE).glob("*.db"))


def connect(path: Path) -> sqlite3.Connection:
    """The file in use: write-ahead log, every commit synced, what is deleted is overwritten. Any thread may use it.

    A run that was killed may have left a commit that it did not sync: it is synced before anybody is told of it.
    """
    connection = sqlite3.connect(_uri(path, "mode=rw"), uri=True, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON").fetchone()
        connection.execute("PRAGMA wal_autocheckpoint = 0").fetchone()  # JournalFile chooses when
        connection.execute("PRAGMA temp_store = MEMORY")
        log = Path(f"{path}-wal")
        if log.exists():
            sync_file(log)
            sync_folder(path.parent)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """A reader beside the engine, or of history. Never changes a stored byte, and makes no file where there is none."""
    mode = "mode=ro"
    if not Path(f"{path}-wal").exists() and (_has_log_mode(path) or not os.access(path.parent, os.W_OK)):
        mode += "&immutable=1"  # nobody writes, and a log and its index would be made, or could not be, only to read
    with closing(sqlite3.connect(_uri(path, mode), uri=True, isolation_level=None)) as connection:
        yield connection


def _has_log_mode(path: Path) -> bool:
    """By its header's write version (SQLite's file format, 1.3.2). False for what cannot be read: SQLite says why."""
    with suppress(OSError), path.open("rb") as file:
        return file.read(19)[18:] == b"\x02"
    return False


@contextmanager
def building(
    folder: Path, name: str, anchor: tuple[int, bytes], *, replacing: bool = False
) -> Iterator[sqlite3.Connection]:
    """Build the file `name`, anchored to (sequence, hash); it appears when the block ends well.

    With `replacing` a damaged file of that name is moved to quarantine in between.
    """
    part = folder / (name + _PART)
    with _drafted(part, folder) as connection:
        connection.execute("INSERT INTO anchor VALUES (1, ?, ?)", anchor)
        for table, row in schema.FIRST_ROWS.items():
            connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608 - constants
        yield connection
    if replacing:
        part.replace(folder / (name + _NEXT))
        sync_folder(folder)
        put_in_place(folder)
    else:
        part.replace(folder / name)
        try:
            sync_folder(folder)
        except OSError:
            (folder / name).unlink()  # the file before goes on: what it gets from now on is not in this one
            raise


@contextmanager
def rewriting(path: Path) -> Iterator[tuple[Path, sqlite3.Connection]]:
    """Build what will take the place of the file `path`, with tables that are empty; it is synced when the block ends.

    It does not take that place by itself (`renewal`): where it lies meanwhile, and it. Whose it is stays so.
    """
    part = path.with_name(path.name + _PART)
    with _drafted(part, path) as connection:
        yield part, connection


@contextmanager
def _drafted(part: Path, of: Path) -> Iterator[sqlite3.Connection]:
    """One transaction in a new file of this name, synced once the block has ended; whose `of` is, if root makes it.

    It is built in memory and written through the descriptor that it was made with: its folder is the engine's, and
    SQLite would follow a link that is put in the way of root.
    """
    _forget(part)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, CURRENT_MODE)
    try:
        if os.geteuid() == 0:
            owner = of.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            schema.create(connection)
            connection.execute("BEGIN")
            yield connection
            connection.execute("COMMIT")
            content = connection.serialize()
    except BaseException:
        os.close(descriptor)
        raise
    write_and_close(descriptor, content)


def put_in_place(folder: Path) -> None:
    """Finish what a crash left: throw away half-built files, complete a replacement, undo what changed an old month."""
    for part in folder.glob(f"*.db{_PART}*"):
        part.unlink()
    for ready in folder.glob(f"*.db{_NEXT}"):
        in_the_way = ready.with_name(ready.name.removesuffix(_NEXT))
        to_quarantine(in_the_way)
        ready.replace(in_the_way)
        sync_folder(folder)
    for path in files(folder):
        if Path(f"{path}-journal").exists():
            _undo_interrupted(path)


def forget_draft(path: Path) -> None:
    """What was built for the file `path` and did not come into its place."""
    _forget(path.with_name(path.name + _PART))


def to_quarantine(path: Path) -> None:
    """Move a file whole, its log first: a log left behind would be taken for that of the file's successor."""
    away = path.parent / QUARANTINE
    if not away.exists():
        away.mkdir(mode=0o700)
        if os.geteuid() == 0:  # for the engine, and for backups that its user makes
            owner = path.parent.stat()
            os.chown(away, owner.st_uid, owner.st_gid, follow_symlinks=False)
    # A move that was interrupted goes on under the name it began with.
    target = away / path.name
    attempt = 1
    while target.exists():
        attempt += 1
        target = away / f"{path.stem}.{attempt}.db"
    for suffix in (*_SIDECARS, ""):
        source = Path(f"{path}{suffix}")
        if source.exists():
            source.replace(f"{target}{suffix}")
    sync_folder(away)
    sync_folder(path.parent)


def close_history(path: Path) -> None:
    """Turn last month's file into history: nothing exact or unsettled stays in it, and nobody writes to it."""
    if path.stat().st_mode & 0o777 == HISTORY_MODE:
        return
    with closing(connect(path)) as connection:
        for table in ("working", "requests", "parts", "baskets"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - constants
        connection.execute("DELETE FROM days WHERE request IS NOT NULL")  # the file after has them
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    path.chmod(HISTORY_MODE)


def forget_links(path: Path) -> None:
    """After the refund window: from here on nothing leads from a sale of this month to the processor."""
    with read_only(path) as connection:
        if connection.execute("SELECT count(*) FROM links").fetchone() == (0,):
            return
    path.chmod(CURRENT_MODE)
    with closing(connect(path)) as connection:
        connection.execute("DELETE FROM links")
    close_history(path)


def rename(path: Path, name: str) -> Path:
    """Where it is then: where it was, if somebody has it open or did not close it, or something lies at that name.

    Raises OSError.
    """
    there = path.with_name(f"{name}.db")
    beside = [Path(f"{path}{suffix}") for suffix in _SIDECARS]
    sync_folder(path.parent)  # a log that a cut of the power brings back would be taken for that of nobody
    if any(each.exists() for each in (*beside, there, *(Path(f"{there}{suffix}") for suffix in _SIDECARS))):
        return path
    path.replace(there)
    try:
        sync_folder(path.parent)
        if not any(each.exists() for each in beside):  # SQLite makes them for a file of that name alone
            return there
    except OSError:  # both names are as good, and whoever opens it syncs that which it has
        pass
    with suppress(OSError):
        there.replace(path)
        return path
    return there


def after(name: str) -> str:
    """The month after, of a name YYYY-MM."""
    year, month = divmod(int(name[:4]) * 12 + int(name[5:]), 12)
    return f"{year:04}-{month + 1:02}"


def months_between(older: str, newer: str) -> int:
    """Of two names YYYY-MM."""
    return (int(newer[:4]) - int(older[:4])) * 12 + int(newer[5:]) - int(older[5:])


def _uri(path: Path, options: str) -> str:
    return f"{path.absolute().as_uri()}?{options}"


def _undo_interrupted(path: Path) -> None:
    """SQLite does it by itself for whoever may write, and shows the file to no reader before."""
    path.chmod(CURRENT_MODE)
    with suppress(sqlite3.Error), closing(sqlite3.connect(_uri(path, "mode=rw"), uri=True)) as connection:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()


def _forget(path: Path) -> None:
    for suffix in ("", *_SIDECARS):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
