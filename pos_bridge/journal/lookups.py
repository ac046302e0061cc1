"""Reading what is stored about legs and requests, in the file in use and, for older keys, in history.

A row of an older file is believed only if it commits to the key that was asked for.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from pos_bridge.domain.ledger import SALT_LENGTH, JournalHead, KnownLeg, KnownRequest
from pos_bridge.domain.leg import Cause, Flow, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.journal import months
from pos_bridge.journal.hours import hours_before
from pos_bridge.journal.row import COLUMNS, START, Row, commitment

REQUEST_HOURS = 48
UNREADABLE = (sqlite3.Error, UnicodeDecodeError)  # SQLite's messages quote a damaged schema
APPROVED = (State.CAPTURING, State.CAPTURED, State.CAPTURE_LOST, State.CASH_TAKEN)
_WORKING_COLUMNS = "key, state, cents, flow, partial, approved, cause"


class Link(NamedTuple):
    """A row of `links`: which leg of the chain a key names. `last` is its newest row, None while it is unsettled."""

    key: bytes
    leg: bytes
    salts: bytes
    last: int | None
    told: int

    def opens(self, row: Row) -> bool:
        """Whether the row commits to this key."""
        return row.leg == self.leg and row.commitment == commitment(self.salts[:SALT_LENGTH], self.key)


def link_of(connection: sqlite3.Connection, key: LegKey) -> Link | None:
    found = connection.execute("SELECT key, leg, salts, last, told FROM links WHERE key = ?", (key.raw,)).fetchone()
    return None if found is None else Link._make(found)


def row_at(connection: sqlite3.Connection, sequence: int) -> Row | None:
    query = f"SELECT {COLUMNS} FROM chain WHERE sequence = ?"  # noqa: S608 - a constant
    found = connection.execute(query, (sequence,)).fetchone()
    return None if found is None else Row._make(found)


def elsewhere(path: Path) -> Iterator[sqlite3.Connection]:
    """The other files, newest first, then those in quarantine; one that cannot be read is passed over."""
    history = [other for other in reversed(months.files(path.parent)) if other != path]
    for other in (*history, *months.set_aside(path.parent)):
        with suppress(*UNREADABLE), months.read_only(other) as connection:
            yield connection


def settled_leg(connection: sqlite3.Connection, path: Path, key: LegKey) -> tuple[Link, Row] | None:
    """The link and the newest row of a settled leg, wherever they are."""
    found = _settled_in(connection, key)
    if found is not None:
        return found
    for other in elsewhere(path):
        with suppress(*UNREADABLE):
            found = _settled_in(other, key)
        if found is not None:
            return found
    return None


def _settled_in(connection: sqlite3.Connection, key: LegKey) -> tuple[Link, Row] | None:
    link = link_of(connection, key)
    if link is None or link.last is None:
        return None
    row = row_at(connection, link.last)
    return (link, row) if row is not None and link.opens(row) else None


def find_leg(connection: sqlite3.Connection, path: Path, key: LegKey) -> KnownLeg | None:
    query = f"SELECT {_WORKING_COLUMNS} FROM working WHERE key = ?"  # noqa: S608 - a constant
    working = connection.execute(query, (key.raw,)).fetchone()
    if working is not None:
        return _working_leg(working)
    found = settled_leg(connection, path, key)
    return None if found is None else found[1].known_leg(key)


def unsettled(connection: sqlite3.Connection) -> tuple[KnownLeg, ...]:
    query = f"SELECT {_WORKING_COLUMNS} FROM working ORDER BY last"  # noqa: S608 - a constant
    return tuple(_working_leg(found) for found in connection.execute(query))


def _working_leg(working: tuple[bytes, str, int, int, int, int | None, str | None]) -> KnownLeg:
    key, state, cents, flow, partial, approved, cause = working
    return KnownLeg(
        key=LegKey.from_bytes(key),
        tender=Tender.CARD,
        state=State(state),
        amount=Amount(cents),
        partial_ok=bool(partial),
        flow=Flow(flow),
        cause=None if cause is None else Cause(cause),
        approved=None if approved is None else Amount(approved),
        due=None,
    )


def find_request(connection: sqlite3.Connection, path: Path, request: bytes, now: datetime) -> KnownRequest | None:
    query = (
        "SELECT content, key FROM requests WHERE request = ? "
        "AND ((day, hour) >= (?, ?) OR key IN (SELECT key FROM working))"
    )
    found = connection.execute(query, (request, *hours_before(now, REQUEST_HOURS))).fetchone()
    if found is None:
        return None
    content, key = found
    if key is None:
        return KnownRequest(b"", None)
    return KnownRequest(content, find_leg(connection, path, LegKey.from_bytes(key)))


def approved_untold(connection: sqlite3.Connection, path: Path, sale: bytes) -> LegKey | None:
    query = "SELECT key FROM requests JOIN links USING (key) WHERE sale = ? AND told = 0"
    for (raw,) in connection.execute(query, (sale,)).fetchall():
        key = LegKey.from_bytes(raw)
        leg = find_leg(connection, path, key)
        if leg is not None and leg.state in APPROVED:
            return key
    return None


def holds(connection: sqlite3.Connection, path: Path, sequence: int, row_hash: bytes) -> bool | None:
    """Whether row `sequence` has this hash; None when that row is in no file that we have. 0 is before all rows."""
    known = hash_at(connection, sequence)
    if known is None and sequence > newest(connection).sequence:
        return False
    others = elsewhere(path)
    while known is None and (other := next(others, None)) is not None:
        with suppress(*UNREADABLE):
            known = hash_at(other, sequence)
    if known is None and sequence == 0:
        known = START
    return None if known is None else known == row_hash


def newest(connection: sqlite3.Connection) -> JournalHead:
    """The last row of a file, or what it is anchored to."""
    last = "SELECT sequence, hash FROM chain ORDER BY sequence DESC LIMIT 1"
    found = connection.execute(last).fetchone() or connection.execute("SELECT sequence, hash FROM anchor").fetchone()
    return JournalHead(*found)


def hash_at(connection: sqlite3.Connection, sequence: int) -> bytes | None:
    query = "SELECT hash FROM chain WHERE sequence = ? UNION ALL SELECT hash FROM anchor WHERE sequence = ?"
    found = connection.execute(query, (sequence, sequence)).fetchone()
    return None if found is None else found[0]
