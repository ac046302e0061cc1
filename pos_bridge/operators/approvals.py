"""A supervisor's approvals of refunds without their sale: each for one refund, of at most an amount, for five minutes.

It is taken before the refund's intent is written, by the keyed hash of the till's request: the same request finds its
own again, whatever was killed between, and no other request ever does. An approval taken for a refund that was then not
made is lost: the other way round one could be used twice. The request finds it for the same five minutes only: a till
may use a request's name again after two days, and what was made under it is forgotten then.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from pos_bridge.operators import file, schema, since
from pos_bridge.operators.asking import Asking
from pos_bridge.operators.since import Moment

GOOD_FOR_MS = 5 * 60_000


class Approvals:
    """Blocking; for any thread and process. Raises OperatorsUnusableError."""

    def __init__(self, path: Path, now: Callable[[], Moment] = since.now) -> None:
        self._path = path
        self._now = now

    def approve(self, number: int, cents: int, request: bytes | None = None) -> None:
        """By that supervisor, whose password was checked; for that till's request alone, if it is said, in the place of
        what was approved for it before. ValueError for an amount that is none.
        """
        if not 1 <= cents <= schema.MOST_CENTS:
            raise ValueError("an approval is of an amount")
        now = self._now()
        file.make(self._path)
        with file.transaction(self._path) as connection:
            connection.execute(
                "INSERT OR REPLACE INTO approvals VALUES (?, ?, ?, ?, ?, ?)",
                (uuid4().bytes, number, cents, now.boot, now.at_ms, request),
            )

    def is_of(self, request: bytes, cents: int) -> bool:
        """Whether so much is approved for that request: asked again, it is no second approval."""
        if not self._path.exists():
            return False
        with file.transaction(self._path) as connection:
            _drop_what_is_over(connection, self._now())
            found = connection.execute("SELECT 1 FROM approvals WHERE request = ? AND cents >= ?", (request, cents))
            return found.fetchone() is not None

    def take(self, request: bytes, cents: int) -> int | None:
        """For the refund of that request: the supervisor's number. None: nobody approved so much, lately.

        `request`: 32 bytes. Of several the smallest that is enough, the oldest first.
        """
        if not self._path.exists():
            return None
        now = self._now()
        with file.transaction(self._path) as connection:
            _drop_what_is_over(connection, now)
            own = connection.execute("SELECT number, cents FROM approvals WHERE request = ?", (request,)).fetchone()
            if own is not None:
                return own[0] if cents <= own[1] else None
            found = connection.execute(
                "SELECT id, number FROM approvals WHERE request IS NULL AND cents >= ? ORDER BY cents, at_ms LIMIT 1",
                (cents,),
            ).fetchone()
            if found is not None:
                connection.execute("UPDATE approvals SET request = ? WHERE id = ?", (request, found[0]))
                return int(found[1])
        return None

    def tidy(self) -> None:
        """What is over goes."""
        if self._path.exists():
            with file.transaction(self._path) as connection:
                _drop_what_is_over(connection, self._now())


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

    async def allows(self, request: bytes, cents: int) -> bool:
        return await self._asking.ask(lambda: self._approvals.take(request, cents) is not None, otherwise=False)

    async def is_approved(self, cents: int, request: bytes) -> bool:
        return await self._asking.ask(lambda: self._approvals.is_of(request, cents), otherwise=False)

    async def approve(self, number: int, cents: int, request: bytes) -> None:
        """For that request alone."""
        await self._asking.ask(lambda: self._approvals.approve(number, cents, request), otherwise=None)


class NoRefunds:
    """checkout.ports.RefundRule where a refund without its sale is refused to everybody."""

    never = True

    async def allows(self, request: bytes, cents: int) -> bool:  # noqa: ARG002 - as the port has it
        return False


def _drop_what_is_over(connection: sqlite3.Connection, now: Moment) -> None:
    """Taken or not: after five minutes, and of another start of the machine."""
    connection.execute(
        "DELETE FROM approvals WHERE boot <> ? OR at_ms > ? OR at_ms <= ?",
        (now.boot, now.at_ms, now.at_ms - GOOD_FOR_MS),
    )
