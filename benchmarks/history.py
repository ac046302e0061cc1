"""A journal as a till has it after six years: a million rows in 72 monthly files, with a chain that holds.

Made once, in some twenty seconds, by the journal's own schema and hashes, and kept in the bench's folder for the next
run. A run works on a copy of its newest month; the others are history that nobody writes.
"""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

from benchmarks.figures import Figure, Goal, Unit, beside, in_turn
from benchmarks.pieces import CardSales
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.journal import months, row, schema
from pos_bridge.journal.hours import business_hour
from pos_bridge.journal.journal_file import LINK_MONTHS, JournalFile
from pos_bridge.journal.lookups import INSERT_LINK
from pos_bridge.journal.row import START, Row, commitment, row_hash

MONTHS = 72
FEW = 1000
_NOW = datetime(2026, 12, 15, 14, tzinfo=UTC)  # any: a run's clock stands still there
_STEPS = ("intent", "capturing", "captured")
_CENTS = 1000


@dataclass(frozen=True, slots=True)
class History:
    """A folder of months, and a sale's key of the newest and of the oldest month that has links."""

    folder: Path
    newest: LegKey
    oldest: LegKey

    def copied(self, to: Path) -> "History":
        """The same journal, ready to be written."""
        to.mkdir()
        files = months.files(self.folder)
        for path in files[:-1]:
            _link(path, to / path.name)
        shutil.copy(files[-1], to / files[-1].name)
        return History(to, self.newest, self.oldest)

    def open(self) -> JournalFile:
        return JournalFile.open(self.folder, 1, lambda: _NOW)


def history(cache: Path, folder: Path, rows: int, rounds: int) -> list[Figure]:
    """Commit, look-up and opening of `rows` rows over six years, beside a journal of 1000 rows in one month."""
    old = kept(cache, rows, MONTHS).copied(folder / "history")
    young = kept(cache, FEW, 1).copied(folder / "young")
    named = f"at {rows:,} rows".replace(",", " ")
    what = f"the same at {FEW} rows"
    few = max(2, rounds // 20)
    opening = in_turn(few, {"old": lambda: old.open().close(), "young": lambda: young.open().close()})
    with ExitStack() as stack:
        files = old.open(), young.open()
        for file in files:
            stack.callback(file.close)
        one, other = files
        commits = in_turn(rounds, {"old": CardSales(one).step, "young": CardSales(other).step})
        finds = in_turn(rounds, {"old": _finding(one, old.newest), "young": _finding(other, young.newest)})
        far = in_turn(few, {"old": _finding(one, old.oldest), "young": _finding(other, young.oldest)})
    us = Unit.MICROSECONDS
    return [
        beside(f"journal commit {named}", us, commits, what, Goal(1.5)),
        beside(f"journal look-up {named}, this month", us, finds, what, Goal(2.5)),
        beside(f"journal look-up {named}, {LINK_MONTHS - 1} months back", us, far, what),
        beside(f"journal opened {named}", Unit.MILLISECONDS, opening, what, Goal(2.5)),
    ]


def _finding(file: JournalFile, key: LegKey) -> Callable[[], None]:
    def find() -> None:
        if file.find_leg(key) is None:
            raise RuntimeError("a sale of the made journal is not found")

    return find


# ---- making one ----


def kept(cache: Path, rows: int, over: int) -> History:
    """Made now, or found as an earlier run of the same schema left it."""
    version = hashlib.sha256(b"".join(Path(str(part.__file__)).read_bytes() for part in (schema, row))).hexdigest()
    folder = cache / f"journal-{rows}-{version[:8]}"
    if not folder.exists():
        part = folder.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        _make(part, rows, over)
        part.rename(folder)
    files = months.files(folder)
    with_links = files[-LINK_MONTHS:]
    return History(folder, _a_key(files[-1]), _a_key(with_links[0]))


def _make(folder: Path, rows: int, over: int) -> None:
    sales = rows // len(_STEPS)
    end = (0, START)
    names = list(_month_names(over))
    for at, name in enumerate(names):
        count = sales * (at + 1) // over - sales * at // over
        with months.building(folder, f"{name}.db", end) as connection:
            connection.execute(
                "PRAGMA ignore_check_constraints = ON"
            )  # our own rows; looking would take ten times as long
            end = _fill(connection, name, count, end, links=over - at <= LINK_MONTHS)
        if at + 1 < over:
            months.close_history(folder / f"{name}.db")


def _month_names(over: int) -> Iterator[str]:
    last = _NOW.year * 12 + _NOW.month - 1
    for at in range(last - over + 1, last + 1):
        yield f"{at // 12:04}-{at % 12 + 1:02}"


def _fill(
    connection: sqlite3.Connection, name: str, sales: int, end: tuple[int, bytes], *, links: bool
) -> tuple[int, bytes]:
    """So many card sales, the tip after them."""
    sequence, tip = end
    day, hour = business_hour(datetime.combine(date.fromisoformat(f"{name}-15"), _NOW.timetz()))
    chain, linked = [], []
    for _ in range(sales):
        key, leg, salts = _uuid4(), _uuid4(), os.urandom(32)
        digests = os.urandom(32 + 32 + 64)
        order, payment, signature = digests[:32], digests[32:64], digests[64:]
        committed = commitment(salts[:16], key)
        for step in _STEPS:
            approved = None if step == "intent" else _CENTS
            bound = (payment, signature) if step == "capturing" else (None, None)
            sequence += 1
            what, when = (leg, step, "sale", "card", _CENTS, None, 1, 0, approved, None), (day, hour)
            new = Row._make((sequence, *what, *when, committed, order, *bound, 1, b""))
            tip = row_hash(tip, new)
            chain.append((*new[:-1], tip))
        linked.append((key, leg, salts, sequence, 1, None))
    marks = ", ".join("?" * len(Row._fields))
    connection.executemany(f"INSERT INTO chain ({row.COLUMNS}) VALUES ({marks})", chain)  # noqa: S608 - constants
    if links:
        connection.executemany(INSERT_LINK, sorted(linked))
    return sequence, tip


def _uuid4() -> bytes:
    return UUID(bytes=os.urandom(16), version=4).bytes


def _a_key(path: Path) -> LegKey:
    with months.read_only(path) as connection:
        (raw,) = connection.execute("SELECT key FROM links LIMIT 1 OFFSET 7").fetchone()
    return LegKey.from_bytes(raw)


def _link(path: Path, to: Path) -> None:
    try:
        to.hardlink_to(path)
    except OSError:  # another disk
        shutil.copy2(path, to)
