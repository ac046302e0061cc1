"""What tills asked, as keyed hashes, for 48 h: so that asking again never moves money again.

Longer only where forgetting would: while the leg is not settled, and while money moved and the till has not collected
the answer, whatever a wall clock says.
"""

import sqlite3
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from pos_bridge.domain.ledger import KnownRequest, Opening, TillKeys
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.journal import lookups, working
from pos_bridge.journal.errors import JournalRefusedError
from pos_bridge.journal.hours import hours_before, universal_hour
from pos_bridge.journal.seals import request_seal

HOURS = 48
INSERT = "INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


class Request(NamedTuple):
    """A row as SQLite gives it, in the order of its columns. Without `content` it is closed."""

    request: bytes
    content: bytes | None
    sale: bytes | None
    key: bytes | None
    void: int
    day: int
    hour: int
    seal: bytes

    def is_whole(self) -> bool:
        """Whether the seal fits. Raises what a row that nobody wrote raises (seals.py)."""
        return self.seal == request_seal(self[:-1])


def of(connection: sqlite3.Connection, request: bytes) -> Request | None:
    found = connection.execute("SELECT * FROM requests WHERE request = ?", (request,)).fetchone()
    return None if found is None else Request._make(found)


def find(connection: sqlite3.Connection, path: Path, request: bytes, now: datetime) -> KnownRequest | None:
    found = of(connection, request)
    if found is None or _is_over(connection, path, found, hours_before(now, HOURS)):
        return None
    if found.key is None or found.content is None:
        return KnownRequest(b"", None)
    leg = lookups.find_leg(connection, path, LegKey.from_bytes(found.key))
    return KnownRequest(found.content, leg, void=bool(found.void))


def approved_untold(connection: sqlite3.Connection, path: Path, sale: bytes) -> LegKey | None:
    query = "SELECT key FROM requests WHERE sale = ? AND void = 0"
    for (raw,) in connection.execute(query, (sale,)).fetchall():
        key = LegKey.from_bytes(raw)
        if lookups.is_untold(connection, path, key):
            return key
    return None


def of_sale(connection: sqlite3.Connection, sale: bytes) -> tuple[LegKey, ...]:
    query = "SELECT key FROM requests WHERE sale = ? AND void = 0"
    return tuple(LegKey.from_bytes(raw) for (raw,) in connection.execute(query, (sale,)))


def opened(connection: sqlite3.Connection, path: Path, now: datetime, opening: Opening) -> None:
    """The request of a leg that opens. It may have come as a void, which turned out to be a refund of the same sale.

    Raises JournalRefusedError for a request that opened, voided or closed another.
    """
    till, before = opening.till, _live(connection, path, now, opening.till.request)
    if before is not None:
        of_the_same = opening.sale_key is not None and before.key == opening.sale_key.raw
        if not before.void or before.content != till.content or not of_the_same:
            raise JournalRefusedError("the step contradicts what is stored")
        _delete(connection, till.request)
    _insert(connection, now, (till.request, till.content, till.sale, opening.key.raw, 0))


def voided(connection: sqlite3.Connection, path: Path, now: datetime, till: TillKeys, key: LegKey) -> None:
    """The request that took a leg back."""
    if _live(connection, path, now, till.request) is not None:
        raise JournalRefusedError("the step contradicts what is stored")
    _insert(connection, now, (till.request, till.content, till.sale, key.raw, 1))


def close(connection: sqlite3.Connection, path: Path, now: datetime, request: bytes) -> None:
    """Nothing changes for a request that has a leg, or is closed already."""
    if _live(connection, path, now, request) is None:
        _insert(connection, now, (request, None, None, None, 0))


def forget(connection: sqlite3.Connection, path: Path, now: datetime) -> None:
    """Drop those that are over."""
    limit = hours_before(now, HOURS)
    old = connection.execute("SELECT * FROM requests WHERE (day, hour) < (?, ?)", limit).fetchall()
    for found in map(Request._make, old):
        if _is_over(connection, path, found, limit):
            _delete(connection, found.request)


def _live(connection: sqlite3.Connection, path: Path, now: datetime, request: bytes) -> Request | None:
    """The row, unless it is over: then it is gone, and the till may use the name again."""
    found = of(connection, request)
    if found is None or not _is_over(connection, path, found, hours_before(now, HOURS)):
        return found
    _delete(connection, request)
    return None


def _is_over(connection: sqlite3.Connection, path: Path, found: Request, limit: tuple[int, int]) -> bool:
    if (found.day, found.hour) >= limit:
        return False
    if found.key is None:
        return True
    key = LegKey.from_bytes(found.key)
    return working.find(connection, key) is None and (
        bool(found.void) or not lookups.may_be_untold(connection, path, key)
    )


def _delete(connection: sqlite3.Connection, request: bytes) -> None:
    connection.execute("DELETE FROM requests WHERE request = ?", (request,))


def _insert(
    connection: sqlite3.Connection, now: datetime, row: tuple[bytes, bytes | None, bytes | None, bytes | None, int]
) -> None:
    stamped = (*row, *universal_hour(now))
    connection.execute(INSERT, (*stamped, request_seal(stamped)))
