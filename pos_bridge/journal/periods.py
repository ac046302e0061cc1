"""A business period: what moved since a day end, read from the chain's rows after the row that closed the day before.

A day has of each leg what that moved by its end, less what days before have of it. So a leg counts in the period in
which its money moved and in no other, what is taken back later is taken back in the period in which that happens, and
all days together are what stands. A leg that is not settled stands in the period that runs until it is.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from pos_bridge.domain.leg import MOVED_STATES, SETTLED, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.totals import Period, PeriodLeg
from pos_bridge.journal import days, lookups, working
from pos_bridge.journal.days import Day
from pos_bridge.journal.hours import hour_began, universal_hour
from pos_bridge.journal.row import COLUMNS, NOT_A_ROW, Row, row_hash
from pos_bridge.journal.seals import period_seal

INSERT = "INSERT OR REPLACE INTO period VALUES (1, ?, ?, ?)"
_NEVER_MOVED = frozenset({State.DECLINED, State.ENDED, State.REFUND_DECLINED, State.CASH_CANCELLED})
_FIRST_STEPS = frozenset({State.INTENT, State.REFUND_INTENT})


class Boundary(NamedTuple):
    """The row of `period` as SQLite gives it, without its own number. `last`: the last row before this period."""

    number: int
    last: int
    seal: bytes

    def is_whole(self) -> bool:
        """Whether the seal fits. Raises what a row that nobody wrote raises (seals.py)."""
        return self.seal == period_seal(self.number, self.last)


def boundary(connection: sqlite3.Connection) -> Boundary:
    """Raises sqlite3.DatabaseError where the row is gone: then nobody knows when the day began."""
    found = connection.execute("SELECT number, last, seal FROM period").fetchone()
    if found is None:
        raise sqlite3.DatabaseError("the row of the period is missing")
    return Boundary._make(found)


def write(connection: sqlite3.Connection, number: int, last: int) -> None:
    connection.execute(INSERT, (number, last, period_seal(number, last)))


def close(connection: sqlite3.Connection, last: int, request: bytes | None, now: datetime, *, agreed: bool) -> int:
    """The period ends with row `last`: its number. The same request again ends nothing."""
    known = None if request is None else days.closed_by(connection, request, now)
    if known is not None:
        return known
    begun = boundary(connection)
    day = Day(begun.number, begun.last, max(begun.last, last), request, int(agreed), *universal_hour(now))
    days.write(connection, day)
    write(connection, day.number + 1, day.last)
    return day.number


def period(connection: sqlite3.Connection, path: Path, now: datetime) -> Period:
    """The period that runs: first legs that did not go on since it began, then in the order of their newest rows."""
    begun = boundary(connection)
    last = lookups.newest(connection).sequence
    rows = _rows_between(connection, path, begun.last, last)
    gone_on = {row.leg for row in rows}
    waiting = [leg.row() for leg in working.every(connection) if leg.leg not in gone_on]
    told = _Told(connection, path, begun.last, rows, waiting)
    new = [row for row in waiting if row.state not in MOVED_STATES or row.sequence > begun.last]
    legs = [*map(told.leg, new), *told.gone_on()]
    earlier = [row for row in waiting if row not in new] + told.counted_before()
    began_ms = _began_ms(connection, path, begun.last, now)
    return Period(begun.number, tuple(legs), tuple(map(told.leg, earlier)), began_ms, last)


def closed(connection: sqlite3.Connection, path: Path, number: int, now: datetime) -> Period | None:
    """A period that ended, as it was then: what went on in it. None where nothing is known of its end."""
    known = 0 <= number < boundary(connection).number
    day = days.of(connection, path, number) if known else None
    if day is None:
        return None
    rows = _rows_between(connection, path, day.begun, day.last)
    told = _Told(connection, path, day.begun, rows, [])
    began_ms = _began_ms(connection, path, day.begun, now)
    return Period(number, told.gone_on(), (), began_ms, day.last, day.ended_ms)


class _Told:
    """The legs of a period as told: with their keys, and with what days before have of them."""

    def __init__(
        self, connection: sqlite3.Connection, path: Path, begun: int, rows: list[Row], waiting: list[Row]
    ) -> None:
        self._newest = {row.leg: row for row in rows}
        before = _standing_at(connection, path, begun, _taken_up(rows))
        self._keys = _keys(connection, path, {*self._newest, *(row.leg for row in waiting)})
        self._connection, self._path = connection, path
        self._before = {leg: self._cents(row) for leg, row in before.items() if row.state in MOVED_STATES}

    def gone_on(self) -> tuple[PeriodLeg, ...]:
        """Those that went on in it, but what moved as much before, or never moved."""
        rows = (row for row in sorted(self._newest.values()) if not self._is_counted(row))
        return tuple(self.leg(row) for row in rows if row.state not in _NEVER_MOVED or row.leg in self._before)

    def counted_before(self) -> list[Row]:
        """Those that went on in it, are counted by an earlier day as they are, and are not at their end yet."""
        return [row for row in self._newest.values() if self._is_counted(row) and row.state not in SETTLED]

    def leg(self, row: Row) -> PeriodLeg:
        counted = 0 if self._is_counted(row) else self._before.get(row.leg, 0)
        return PeriodLeg(
            self._keys.get(row.leg), Tender(row.tender), Kind(row.kind), row.state, self._cents(row), counted
        )

    def _is_counted(self, row: Row) -> bool:
        return row.state in MOVED_STATES and self._before.get(row.leg) == self._cents(row)

    def _cents(self, row: Row) -> int:
        """How much it moved, or would. Of a sale given back whose answer was never known, its refund tells that."""
        key = self._keys.get(row.leg)
        if row.state is State.GIVEN_BACK and row.approved is None and key is not None:
            refund = lookups.find_leg(self._connection, self._path, LegKey.refund_of(key))
            if refund is not None:
                return refund.amount.cents
        cents = row.cents if row.approved is None else row.approved
        return cents if row.due is None else row.due


def _began_ms(connection: sqlite3.Connection, path: Path, last: int, now: datetime) -> int:
    """When the last row before it was written, by its hour. 0 where that is not known: then it began with the first."""
    row = lookups.row_at(connection, last)
    others = lookups.elsewhere(path)
    while row is None and (other := next(others, None)) is not None:
        with suppress(*lookups.UNREADABLE, *NOT_A_ROW):
            row = lookups.row_at(other, last)
    return 0 if row is None else int(hour_began(row.day, row.hour, now).timestamp() * 1000)


def _rows_between(connection: sqlite3.Connection, path: Path, begun: int, last: int) -> list[Row]:
    """Every row of the chain after row `begun` up to row `last`, also those of months before this one."""
    query = f"SELECT {COLUMNS} FROM chain WHERE sequence > ? AND sequence <= ? ORDER BY sequence"  # noqa: S608 - a constant
    rows = {stored[0]: Row._make(stored) for stored in connection.execute(query, (begun, last))}
    (anchor,) = connection.execute("SELECT sequence FROM anchor").fetchone()
    if begun < anchor:
        for other in lookups.elsewhere(path):
            with suppress(*lookups.UNREADABLE, *NOT_A_ROW):
                for row in _intact(other, other.execute(query, (begun, last))):
                    rows.setdefault(row.sequence, row)
    return [row for _, row in sorted(rows.items())]


def _intact(connection: sqlite3.Connection, found: Iterable[tuple[Any, ...]]) -> Iterator[Row]:
    for stored in found:
        row = Row._make(stored)
        before = lookups.hash_at(connection, row.sequence - 1)
        if before is not None and row_hash(before, row) == row.hash:
            yield row


def _taken_up(rows: list[Row]) -> set[bytes]:
    """Legs that went on in this period and did not begin in it. (What may have moved cash before has no next step.)"""
    first: dict[bytes, Row] = {}
    for row in rows:
        first.setdefault(row.leg, row)
    return {leg for leg, row in first.items() if row.state not in _FIRST_STEPS and row.tender == Tender.CARD.value}


def _standing_at(connection: sqlite3.Connection, path: Path, last: int, legs: set[bytes]) -> dict[bytes, Row]:
    """The newest row of each of these by row `last`."""
    found: dict[bytes, Row] = {}
    if legs:
        _look_back(connection, last, legs, found)
        for other in lookups.elsewhere(path):
            if not legs:
                break
            with suppress(*lookups.UNREADABLE, *NOT_A_ROW):
                _look_back(other, last, legs, found)
    return found


def _look_back(connection: sqlite3.Connection, last: int, legs: set[bytes], found: dict[bytes, Row]) -> None:
    query = f"SELECT {COLUMNS} FROM chain WHERE sequence <= ? ORDER BY sequence DESC"  # noqa: S608 - a constant
    for stored in connection.execute(query, (last,)):
        row = Row._make(stored)
        if row.leg in legs:
            found[row.leg] = row
            legs.remove(row.leg)
        if not legs:
            return


def _keys(connection: sqlite3.Connection, path: Path, legs: set[bytes]) -> dict[bytes, LegKey]:
    """The keys of these legs, as far as links to them are left."""
    query = "SELECT leg, key FROM links"
    keys = {leg: key for leg, key in connection.execute(query) if leg in legs}
    if len(keys) < len(legs):
        for other in lookups.elsewhere(path):
            with suppress(*lookups.UNREADABLE):
                keys = {leg: key for leg, key in other.execute(query) if leg in legs} | keys
    return {leg: LegKey.from_bytes(key) for leg, key in keys.items()}
