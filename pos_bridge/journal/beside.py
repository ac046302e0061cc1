"""Whether the tables beside the chain agree with it and with their own seals. Changes nothing."""

import sqlite3
from contextlib import suppress
from pathlib import Path

from pos_bridge.domain.leg import State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.journal import baskets, days, lookups, periods, trust, working
from pos_bridge.journal.errors import JournalCorruptError
from pos_bridge.journal.requests import Request
from pos_bridge.journal.row import NOT_A_ROW, Row, row_hash
from pos_bridge.journal.working import Working, facts_of

_FOR_A_PERSON = State.UNRESOLVED.value


def check(connection: sqlite3.Connection, path: Path, anchor: int, open_legs: dict[bytes, Row]) -> None:
    """Of the file `path`, anchored to row `anchor`, whose chain leaves these legs open.

    Raises JournalCorruptError, and what a row raises that nobody wrote (row.NOT_A_ROW).
    """
    unaccounted = dict(open_legs)
    for leg in working.every(connection):
        _check_working(connection, path, anchor, leg, unaccounted.pop(leg.leg, None))
    for row in unaccounted.values():
        raise JournalCorruptError(path.name, row.sequence, "its working row is missing")
    for found in map(Request._make, connection.execute("SELECT * FROM requests")):
        if not found.is_whole():
            raise JournalCorruptError(path.name, None, "a till request")
    _check_baskets(connection, path.name)
    if not periods.boundary(connection).is_whole():
        raise JournalCorruptError(path.name, None, "its period")
    if not all(day.is_whole() for day in days.every(connection)):
        raise JournalCorruptError(path.name, None, "a day end")
    if not trust.of(connection).is_whole():
        raise JournalCorruptError(path.name, None, "what it knows of the processor")


def _check_working(connection: sqlite3.Connection, path: Path, anchor: int, leg: Working, row: Row | None) -> None:
    """`row` is the leg's newest one, if it is in this file."""
    wrong = JournalCorruptError(path.name, leg.last, "its working row does not fit")
    link = lookups.link_of(connection, LegKey.from_bytes(leg.key))
    if not leg.is_whole() or link is None or link.sale_key != leg.sale_key:
        raise wrong
    if row is None:
        if leg.last > anchor:
            raise wrong
        row = _row_before(path, leg.last) or leg.row()  # a file that is gone, or damaged itself, says nothing
        # A quarantine may have given the leg that word, and a new commitment. Its seal says that it is the one meant.
        row = row._replace(commitment=leg.commitment, step=leg.state if leg.state == _FOR_A_PERSON else row.step)
    if row.sequence != leg.last or not link.opens(row) or facts_of(row) != leg.facts():
        raise wrong


def _check_baskets(connection: sqlite3.Connection, name: str) -> None:
    wrong = JournalCorruptError(name, None, "a basket")
    known = set()
    for basket in baskets.every(connection):
        known.add(basket.reference)
        if not basket.is_whole(baskets.keys_of(connection, basket.reference)):
            raise wrong
    if any(reference not in known for (reference,) in connection.execute("SELECT DISTINCT reference FROM parts")):
        raise wrong


def _row_before(path: Path, sequence: int) -> Row | None:
    """An intact row of an older file. None where that file is gone or the row itself is damaged."""
    for other in lookups.elsewhere(path):
        with suppress(sqlite3.DatabaseError, *NOT_A_ROW):
            row = lookups.row_at(other, sequence)
            before = lookups.hash_at(other, sequence - 1)
            if row is not None and before is not None and row_hash(before, row) == row.hash:
                return row
    return None
