"""The chain in an open trail: its rows in pages, how far it was seen, and what is removed from its beginning."""

import sqlite3

from pos_bridge.registers import schema
from pos_bridge.registers.row import COLUMNS, NOT_A_ROW, START, Row, row_hash

PAGE = 1000  # rows read at once: a note waits for no more of a reader


class BrokenChainError(Exception):
    """A row does not follow from the one before it."""


def page(connection: sqlite3.Connection, after: int, count: int) -> list[Row]:
    query = f"SELECT {COLUMNS} FROM trail WHERE sequence > ? ORDER BY sequence LIMIT ?"  # noqa: S608 - a constant
    return [Row._make(row) for row in connection.execute(query, (after, count)).fetchall()]


def anchor(connection: sqlite3.Connection) -> tuple[int, bytes]:
    """Number and hash of the last row that was removed; as before the first row of all, where none was."""
    found = connection.execute("SELECT sequence, hash FROM anchors ORDER BY sequence DESC LIMIT 1").fetchone()
    return (0, START) if found is None else (found[0], found[1])


def see(connection: sqlite3.Connection, today: int) -> None:
    """Once a day, and never of a day before one that was seen."""
    newest = connection.execute("SELECT max(sequence) FROM trail").fetchone()[0]
    seen = connection.execute("SELECT max(day) FROM seen").fetchone()[0]
    if newest is not None and (seen is None or seen < today):
        connection.execute("INSERT INTO seen VALUES (?, ?)", (today, newest))


def remove(connection: sqlite3.Connection, before: int) -> int:
    """Behind the chain that holds up to there only: what is damaged stays, to be looked at."""
    old = connection.execute(
        "SELECT day, min(sequence, (SELECT max(sequence) FROM trail) - 1) FROM seen "
        "WHERE day < min(?, (SELECT max(day) FROM seen) - ?) ORDER BY day DESC LIMIT 1",
        (before, schema.LEAST_DAYS - 1),
    ).fetchone()
    if old is None:
        return 0
    day, until = old
    connection.execute("DELETE FROM seen WHERE day < ?", (day,))  # this one says as much
    first, known = anchor(connection)
    last = first
    while last < until and (rows := page(connection, last, min(PAGE, until - last))):
        for row in rows:
            if not follows(row, last, known):
                raise BrokenChainError
            last, known = row.sequence, row.hash
    if last > first:
        connection.execute("INSERT INTO anchors VALUES (?, ?)", (last, known))
        connection.execute("DELETE FROM trail WHERE sequence <= ?", (last,))
    return last - first


def follows(row: Row, sequence: int, before: bytes) -> bool:
    """Whether it is the next one, and its hash is of itself and of all before."""
    try:
        return row.sequence == sequence + 1 and row.hash == row_hash(before, row)
    except NOT_A_ROW:
        return False
