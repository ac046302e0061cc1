"""The durable ledger: SQLite, write-ahead log, every commit synced. It stores entries and judges nothing.

Used from one thread. What a transaction wrote is on disk when the `with` that holds it ends without an error.
"""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import Self

from hw_sim.processor.facts import ChipWord, Entry, EntryMode, Head, Kind, Money, No, Refusal, State
from hw_sim.processor.folder import Till
from hw_sim.processor.mark import Mark

_BUSY_MS = 30_000
_FENCE_JUMP = 2**40
_VERSION = 3
_SCHEMA = """
CREATE TABLE IF NOT EXISTS ledger (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    epoch INTEGER NOT NULL,
    commits INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS till (
    name TEXT PRIMARY KEY,
    fence INTEGER NOT NULL,
    head_sequence INTEGER NOT NULL,
    head_hash BLOB NOT NULL CHECK (length(head_hash) = 32)
) STRICT;
CREATE TABLE IF NOT EXISTS entry (
    arrival INTEGER PRIMARY KEY AUTOINCREMENT,
    merchant TEXT NOT NULL,
    till TEXT NOT NULL,
    key BLOB NOT NULL CHECK (length(key) = 16),
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    request BLOB,
    asked_cents INTEGER,
    currency INTEGER,
    approved_cents INTEGER,
    captured_cents INTEGER,
    code INTEGER,
    no INTEGER,
    refusal INTEGER,
    sale_key BLOB,
    card TEXT,
    entry_mode INTEGER,
    order_digest BLOB,
    chip_code BLOB,
    chip_authentication BLOB,
    chip_scripts BLOB,
    began_ms INTEGER NOT NULL,
    lapsed INTEGER NOT NULL,
    settled INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    UNIQUE (merchant, key)
) STRICT;
CREATE TABLE IF NOT EXISTS used_ksn (
    ksn BLOB PRIMARY KEY CHECK (length(ksn) IN (10, 12))
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS chip_counter (
    card TEXT PRIMARY KEY,
    counter INTEGER NOT NULL CHECK (counter BETWEEN 0 AND 65535)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS refund ON entry (merchant, sale_key) WHERE sale_key IS NOT NULL;
"""
_COLUMNS = (
    "key, kind, state, request, asked_cents, currency, approved_cents, captured_cents, code, no, refusal, sale_key, "
    "card, entry_mode, order_digest, chip_code, chip_authentication, chip_scripts, began_ms, lapsed, settled, ended"
)


class OtherVersionError(Exception):
    """The file was made by another version of this program."""


class Ledger:
    """Raises OtherVersionError. A file that was replaced by an older one gets another epoch when it is opened."""

    def __init__(self, file: Path) -> None:
        self._mark = Mark(file.with_suffix(".mark"))
        self._db = sqlite3.connect(file, isolation_level=None, timeout=_BUSY_MS / 1000)
        try:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._check_version(file)
            with self.transaction():
                self._db.execute(f"PRAGMA user_version = {_VERSION}")
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    self._db.execute(statement)
                # A ledger that was deleted gets another epoch by itself: epochs are drawn, not counted.
                self._db.execute("INSERT OR IGNORE INTO ledger VALUES (1, ?, 0)", (_drawn_epoch(),))
                self._notice_a_backup()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._db.close()
        self._mark.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            commits = self._db.execute("UPDATE ledger SET commits = commits + 1 RETURNING commits").fetchone()[0]
            self._db.execute("COMMIT")  # within: a commit that fails must not leave its transaction open
        except BaseException:
            self._db.rollback()
            raise
        self._mark.note(commits)

    def _check_version(self, file: Path) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version != _VERSION and self._db.execute("SELECT 1 FROM sqlite_schema").fetchone():
            raise OtherVersionError(file)

    def _notice_a_backup(self) -> None:
        made = self._mark.commits()
        if self._db.execute("SELECT commits FROM ledger").fetchone()[0] < made:
            self.renew_epoch()
            self._db.execute("UPDATE ledger SET commits = ?", (made,))
            # Numbers that were given out since the backup must not be given out, or be in force, again.
            self._db.execute("UPDATE till SET fence = fence + ?", (1 + secrets.randbelow(_FENCE_JUMP),))

    # ---- the ledger as a whole ----

    def epoch(self) -> int:
        return int(self._db.execute("SELECT epoch FROM ledger").fetchone()[0])

    def renew_epoch(self) -> None:
        """Say that this ledger was restored: from now on a till must not trust "not seen"."""
        self._db.execute("UPDATE ledger SET epoch = ?", (_drawn_epoch(),))

    # ---- tills ----

    def fence(self, till: str) -> int:
        """The till's fencing number; 0 before its first session."""
        row = self._db.execute("SELECT fence FROM till WHERE name = ?", (till,)).fetchone()
        return int(row[0]) if row else 0

    def raise_fence(self, till: str) -> int:
        self._db.execute(
            "INSERT INTO till VALUES (?, 1, 0, zeroblob(32)) ON CONFLICT DO UPDATE SET fence = fence + 1", (till,)
        )
        return self.fence(till)

    def last_seen(self, till: str) -> Head:
        row = self._db.execute("SELECT head_sequence, head_hash FROM till WHERE name = ?", (till,)).fetchone()
        return Head(row[0], row[1]) if row else Head()

    def see(self, till: str, head: Head) -> None:
        """Remember the newest journal row shown: an older one, as a restored journal shows, does not replace it."""
        self._db.execute(
            "UPDATE till SET head_sequence = ?1, head_hash = ?2 WHERE name = ?3 AND head_sequence < ?1",
            (head.sequence, head.hash, till),
        )

    # ---- encrypting readers ----

    def use_ksn(self, ksn: bytes) -> bool:
        """Note that a reader's key serial number was used. False: it was, already."""
        return self._db.execute("INSERT OR IGNORE INTO used_ksn VALUES (?)", (ksn,)).rowcount == 1

    # ---- chips ----

    def counter(self, card: str) -> int:
        """The highest transaction counter (ATC) that a published card's chip has shown; 0 before its first."""
        row = self._db.execute("SELECT counter FROM chip_counter WHERE card = ?", (card,)).fetchone()
        return int(row[0]) if row else 0

    def see_counter(self, card: str, counter: int) -> None:
        self._db.execute(
            "INSERT INTO chip_counter VALUES (?, ?) ON CONFLICT DO UPDATE SET counter = max(counter, excluded.counter)",
            (card, counter),
        )

    # ---- entries ----

    def find(self, merchant: str, key: bytes) -> Entry | None:
        row = self._db.execute(
            f"SELECT {_COLUMNS} FROM entry WHERE merchant = ? AND key = ?",  # noqa: S608 - our own column names
            (merchant, key),
        ).fetchone()
        return _entry(row) if row else None

    def refunded_cents(self, merchant: str, sale_key: bytes) -> int:
        """What was given back of a sale so far, reversed refunds not counted."""
        row = self._db.execute(
            "SELECT coalesce(sum(approved_cents), 0) FROM entry WHERE merchant = ? AND sale_key = ? AND state = ?",
            (merchant, sale_key, State.REFUNDED.value),
        ).fetchone()
        return int(row[0])

    def keep(self, till: Till, entry: Entry) -> None:
        """Insert an entry, or replace what is held about its key; the till it is of and its order of arrival stay."""
        values = _values(entry)
        columns = _COLUMNS.split(", ")
        changes = ", ".join(f"{column} = excluded.{column}" for column in columns)
        self._db.execute(
            f"INSERT INTO entry (merchant, till, {_COLUMNS}) VALUES (?, ?{', ?' * len(columns)}) "  # noqa: S608 - our own column names
            f"ON CONFLICT (merchant, key) DO UPDATE SET {changes}",
            (till.merchant, till.name, *values),
        )

    def of_till(self, till: Till, from_ms: int, after: bytes | None, limit: int) -> list[Entry] | None:
        """A till's entries in order of arrival, behind a key of its own; tombstones left out. None: no such key."""
        behind = 0
        if after is not None:
            found = self._db.execute(
                "SELECT arrival FROM entry WHERE merchant = ? AND till = ? AND key = ?",
                (till.merchant, till.name, after),
            ).fetchone()
            if found is None:
                return None
            behind = found[0]
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM entry WHERE merchant = ? AND till = ? AND began_ms >= ? AND arrival > ? "  # noqa: S608 - our own column names
            "AND state <> ? ORDER BY arrival LIMIT ?",
            (till.merchant, till.name, from_ms, behind, State.TOMBSTONE.value, limit),
        )
        return [_entry(row) for row in rows]

    def entries(self) -> list[Entry]:
        """All entries of all merchants in order of arrival."""
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM entry ORDER BY arrival")  # noqa: S608 - our own column names
        return [_entry(row) for row in rows]

    def settle(self) -> None:
        """Close the batch: what is captured or refunded can no longer be reversed."""
        self._db.execute(
            "UPDATE entry SET settled = 1 WHERE state IN (?, ?)", (State.CAPTURED.value, State.REFUNDED.value)
        )

    def lapse(self) -> None:
        """Let every hold that is not captured run out."""
        self._db.execute("UPDATE entry SET lapsed = 1 WHERE state = ?", (State.AUTHORISED.value,))


def _drawn_epoch() -> int:
    return 1 + secrets.randbelow(2**53)


def _values(entry: Entry) -> tuple[object, ...]:
    asked = entry.asked
    return (
        entry.key,
        entry.kind.value,
        entry.state.value,
        entry.request,
        asked.cents if asked else None,
        asked.currency if asked else None,
        entry.approved_cents,
        entry.captured_cents,
        entry.code,
        entry.no.value if entry.no else None,
        entry.refusal.value if entry.refusal else None,
        entry.sale_key,
        entry.card,
        entry.entry_mode.value if entry.entry_mode else None,
        entry.order_digest,
        *(astuple(entry.chip) if entry.chip else (None, None, None)),
        entry.began_ms,
        int(entry.lapsed),
        int(entry.settled),
        int(entry.ended),
    )


def _entry(row: tuple[object, ...]) -> Entry:
    names = _COLUMNS.split(", ")
    held = dict(zip(names, row, strict=True))
    cents, currency = held.pop("asked_cents"), held.pop("currency")
    chip = tuple(held.pop(name) for name in ("chip_code", "chip_authentication", "chip_scripts"))
    held["chip"] = None if chip[0] is None else ChipWord(*chip)  # type: ignore[arg-type] # three BLOBs
    held["kind"], held["state"] = Kind(held["kind"]), State(held["state"])
    held["no"] = None if held["no"] is None else No(held["no"])
    held["refusal"] = None if held["refusal"] is None else Refusal(held["refusal"])
    held["entry_mode"] = None if held["entry_mode"] is None else EntryMode(held["entry_mode"])
    held |= {name: bool(held[name]) for name in ("lapsed", "settled", "ended")}
    held["asked"] = Money(cents, currency) if isinstance(cents, int) and isinstance(currency, int) else None
    return Entry(**held)  # type: ignore[arg-type]  # STRICT tables give the types of the columns
