"""Writing steps into the file in use. Each function runs inside a transaction that the caller commits or undoes."""

import os
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from pos_bridge.domain.ledger import SALT_LENGTH, Advance, JournalHead, Opening
from pos_bridge.domain.leg import SETTLED, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.journal import lookups
from pos_bridge.journal.errors import JournalRefusedError
from pos_bridge.journal.hours import business_hour, exact, exact_ms, hours_before, universal_hour
from pos_bridge.journal.row import COLUMNS, Row, commitment, request_seal, row_hash

_KIND = "sale"
_INSERT_ROW = f"INSERT INTO chain ({COLUMNS}) VALUES ({', '.join('?' * len(Row._fields))})"  # noqa: S608 - constants
INSERT_WORKING = f"INSERT INTO working VALUES ({', '.join('?' * 15)})"  # noqa: S608 - a constant
INSERT_REQUEST = "INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?, ?)"
INSERT_LINK = "INSERT INTO links VALUES (?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Pen:
    """Where the next row goes: the open file, the row it follows, the moment, and the till's number."""

    connection: sqlite3.Connection
    path: Path
    tip: JournalHead
    now: datetime
    till: int

    def write(self, row: Row) -> JournalHead:
        chained = row_hash(self.tip.hash, row)
        self.connection.execute(_INSERT_ROW, (*row[:-1], chained))
        return JournalHead(row.sequence, chained)


def open_leg(pen: Pen, opening: Opening) -> JournalHead:
    """The intent (card), or the whole of a cash sale."""
    cash = opening.tender is Tender.CASH
    leg, salt = uuid4().bytes, os.urandom(SALT_LENGTH)
    key, request = opening.key.raw, opening.till
    row = Row(
        pen.tip.sequence + 1,
        leg,
        opening.state.value,
        _KIND,
        opening.tender.value,
        opening.amount.cents,
        opening.due,
        opening.flow.value,
        int(opening.partial_ok),
        None,
        None,
        *business_hour(pen.now),
        commitment(salt, key),
        opening.order_digest,
        None,
        None,
        pen.till,
    )
    head = pen.write(row)
    pen.connection.execute(INSERT_LINK, (key, leg, salt + opening.order_salt, row.sequence if cash else None, 0))
    if not cash:
        _insert_working(pen, key, row, opening.not_after_ms)
    _insert_request(pen, request.request, request.content, request.sale, key)
    return head


def advance(pen: Pen, change: Advance) -> JournalHead:
    """The next step of a leg. A settled leg may be taken up again (voided); an unknown one is refused."""
    before = _last_row(pen, change.key)
    if before.tender != Tender.CARD.value:
        raise JournalRefusedError("a cash sale has no next step")
    day, hour = business_hour(pen.now)
    row = before._replace(
        sequence=pen.tip.sequence + 1,
        step=change.state.value,
        approved=before.approved if change.approved is None else change.approved.cents,
        cause=None if change.cause is None else change.cause.value,
        day=day,
        hour=hour,
        payment_digest=None if change.binding is None else change.binding.payment_digest,
        signature=None if change.binding is None else change.binding.signature,
        till=pen.till,
    )
    head = pen.write(row)
    if change.state in SETTLED:
        pen.connection.execute("DELETE FROM working WHERE key = ?", (change.key.raw,))
        pen.connection.execute("UPDATE links SET last = ? WHERE key = ?", (row.sequence, change.key.raw))
    else:
        pen.connection.execute(
            "UPDATE working SET last = ?, state = ?, approved = ?, cause = ? WHERE key = ?",
            (row.sequence, row.step, row.approved, row.cause, change.key.raw),
        )
    return head


def close_request(pen: Pen, request: bytes) -> None:
    """Nothing changes for a request that has a leg, or is closed already."""
    if pen.connection.execute("SELECT 1 FROM requests WHERE request = ?", (request,)).fetchone() is None:
        _insert_request(pen, request, None, None, None)


def mark_told(pen: Pen, key: LegKey) -> None:
    pen.connection.execute("UPDATE links SET told = 1 WHERE key = ?", (key.raw,))


def forget_requests(pen: Pen) -> None:
    """Drop what is older than 48 h, unless its leg is unsettled."""
    pen.connection.execute(
        "DELETE FROM requests WHERE (day, hour) < (?, ?) AND (key IS NULL OR key NOT IN (SELECT key FROM working))",
        hours_before(pen.now, lookups.REQUEST_HOURS),
    )


def carry_over(old: sqlite3.Connection, new: sqlite3.Connection) -> None:
    """What a new month needs of the old one: unsettled legs, live requests, approvals that were not collected."""
    approved = ", ".join(repr(state.value) for state in lookups.APPROVED)
    new.executemany(INSERT_WORKING, old.execute("SELECT * FROM working"))
    new.executemany(INSERT_REQUEST, old.execute("SELECT * FROM requests"))
    new.executemany(
        INSERT_LINK,
        old.execute(
            "SELECT key, links.leg, salts, last, told FROM links LEFT JOIN chain ON sequence = last "  # noqa: S608 - constants
            "WHERE key IN (SELECT key FROM working) OR key IN (SELECT key FROM requests WHERE key IS NOT NULL) "
            f"OR (told = 0 AND (step IN ({approved}) OR step IS NULL))"
        ),
    )


def _last_row(pen: Pen, key: LegKey) -> Row:
    columns = "last, leg, state, cents, flow, partial, approved, cause, commitment, order_digest"
    query = f"SELECT {columns} FROM working WHERE key = ?"  # noqa: S608 - a constant
    working = pen.connection.execute(query, (key.raw,)).fetchone()
    if working is not None:
        last, leg, state, cents, flow, partial, approved, cause, commits, order = working
        card = Tender.CARD.value
        return Row(
            last,
            leg,
            state,
            _KIND,
            card,
            cents,
            None,
            flow,
            partial,
            approved,
            cause,
            0,
            0,
            commits,
            order,
            None,
            None,
            0,
        )
    return _taken_up(pen, key)


def _taken_up(pen: Pen, key: LegKey) -> Row:
    found = lookups.settled_leg(pen.connection, pen.path, key)
    if found is None:
        raise JournalRefusedError("no leg of that key is stored")
    link, row = found
    if row.state is State.CASH_TAKEN:
        return row
    if lookups.link_of(pen.connection, key) is None:
        pen.connection.execute(INSERT_LINK, link)
    _insert_working(pen, key.raw, row._replace(step=State.UNRESOLVED.value), None)
    pen.connection.execute("UPDATE links SET last = NULL WHERE key = ?", (key.raw,))
    return row


def _insert_working(pen: Pen, key: bytes, row: Row, not_after_ms: int | None) -> None:
    begun, not_after = exact(pen.now), (None, None) if not_after_ms is None else exact_ms(not_after_ms)
    pen.connection.execute(
        INSERT_WORKING,
        (
            key,
            row.leg,
            row.sequence,
            row.step,
            row.cents,
            row.flow,
            row.partial,
            row.approved,
            row.cause,
            row.commitment,
            row.order_digest,
            *begun,
            *not_after,
        ),
    )


def _insert_request(pen: Pen, request: bytes, content: bytes | None, sale: bytes | None, key: bytes | None) -> None:
    day, hour = universal_hour(pen.now)
    seal = request_seal(request, content, sale, key, (day, hour))
    pen.connection.execute(INSERT_REQUEST, (request, content, sale, key, day, hour, seal))
