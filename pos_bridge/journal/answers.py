"""The answers file: what a till must be able to ask again for 48 h, encrypted under a key of the day.

Nothing in it can be read, or matched with a till's request, once the day's key is destroyed: rows are found by
HMAC(day key, request), their content is AES-256-GCM with the request as associated data. It holds no money's truth:
a lost or damaged file, row or key means *nothing to recall*, and a failing disk never stops a sale. Not in backups.
"""

import hashlib
import hmac
import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pos_bridge.domain.ledger import DIGEST_LENGTH
from pos_bridge.journal.day_keys import DayKeys
from pos_bridge.journal.hours import DAY_CEILING, DAY_FLOOR, hours_before, universal_hour
from pos_bridge.storage.worker import REST_S, Job, Worker

HOURS_KEPT = 48
MAX_CONTENT = 64 * 1024
_NONCE, _TAG = 12, 16
_CONTENT, _LAST = b"answer", b"last"
_FAILURES = (sqlite3.Error, OSError, InvalidTag, ValueError)
# Of the disk, and passing; whatever else SQLite says is about a damaged file.
_DISK = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM}
_TABLE = f"""
CREATE TABLE IF NOT EXISTS answers (
    name BLOB PRIMARY KEY CHECK (length(name) = {DIGEST_LENGTH}),
    day INTEGER NOT NULL CHECK (day BETWEEN {DAY_FLOOR} AND {DAY_CEILING}),
    hour INTEGER NOT NULL CHECK (hour BETWEEN 0 AND 23),
    box BLOB NOT NULL CHECK (length(box) BETWEEN {_NONCE + _TAG} AND {_NONCE + MAX_CONTENT + _TAG})
) STRICT, WITHOUT ROWID
"""


class AnswersFile:
    """`<folder>/answers.db` and its keys, for one thread. No method raises for what a disk or a file does.

    `troubles` counts what could not be kept or read, for a health page. `clock` gives the local time.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._clock = clock
        self._keys = DayKeys(folder)
        self._connection: sqlite3.Connection | None = None
        self._hour = (0, 0)
        self.troubles = 0

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()

    def keep(self, request: bytes, poi: bytes, content: bytes) -> None:
        """Keep `content` for `request`, and `request` as the newest of `poi`. Raises ValueError over 64 KiB."""
        if len(content) > MAX_CONTENT:
            raise ValueError("an answer has at most 64 KiB")
        try:
            self.rest()
            day, hour = universal_hour(self._clock())
            key = self._keys.made(day)
            connection = self._connected()
            connection.execute("BEGIN IMMEDIATE")
            for kind, name, kept in ((_CONTENT, request, content), (_LAST, poi, request)):
                nonce = os.urandom(_NONCE)
                box = nonce + AESGCM(key).encrypt(nonce, kept, kind + name)
                values = (_row_name(key, kind, name), day, hour, box)
                connection.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)", values)
            connection.execute("COMMIT")
        except _FAILURES as error:
            self._trouble(error)

    def recall(self, request: bytes) -> bytes | None:
        return self._find(_CONTENT, request)

    def last(self, poi: bytes) -> bytes | None:
        return self._find(_LAST, poi)

    def rest(self) -> None:
        """At each turn of an hour: forget what is 48 h old, destroy keys that are 72 h old.

        And make a day's key the day before: the time of its file would tell when that day's first sale was.
        """
        now = self._clock()
        if universal_hour(now) == self._hour:
            return
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            day, _ = universal_hour(now)
            self._keys.destroy_old(day)
            self._keys.made(day)
            self._keys.made(day + 1)
            connection = self._connected()
            connection.execute("DELETE FROM answers WHERE (day, hour) < (?, ?)", hours_before(now, HOURS_KEPT))
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._hour = universal_hour(now)
        except _FAILURES as error:
            self._trouble(error)

    def _find(self, kind: bytes, name: bytes) -> bytes | None:
        self.rest()
        oldest = hours_before(self._clock(), HOURS_KEPT)
        query = "SELECT box FROM answers WHERE name = ? AND (day, hour) >= (?, ?)"
        try:
            for _, key in self._keys.living():
                found = self._connected().execute(query, (_row_name(key, kind, name), *oldest)).fetchone()
                if found is not None:
                    box: bytes = found[0]
                    return AESGCM(key).decrypt(box[:_NONCE], box[_NONCE:], kind + name)
        except _FAILURES as error:
            self._trouble(error)
        return None

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._folder / "answers.db"
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._connection.execute("PRAGMA journal_mode = WAL").fetchone()
            self._connection.execute("PRAGMA synchronous = NORMAL")  # not worth a sync: the journal holds the truth
            self._connection.execute("PRAGMA secure_delete = ON").fetchone()
            self._connection.execute(_TABLE)
        return self._connection

    def _trouble(self, error: BaseException) -> None:
        self.troubles += 1
        connection = self._connection
        with suppress(sqlite3.Error):
            if connection is not None and connection.in_transaction:
                connection.execute("ROLLBACK")
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL or isinstance(error, (OSError, InvalidTag)):
            return
        self.close()
        if code not in _DISK:
            for suffix in ("-wal", "-shm", ""):  # nothing to recall: begin again
                with suppress(OSError):
                    (self._folder / f"answers.db{suffix}").unlink(missing_ok=True)


class Answers:
    """pos_api.ports.Answers on a thread of its own."""

    def __init__(self, file: AnswersFile, rest_s: float = REST_S) -> None:
        self._file = file
        self._worker = Worker("answers", _work, file.rest, rest_s)

    @classmethod
    def open(cls, folder: Path, clock: Callable[[], datetime]) -> Self:
        """Never fails: what cannot be opened is opened when it can be. Now if it can: no sale sets a file's time."""
        file = AnswersFile(folder, clock)
        file.rest()
        return cls(file)

    def close(self) -> None:
        """Blocking, idempotent."""
        self._worker.close()
        self._file.close()

    async def keep(self, request: bytes, poi: bytes, content: bytes) -> None:
        await self._worker.ask(partial(self._file.keep, request, poi, content))

    async def recall(self, request: bytes) -> bytes | None:
        return await self._worker.ask(partial(self._file.recall, request))

    async def last(self, poi: bytes) -> bytes | None:
        return await self._worker.ask(partial(self._file.last, poi))

    @property
    def troubles(self) -> int:
        """How often something could not be kept or recalled."""
        return self._file.troubles


def _row_name(key: bytes, kind: bytes, name: bytes) -> bytes:
    return hmac.digest(key, kind + name, hashlib.sha256)


def _work(jobs: list[Job]) -> list[object]:
    outcomes: list[object] = []
    for job in jobs:
        try:
            outcomes.append(job.call())
        except Exception as error:  # noqa: BLE001 - handed to whoever asked
            outcomes.append(error)
    return outcomes
