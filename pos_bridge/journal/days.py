"""Day ends that were: which rows each day has, which request of a till ended it, and whether the processor agreed.

The row is written in the transaction that ends the period, so that a till which asks again, in whatever run, is told of
the same day.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Self

from pos_bridge.journal import lookups
from pos_bridge.journal.hours import as_ms, hours_before
from pos_bridge.journal.requests import HOURS
from pos_bridge.journal.row import NOT_A_ROW
from pos_bridge.journal.seals import day_seal

KEPT_AT_HAND = 31  # a month file holds as many, older ones stand in older files; and no more are compared again
INSERT = "INSERT OR REPLACE INTO days VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_HOUR_S = 3600


class Day(NamedTuple):
    """A row as SQLite gives it, in the order of its columns. Its rows of the chain: after `begun`, up to `last`."""

    number: int
    begun: int
    last: int
    request: bytes | None
    agreed: int
    day: int
    hour: int
    seal: bytes = b""

    def sealed(self) -> Self:
        return self._replace(seal=day_seal(self[:-1]))

    def is_whole(self) -> bool:
        """Whether the seal fits. Raises what a row that nobody wrote raises (seals.py)."""
        return self.seal == day_seal(self[:-1])

    @property
    def ended_ms(self) -> int:
        """The end of the hour in which it ended, milliseconds since 1970 UTC by the till's clock."""
        return (as_ms(self.day, self.hour * _HOUR_S) or 0) + _HOUR_S * 1000


def every(connection: sqlite3.Connection) -> Iterator[Day]:
    return map(Day._make, connection.execute("SELECT * FROM days ORDER BY number").fetchall())


def newest(connection: sqlite3.Connection) -> list[Day]:
    query = "SELECT * FROM days ORDER BY number DESC LIMIT ?"
    return [Day._make(stored) for stored in connection.execute(query, (KEPT_AT_HAND,))]


def write(connection: sqlite3.Connection, day: Day) -> None:
    connection.execute(INSERT, day.sealed())


def agree(connection: sqlite3.Connection, number: int) -> None:
    """Nothing more of that day needs to be compared. One that is not at hand stays as it is."""
    found = connection.execute("SELECT * FROM days WHERE number = ?", (number,)).fetchone()
    if found is not None:
        write(connection, Day._make(found)._replace(agreed=1))


def forget(connection: sqlite3.Connection, now: datetime) -> None:
    """Who asked, once that is over."""
    limit = hours_before(now, HOURS)
    query = "SELECT * FROM days WHERE request IS NOT NULL AND (day, hour) < (?, ?)"
    for stored in connection.execute(query, limit).fetchall():
        write(connection, Day._make(stored)._replace(request=None))


def closed_by(connection: sqlite3.Connection, request: bytes, now: datetime) -> int | None:
    query = "SELECT number FROM days WHERE request = ? AND (day, hour) >= (?, ?) ORDER BY number DESC"
    found = connection.execute(query, (request, *hours_before(now, HOURS))).fetchone()
    return None if found is None else found[0]


def to_compare(connection: sqlite3.Connection) -> tuple[int, ...]:
    return tuple(sorted(day.number for day in newest(connection) if not day.agreed))


def of(connection: sqlite3.Connection, path: Path, number: int) -> Day | None:
    """That day, here or in an older file."""
    query = "SELECT * FROM days WHERE number = ?"
    stored = connection.execute(query, (number,)).fetchone()
    others = lookups.elsewhere(path)
    while stored is None and (other := next(others, None)) is not None:
        with suppress(*lookups.UNREADABLE, *NOT_A_ROW):
            found = other.execute(query, (number,)).fetchone()
            stored = found if found is not None and Day._make(found).is_whole() else None
    return None if stored is None else Day._make(stored)
