"""The durable ledger: SQLite, write-ahead log, every commit synced. It stores entries and judges nothing.

Used from one thread. What a transaction wrote is on disk when the `with` that holds it ends without an error.
"""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from hw_sim.processor.facts import Entry, EntryMode, Head, Kind, Money, No, State

_BUSY_MS = 30_000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS ledger (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    epoch INTEGER NOT NULL
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
    sale_key BLOB,
    card TEXT,
    entry_mode INTEGER,
    order_digest BLOB,
    began_ms INTEGER NOT NULL,
    settled INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    UNIQUE (merchant, key)
) STRICT;
CREATE TABLE IF NOT EXISTS used_ksn (
    ksn BLOB PRIMARY KEY CHECK (length(ksn) IN (10, 12))
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS refund ON entry (merchant, sale_key) WHERE sale_key IS NOT NULL;
"""
_COLUMNS = (
    "key, kind, state, request, asked_cents, currency, approved_cents, captured_cents, code, no, sale_key, card, "
    "entry_mode, order_digest, began_ms, settled, ended"
)


class Ledger:
    def __init__(self, file: Path) -> None:
        self._db = sqlite3.connect(file, isolation_level=None, timeout=_BUSY_MS / 1000)
        try:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            with self.transaction():
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    self._db.execute(statement)
                # A ledger that was replaced gets another epoch by itself: epochs are drawn, not counted.
                self._db.execute("INSERT OR IGNORE INTO ledger VALUES (1, ?)", (_drawn_epoch(),))
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")  # within: a commit that fails must not leave its transaction open
        except BaseException:
            self._db.rollback()
            raise

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

    def keep(self, merchant: str, entry: Entry) -> None:
        """Insert an entry, or replace what is held about its key; its place in the order of arrival stays."""
        values = _values(entry)
        columns = _COLUMNS.split(", ")
        changes = ", ".join(f"{column} = excluded.{column}" for column in columns)
        self._db.execute(
            f"INSERT INTO entry (merchant, {_COLUMNS}) VALUES (?{', ?' * len(columns)}) "  # noqa: S608 - our own column names
            f"ON CONFLICT (merchant, key) DO UPDATE SET {changes}",
            (merchant, *values),
        )

    def entries(self) -> list[Entry]:
        """All entries of all merchants in order of arrival."""
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM entry ORDER BY arrival")  # noqa: S608 - our own column names
        return [_entry(row) for row in rows]

    def settle(self) -> None:
        """Close the batch: what is captured or refunded can no longer be reversed."""
        self._db.execute(
            "UPDATE entry SET settled = 1 WHERE state IN (?, ?)", (State.CAPTURED.value, State.REFUNDED.value)
        )

    def age_authorisations(self, began_ms: int) -> None:
        """Make every hold that is not captured as old as this."""
        self._db.execute("UPDATE entry SET began_ms = ? WHERE state = ?", (began_ms, State.AUTHORISED.value))


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
        entry.sale_key,
        entry.card,
        entry.entry_mode.value if entry.entry_mode else None,
        entry.order_digest,
        entry.began_ms,
        int(entry.settled),
        int(entry.ended),
    )


def _entry(row: tuple[object, ...]) -> Entry:
    names = _COLUMNS.split(", ")
    held = dict(zip(names, row, strict=True))
    cents, currency = held.pop("asked_cents"), held.pop("currency")
    held["kind"], held["state"] = Kind(held["kind"]), State(held["state"])
    held["no"] = None if held["no"] is None else No(held["no"])
    held["entry_mode"] = None if held["entry_mode"] is None else EntryMode(held["entry_mode"])
    held["settled"], held["ended"] = bool(held["settled"]), bool(held["ended"])
    held["asked"] = Money(cents, currency) if isinstance(cents, int) and isinstance(currency, int) else None
    return Entry(**held)  # type: ignore[arg-type]  # STRICT tables give the types of the columns
