"""A supervisor's approvals of refunds without their sale: each for one refund, of at most an amount, for five minutes.

It is taken before the refund is written, by the keyed hash of the till's request and with the journal's newest row.
Killed in between, the same request finds its own again, as long as the journal has that row and behind it no cash that
was given back; no other request ever does. Where cash was given back behind it, that may be this refund: then the
approval is used up, also where the journal has forgotten the request, which it does by a clock that somebody may set.
So it is where the row is not there: with it the refund may have been lost. What was approved for a refund that was then
not made can be lost: the other way round one could be used twice.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from pos_bridge.domain.audit import MAY, Act
from pos_bridge.domain.ledger import JournalHead
from pos_bridge.domain.operator import Operator
from pos_bridge.operators import file, schema, since
from pos_bridge.operators.asking import Asking
from pos_bridge.operators.since import Moment
from pos_bridge.operators.store import as_now

GOOD_FOR_MS = 5 * 60_000


class Approvals:
    """Blocking; for any thread and process. Raises OperatorsUnusableError."""

    def __init__(self, path: Path, now: Callable[[], Moment] = since.now) -> None:
        self._path = path
        self._now = now

    def approve(self, supervisor: Operator, cents: int, request: bytes | None = None) -> bool:
        """By whoever's password was checked; for that till's request alone, if it is said.

        In the place of less that was approved for it before; as much, used up or not, stays as it is. False: they may
        not, or are not what they were when they were checked. ValueError for an amount that is none.
        """
        if not 1 <= cents <= schema.MOST_CENTS:
            raise ValueError("an approval is of an amount")
        now = self._now()
        with file.transaction(self._path) as connection:
            there = as_now(connection, supervisor.number)
            if there is None or there.standing != supervisor.standing or not there.roles & MAY[Act.APPROVE_REFUND]:
                return False
            _drop_what_is_over(connection, now)
            if request is not None and _is_of(connection, request, cents):
                return True  # asked twice at once: by the other one it may be paid
            connection.execute(
                "INSERT OR REPLACE INTO approvals VALUES (?, ?, ?, ?, ?, ?, NULL)",
                (uuid4().bytes, supervisor.number, cents, now.boot, now.at_ms, request),
            )
        return True

    def is_of(self, request: bytes, cents: int) -> bool:
        """Whether so much was approved for that request, used up or not: asked again, it is no second approval."""
        if not self._path.exists():
            return False
        with file.transaction(self._path) as connection:
            _drop_what_is_over(connection, self._now())
            return _is_of(connection, request, cents)

    def taken_at(self, request: bytes) -> bytes | None:
        """The journal's newest row when that request took its approval. None: it has taken none, lately."""
        if not self._path.exists():
            return None
        with file.transaction(self._path) as connection:
            _drop_what_is_over(connection, self._now())
            found = connection.execute("SELECT head FROM approvals WHERE request = ?", (request,)).fetchone()
        return None if found is None else found[0]

    def take(self, request: bytes, cents: int, head: bytes, unused_since: bytes | None = None) -> int | None:
        """For the refund of that request: the supervisor's number. None: nobody approved so much, lately.

        `request`: 32 bytes; `head`: the hash of the journal's newest row, 32 bytes. `unused_since`: at which row it
        took one that it has not used, as the journal shows. Of several the smallest that is enough, the oldest first.
        """
        if not self._path.exists():
            return None
        now = self._now()
        with file.transaction(self._path) as connection:
            _drop_what_is_over(connection, now)
            found = connection.execute(
                "SELECT id, number, cents FROM approvals WHERE request = ? AND (head IS NULL OR head = ?)",
                (request, unused_since),
            ).fetchone()
            if found is None:
                found = connection.execute(
                    "SELECT id, number, cents FROM approvals WHERE request IS NULL AND cents >= ? "
                    "ORDER BY cents, at_ms LIMIT 1",
                    (cents,),
                ).fetchone()
            if found is None or found[2] < cents:
                return None
            connection.execute("DELETE FROM approvals WHERE request = ? AND id <> ?", (request, found[0]))  # used up
            connection.execute("UPDATE approvals SET request = ?, head = ? WHERE id = ?", (request, head, found[0]))
            return int(found[1])

    def tidy(self) -> None:
        """What is over goes."""
        if self._path.exists():
            with file.transaction(self._path) as connection:
                _drop_what_is_over(connection, self._now())


class Journal(Protocol):
    """What tells whether an approval was used."""

    def head(self) -> JournalHead:
        """The newest durable row."""

    async def cash_refunded_since(self, row: bytes) -> bool:
        """Whether cash was given back behind the row of that hash; True also where that cannot be told."""


class SupervisedRefunds:
    """checkout.ports.RefundRule on a thread of its own: each refund without its sale wants an approval.

    A store that cannot be asked allows nothing.
    """

    never = False

    def __init__(self, approvals: Approvals) -> None:
        self._approvals = approvals
        self._asking = Asking("approvals")

    def close(self) -> None:
        """Blocking, idempotent."""
        self._asking.close()

    async def allows(self, request: bytes, cents: int, journal: Journal) -> bool:
        head = journal.head().hash  # before anything is awaited: what is written from here on is behind it
        before = await self._asking.ask(lambda: self._approvals.taken_at(request), None)
        unused = before is not None and not await journal.cash_refunded_since(before)
        since = before if unused else None
        taken = await self._asking.ask(lambda: self._approvals.take(request, cents, head, since), None)
        return taken is not None

    async def is_approved(self, cents: int, request: bytes) -> bool:
        return await self._asking.ask(lambda: self._approvals.is_of(request, cents), otherwise=False)

    async def approve(self, supervisor: Operator, cents: int, request: bytes) -> None:
        """For that request alone."""
        await self._asking.ask(lambda: self._approvals.approve(supervisor, cents, request), otherwise=False)


class NoRefunds:
    """checkout.ports.RefundRule where a refund without its sale is refused to everybody."""

    never = True

    async def allows(self, request: bytes, cents: int, journal: Journal) -> bool:  # noqa: ARG002 - as the port has it
        return False


def _is_of(connection: sqlite3.Connection, request: bytes, cents: int) -> bool:
    found = connection.execute("SELECT 1 FROM approvals WHERE request = ? AND cents >= ?", (request, cents))
    return found.fetchone() is not None


def _drop_what_is_over(connection: sqlite3.Connection, now: Moment) -> None:
    """Taken or not: after five minutes, and of another start of the machine."""
    connection.execute(
        "DELETE FROM approvals WHERE boot <> ? OR at_ms > ? OR at_ms <= ?",
        (now.boot, now.at_ms, now.at_ms - GOOD_FOR_MS),
    )
