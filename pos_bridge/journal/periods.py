"""A business period: what moved since the last day end, read from the chain's rows after the row that closed it.

A leg counts in the period in which its money moved, and in no other. One that is not settled stands in each period
until it is; one that moved earlier and was taken back since stands in this one, as what it is now.
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
from pos_bridge.journal import lookups, working
from pos_bridge.journal.hours import hour_began
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
    return Boundary._make(connection.execute("SELECT number, last, seal FROM period").fetchone())


def write(connection: sqlite3.Connection, number: int, last: int) -> None:
    connection.execute(INSERT, (number, last, period_seal(number, last)))


def close(connection: sqlite3.Connection, last: int) -> int:
    """The period ends with row `last`: its number."""
    ended = boundary(connection)
    write(connection, ended.number + 1, last)
    return ended.number


def period(connection: sqlite3.Connection, path: Path, now: datetime) -> Period:
    """The period that runs: first legs that did not go on since it began, then in the order of their newest rows."""
    begun = boundary(connection)
    rows = _rows_since(connection, path, begun.last)
    newest = {row.leg: row for row in rows}
    before = _moved_before(connection, path, begun.last, _taken_up(rows))
    waiting = [leg.row() for leg in working.every(connection) if leg.leg not in newest]
    legs = [row for row in waiting if row.state not in MOVED_STATES or row.sequence > begun.last]
    legs += [
        row
        for row in sorted(newest.values())
        if row.state not in _NEVER_MOVED and not (row.state in MOVED_STATES and row.leg in before)
    ]
    earlier = [row for row in waiting if row not in legs]
    earlier += [row for row in newest.values() if row.state not in SETTLED and row.leg in before]
    keys = _keys(connection, path, {row.leg for row in (*legs, *earlier)})
    return Period(
        begun.number,
        tuple(_leg(keys.get(row.leg), row) for row in legs),
        tuple(_leg(keys.get(row.leg), row) for row in earlier),
        _began_ms(connection, path, begun.last, now),
        lookups.newest(connection).sequence,
    )


def _began_ms(connection: sqlite3.Connection, path: Path, last: int, now: datetime) -> int:
    """When the last row before it was written, by its hour. 0 where that is not known: then it began with the first."""
    row = lookups.row_at(connection, last)
    others = lookups.elsewhere(path)
    while row is None and (other := next(others, None)) is not None:
        with suppress(*lookups.UNREADABLE, *NOT_A_ROW):
            row = lookups.row_at(other, last)
    return 0 if row is None else int(hour_began(row.day, row.hour, now).timestamp() * 1000)


def _leg(key: LegKey | None, row: Row) -> PeriodLeg:
    cents = row.cents if row.approved is None else row.approved
    return PeriodLeg(key, Tender(row.tender), Kind(row.kind), row.state, cents if row.due is None else row.due)


def _rows_since(connection: sqlite3.Connection, path: Path, last: int) -> list[Row]:
    """Every row of the chain after row `last`, also those of months before this one."""
    query = f"SELECT {COLUMNS} FROM chain WHERE sequence > ? ORDER BY sequence"  # noqa: S608 - a constant
    rows = {stored[0]: Row._make(stored) for stored in connection.execute(query, (last,))}
    (anchor,) = connection.execute("SELECT sequence FROM anchor").fetchone()
    if last < anchor:
        for other in lookups.elsewhere(path):
            with suppress(*lookups.UNREADABLE, *NOT_A_ROW):
                for row in _intact(other, other.execute(query, (last,))):
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


def _moved_before(connection: sqlite3.Connection, path: Path, last: int, legs: set[bytes]) -> set[bytes]:
    """Which of these had moved by row `last`."""
    moved: set[bytes] = set()
    if legs:
        _look_back(connection, last, legs, moved)
        for other in lookups.elsewhere(path):
            if not legs:
                break
            with suppress(*lookups.UNREADABLE, ValueError):
                _look_back(other, last, legs, moved)
    return moved


def _look_back(connection: sqlite3.Connection, last: int, legs: set[bytes], moved: set[bytes]) -> None:
    query = "SELECT leg, step FROM chain WHERE sequence <= ? ORDER BY sequence DESC"
    for leg, step in connection.execute(query, (last,)):
        if leg in legs:
            legs.remove(leg)
            if State(step) in MOVED_STATES:
                moved.add(leg)
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
