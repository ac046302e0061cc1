"""Reading what is stored about legs, in the file in use and, for older keys, in history.

A row of an older file is believed only if it commits to the key that was asked for.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pos_bridge.domain.access import Recorded
from pos_bridge.domain.ledger import SALT_LENGTH, JournalHead, KnownLeg
from pos_bridge.domain.leg import PAID_STATES, REFUNDED_STATES, Kind, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.journal import months, working
from pos_bridge.journal.hours import as_date
from pos_bridge.journal.row import COLUMNS, START, Row, commitment

UNREADABLE = (sqlite3.Error, UnicodeDecodeError)  # SQLite's messages quote a damaged schema
MOVED = PAID_STATES | REFUNDED_STATES  # an answer that the till must collect
INSERT_LINK = "INSERT INTO links VALUES (?, ?, ?, ?, ?, ?)"


class Link(NamedTuple):
    """A row of `links`: which leg of the chain a key names. `last` is its newest row, None while it is unsettled.

    `sale_key` is the sale that a refund is of.
    """

    key: bytes
    leg: bytes
    salts: bytes
    last: int | None
    told: int
    sale_key: bytes | None

    def opens(self, row: Row) -> bool:
        """Whether the row commits to this key, and to that of the sale."""
        return row.leg == self.leg and row.commitment == commitment(self.salts[:SALT_LENGTH], self.key, self.sale_key)

    @property
    def sale(self) -> LegKey | None:
        return None if self.sale_key is None else LegKey.from_bytes(self.sale_key)


def link_of(connection: sqlite3.Connection, key: LegKey) -> Link | None:
    found = connection.execute("SELECT * FROM links WHERE key = ?", (key.raw,)).fetchone()
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
    at_work = working.find(connection, key)
    if at_work is not None:
        return at_work.known_leg()
    found = settled_leg(connection, path, key)
    if found is None:
        return None
    link, row = found
    return row.known_leg(key, link.sale)


def recorded(connection: sqlite3.Connection, path: Path, key: LegKey) -> Recorded | None:
    """Of the newest row of a leg: day and hour, as they stand there."""
    at_work = working.find(connection, key)
    if at_work is None:
        found = settled_leg(connection, path, key)
        row = None if found is None else found[1]
    else:
        row = _row_anywhere(connection, path, at_work.last)
    return None if row is None else Recorded(as_date(row.day), row.hour)


def _row_anywhere(connection: sqlite3.Connection, path: Path, sequence: int) -> Row | None:
    row = row_at(connection, sequence)
    others = elsewhere(path)
    while row is None and (other := next(others, None)) is not None:
        with suppress(*UNREADABLE):
            row = row_at(other, sequence)
    return row


def unsettled(connection: sqlite3.Connection) -> tuple[KnownLeg, ...]:
    return tuple(leg.known_leg() for leg in working.every(connection))


def refunds_of(connection: sqlite3.Connection, path: Path, sale: LegKey) -> tuple[KnownLeg, ...]:
    """In the order in which they were found; each once, as it stands now."""
    keys = dict.fromkeys(_refund_keys(connection, sale))
    for other in elsewhere(path):
        with suppress(*UNREADABLE):
            keys.update(dict.fromkeys(_refund_keys(other, sale)))
    legs = (find_leg(connection, path, LegKey.from_bytes(key)) for key in keys)
    return tuple(leg for leg in legs if leg is not None and leg.sale_key == sale)


def _refund_keys(connection: sqlite3.Connection, sale: LegKey) -> list[bytes]:
    query = "SELECT key FROM links WHERE sale_key = ?"
    return [key for (key,) in connection.execute(query, (sale.raw,))]


def is_untold(connection: sqlite3.Connection, path: Path, key: LegKey) -> bool:
    """Whether money moved for this leg and the till has not collected the answer."""
    leg = find_leg(connection, path, key)
    return leg is not None and _may_be_untold(connection, key, leg)


def may_be_untold(connection: sqlite3.Connection, path: Path, key: LegKey) -> bool:
    """The same, and also where what became of the leg cannot be read: then it must not be forgotten."""
    return _may_be_untold(connection, key, find_leg(connection, path, key))


def _may_be_untold(connection: sqlite3.Connection, key: LegKey, leg: KnownLeg | None) -> bool:
    link = link_of(connection, key)
    return link is not None and not link.told and (leg is None or leg.state in MOVED)


def holds(connection: sqlite3.Connection, path: Path, head: JournalHead) -> bool | None:
    """Whether that row has that hash; None when that row is in no file that we have. 0 is before all rows."""
    known = hash_at(connection, head.sequence)
    if known is None and head.sequence > newest(connection).sequence:
        return False
    others = elsewhere(path)
    while known is None and (other := next(others, None)) is not None:
        with suppress(*UNREADABLE):
            known = hash_at(other, head.sequence)
    if known is None and head.sequence == 0:
        known = START
    return None if known is None else known == head.hash


def cash_refunded_since(connection: sqlite3.Connection, row: bytes) -> bool:
    """Whether cash was given back behind the row of that hash. True as well where this month's file has no such row:
    one that was set aside, put back from a backup or begun meanwhile may have lost what was behind it.
    """
    newest_first = "SELECT hash, tender, kind FROM chain ORDER BY sequence DESC"
    for found, tender, kind in connection.execute(newest_first):
        if found == row:
            return False
        if (tender, kind) == (Tender.CASH.value, Kind.REFUND.value):
            return True
    return True


def newest(connection: sqlite3.Connection) -> JournalHead:
    """The last row of a file, or what it is anchored to."""
    last = "SELECT sequence, hash FROM chain ORDER BY sequence DESC LIMIT 1"
    found = connection.execute(last).fetchone() or connection.execute("SELECT sequence, hash FROM anchor").fetchone()
    return JournalHead(*found)


def hash_at(connection: sqlite3.Connection, sequence: int) -> bytes | None:
    query = "SELECT hash FROM chain WHERE sequence = ? UNION ALL SELECT hash FROM anchor WHERE sequence = ?"
    found = connection.execute(query, (sequence, sequence)).fetchone()
    return None if found is None else found[0]
