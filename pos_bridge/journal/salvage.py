"""What can still be read of a damaged month. Nothing here trusts what it reads further than its hash goes."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pos_bridge.domain.ledger import DIGEST_LENGTH, JournalHead
from pos_bridge.journal import months, schema
from pos_bridge.journal.baskets import Stored
from pos_bridge.journal.days import Day
from pos_bridge.journal.lookups import Link
from pos_bridge.journal.periods import Boundary
from pos_bridge.journal.requests import Request
from pos_bridge.journal.row import COLUMNS, NOT_A_ROW, Row, row_hash
from pos_bridge.journal.trust import Trust
from pos_bridge.journal.working import Working

_UNREADABLE = (sqlite3.Error, *NOT_A_ROW)
_KEYS = {
    "chain": "sequence", "working": "key", "links": "key", "requests": "request", "baskets": "reference",
    "parts": "key", "period": "one", "days": "number", "trust": "one", "anchor": "one",
}  # fmt: skip


@dataclass(slots=True, repr=False)
class Salvage:
    """Rows of each table as they could be read. `rows` are the chain's by sequence, `working` and `links` as stored.

    Of what has a seal of its own only what it fits is here; `broken` counts baskets that it does not fit. `baskets` are
    with the keys of their legs.
    """

    anchor: JournalHead | None = None
    rows: dict[int, Row] = field(default_factory=dict)
    working: list[Working] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    baskets: list[tuple[Stored, list[bytes]]] = field(default_factory=list)
    broken: int = 0
    period: Boundary | None = None
    days: list[Day] = field(default_factory=list)
    trust: Trust | None = None

    def heads(self) -> list[JournalHead]:
        """Rows that can be continued from, newest first: what the file says was its end, and what stands before."""
        heads = [JournalHead(row.sequence, row.hash) for _, row in sorted(self.rows.items(), reverse=True)]
        return [*heads, self.anchor] if self.anchor else heads

    def intact(self, sequence: int) -> Row | None:
        """The row, if its hash fits it and the hash stored before it."""
        row, before = self.rows.get(sequence), self._hash_at(sequence - 1)
        with suppress(*_UNREADABLE):
            if row is not None and before is not None and row_hash(before, row) == row.hash:
                return row
        return None

    def _hash_at(self, sequence: int) -> bytes | None:
        if sequence in self.rows:
            return self.rows[sequence].hash
        return self.anchor.hash if self.anchor and self.anchor.sequence == sequence else None


def salvage(path: Path) -> Salvage:
    """Read a file from both ends of each table, as far as it goes."""
    found = Salvage()
    with suppress(*_UNREADABLE), months.read_only(path) as connection:
        connection.text_factory = lambda raw: raw.decode("ascii", "replace")
        for one, sequence, anchored in _readable(connection, "anchor", "*"):
            if one == 1 and _is_place(sequence, 0) and _is_hash(anchored):
                found.anchor = JournalHead(sequence, anchored)
        for stored in _readable(connection, "chain", COLUMNS):
            row = Row._make(stored)
            if _is_place(row.sequence, 1) and _is_hash(row.hash):
                found.rows[row.sequence] = row
        found.working = [Working._make(stored) for stored in _readable(connection, "working", "*")]
        found.links = [Link._make(stored) for stored in _readable(connection, "links", "*")]
        requests = [Request._make(stored) for stored in _readable(connection, "requests", "*")]
        found.requests = [request for request in requests if _is_true(request.is_whole)]
        _read_baskets(connection, found)
        for stored in _readable(connection, "period", "number, last, seal"):
            period = Boundary._make(stored)
            found.period = period if _is_true(period.is_whole) else None
        days = [Day._make(stored) for stored in _readable(connection, "days", "*")]
        found.days = [day for day in days if _is_true(day.is_whole)]
        for stored in _readable(connection, "trust", "epoch, last, refused, accepted, seal"):
            trust = Trust._make(stored)
            found.trust = trust if _is_true(trust.is_whole) else None
    return found


def _read_baskets(connection: sqlite3.Connection, found: Salvage) -> None:
    parts: dict[Any, list[tuple[Any, Any]]] = {}
    for key, reference, place in _readable(connection, "parts", "*"):
        parts.setdefault(reference, []).append((place, key))
    for stored in _readable(connection, "baskets", "*"):
        basket = Stored._make(stored)
        keys: list[bytes] = []
        with suppress(*_UNREADABLE):
            keys = [key for _, key in sorted(parts.get(basket.reference, ()))]
        if _is_true(partial(basket.is_whole, keys)):
            found.baskets.append((basket, keys))
        else:
            found.broken += 1


def _readable(connection: sqlite3.Connection, table: str, columns: str) -> list[tuple[Any, ...]]:
    found: dict[Any, tuple[Any, ...]] = {}
    for order in ("ASC", "DESC"):
        query = f"SELECT {_KEYS[table]}, {columns} FROM {table} ORDER BY {_KEYS[table]} {order}"  # noqa: S608 - constants
        with suppress(*_UNREADABLE):
            for key, *stored in connection.execute(query):
                found.setdefault(key, tuple(stored))
    return list(found.values())


def _is_place(sequence: object, lowest: int) -> bool:
    return isinstance(sequence, int) and lowest <= sequence <= schema.MAX_SEQUENCE


def _is_hash(value: object) -> bool:
    return isinstance(value, bytes) and len(value) == DIGEST_LENGTH


def _is_true(check: Callable[[], bool]) -> bool:
    with suppress(*_UNREADABLE):
        return check()
    return False
