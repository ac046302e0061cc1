"""Writing steps into the file in use. Each function runs inside a transaction that the caller commits or undoes."""

import os
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from pos_bridge.domain.ledger import SALT_LENGTH, Advance, JournalHead, Opening
from pos_bridge.domain.leg import SETTLED, Cause, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import cash_due
from pos_bridge.journal import baskets, lookups, requests, trust, working
from pos_bridge.journal.errors import JournalRefusedError
from pos_bridge.journal.hours import business_hour, exact, hour_began
from pos_bridge.journal.lookups import Link
from pos_bridge.journal.row import COLUMNS, Row, commitment, row_hash
from pos_bridge.journal.working import Working

_INSERT_ROW = f"INSERT INTO chain ({COLUMNS}) VALUES ({', '.join('?' * len(Row._fields))})"  # noqa: S608 - constants


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
    """The intent, or the whole of what was paid or given back in cash at once."""
    in_parts = opening.basket is not None or opening.sale_key is not None  # or what is handed back of such a part
    if opening.due is not None and not in_parts and opening.due != cash_due(opening.amount.cents):
        raise JournalRefusedError("cash is rounded; only a part of a split tender need not be")
    leg, salt = uuid4().bytes, os.urandom(SALT_LENGTH)
    key, sale_key = opening.key.raw, None if opening.sale_key is None else opening.sale_key.raw
    settled = opening.state in SETTLED
    row = Row(
        pen.tip.sequence + 1,
        leg,
        opening.state.value,
        opening.kind.value,
        opening.tender.value,
        opening.amount.cents,
        opening.due,
        opening.flow.value,
        int(opening.partial_ok),
        None,
        None,
        *business_hour(pen.now),
        commitment(salt, key, sale_key),
        opening.order_digest,
        None,
        None,
        pen.till,
    )
    head = pen.write(row)
    link = Link(key, leg, salt + opening.order_salt, row.sequence if settled else None, 0, sale_key)
    pen.connection.execute(lookups.INSERT_LINK, link)
    if not settled:
        times = working.times_of(opening, pen.now)
        working.insert(pen.connection, Working.of(key, row, sale_key, times, doubted=False))
    requests.opened(pen.connection, pen.path, pen.now, opening)
    baskets.add(pen.connection, pen.path, pen.now, opening)
    return head


def advance(pen: Pen, change: Advance) -> JournalHead:
    """The next step of a leg. A settled card leg may be taken up again (voided); an unknown one is refused.

    Of cash what was said again is no new row.
    """
    at_work = working.find(pen.connection, change.key)
    before = _taken_up(pen, change) if at_work is None else at_work.row()
    if before.tender == Tender.CASH.value and before.step == change.state.value:
        return pen.tip
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
        working.move(pen.connection, change.key, row)
    if change.till is not None:
        requests.voided(pen.connection, pen.path, pen.now, change.till, change.key)
    baskets.changed(pen.connection, pen.now, change.key)
    return head


def mark_told(pen: Pen, key: LegKey) -> None:
    pen.connection.execute("UPDATE links SET told = 1 WHERE key = ?", (key.raw,))


def _taken_up(pen: Pen, change: Advance) -> Row:
    """The newest row of a settled leg, which is at work again. That it was opened long ago is not forgotten.

    Nor that a person settled it: the processor may not know it, and *never seen* says no more now than it did then.
    """
    found = lookups.settled_leg(pen.connection, pen.path, change.key)
    if found is None:
        raise JournalRefusedError("no leg of that key is stored")
    link, row = found
    if row.tender == Tender.CASH.value:
        if row.step == change.state.value:
            return row
        raise JournalRefusedError("cash that was taken or given has no next step")
    if lookups.link_of(pen.connection, change.key) is None:
        pen.connection.execute(lookups.INSERT_LINK, link)
    times = (*exact(hour_began(row.day, row.hour, pen.now)), None, None, None, None)
    doubted = row.sequence <= trust.of(pen.connection).last or row.cause == Cause.DECIDED.value
    again = row._replace(step=State.UNRESOLVED.value)
    working.insert(pen.connection, Working.of(change.key.raw, again, link.sale_key, times, doubted=doubted))
    pen.connection.execute("UPDATE links SET last = NULL WHERE key = ?", (change.key.raw,))
    return row
