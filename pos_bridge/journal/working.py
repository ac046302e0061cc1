"""A row of `working`: a leg that is not settled, as recovery needs it.

What the chain says of the leg stands here again, so that going on needs no search; what only stands here (which sale
a refund is of, the exact times, whether the processor's ledger was replaced meanwhile) is sealed, and with it what
ties the row to its link: where the chain's own row is out of reach, nothing else proves that they belong together.
"""

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple, Self

from pos_bridge.domain.ledger import KnownLeg, Opening
from pos_bridge.domain.leg import Cause, Flow, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.journal.hours import as_ms, exact, exact_ms
from pos_bridge.journal.row import Row
from pos_bridge.journal.seals import working_seal

Times = tuple[int, int, int | None, int | None, int | None, int | None]


class Working(NamedTuple):
    """A row as SQLite gives it, in the order of its columns."""

    key: bytes
    leg: bytes
    last: int
    state: str
    kind: str
    cents: int
    due: int | None
    flow: int
    partial: int
    approved: int | None
    cause: str | None
    commitment: bytes
    order_digest: bytes
    sale_key: bytes | None
    begun_day: int
    begun_second: int
    not_after_day: int | None
    not_after_second: int | None
    confirm_by_day: int | None
    confirm_by_second: int | None
    doubted: int
    seal: bytes

    @classmethod
    def of(cls, key: bytes, row: Row, sale_key: bytes | None, times: Times, *, doubted: bool) -> Self:
        """The leg of that key as the row says it, sealed."""
        unsealed = cls(
            key,
            row.leg,
            row.sequence,
            row.step,
            row.kind,
            row.cents,
            row.due,
            row.flow,
            row.partial,
            row.approved,
            row.cause,
            row.commitment,
            row.order_digest,
            sale_key,
            *times,
            int(doubted),
            b"",
        )
        return unsealed.sealed()

    @property
    def tender(self) -> Tender:
        return Tender.CARD if self.due is None else Tender.CASH

    @property
    def times(self) -> Times:
        not_after, confirm_by = (
            (self.not_after_day, self.not_after_second),
            (self.confirm_by_day, self.confirm_by_second),
        )
        return (self.begun_day, self.begun_second, *not_after, *confirm_by)

    def sealed(self) -> Self:
        return self._replace(seal=self._right_seal())

    def is_whole(self) -> bool:
        """Whether the seal fits. Raises what a row that nobody wrote raises (seals.py)."""
        return self.seal == self._right_seal()

    def facts(self) -> list[object]:
        """What the leg's newest row in the chain says too (`facts_of`)."""
        return [*self[3:11], self.order_digest]

    def row(self) -> Row:
        """The leg's newest row, but for the day, the hour and what a row is given by its own step."""
        return Row(
            self.last,
            self.leg,
            self.state,
            self.kind,
            self.tender.value,
            self.cents,
            self.due,
            self.flow,
            self.partial,
            self.approved,
            self.cause,
            0,
            0,
            self.commitment,
            self.order_digest,
            None,
            None,
            0,
        )

    def known_leg(self) -> KnownLeg:
        return KnownLeg(
            key=LegKey.from_bytes(self.key),
            tender=self.tender,
            state=State(self.state),
            amount=Amount(self.cents),
            partial_ok=bool(self.partial),
            flow=Flow(self.flow),
            cause=None if self.cause is None else Cause(self.cause),
            approved=None if self.approved is None else Amount(self.approved),
            due=self.due,
            kind=Kind(self.kind),
            sale_key=None if self.sale_key is None else LegKey.from_bytes(self.sale_key),
            not_after_ms=as_ms(self.not_after_day, self.not_after_second),
            confirm_by_ms=as_ms(self.confirm_by_day, self.confirm_by_second),
            begun_ms=as_ms(self.begun_day, self.begun_second),
            doubted=bool(self.doubted),
        )

    def _right_seal(self) -> bytes:
        return working_seal((self.key, self.leg, self.commitment, *self[13:21]))


INSERT = f"INSERT INTO working VALUES ({', '.join('?' * len(Working._fields))})"  # noqa: S608 - a constant


def facts_of(row: Row) -> list[object]:
    """See Working.facts."""
    return [
        row.step,
        row.kind,
        row.cents,
        row.due,
        row.flow,
        row.partial,
        row.approved,
        row.cause,
        row.order_digest,
    ]


def times_of(opening: Opening, now: datetime) -> Times:
    not_after, confirm_by = (
        (None, None) if ms is None else exact_ms(ms) for ms in (opening.not_after_ms, opening.confirm_by_ms)
    )
    return (*exact(now), *not_after, *confirm_by)


def find(connection: sqlite3.Connection, key: LegKey) -> Working | None:
    found = connection.execute("SELECT * FROM working WHERE key = ?", (key.raw,)).fetchone()
    return None if found is None else Working._make(found)


def every(connection: sqlite3.Connection) -> Iterator[Working]:
    """In the order of their newest rows."""
    return map(Working._make, connection.execute("SELECT * FROM working ORDER BY last").fetchall())


def insert(connection: sqlite3.Connection, leg: Working) -> None:
    connection.execute(INSERT, leg)


def move(connection: sqlite3.Connection, key: LegKey, row: Row) -> None:
    """The leg's newest row is this one."""
    connection.execute(
        "UPDATE working SET last = ?, state = ?, approved = ?, cause = ? WHERE key = ?",
        (row.sequence, row.step, row.approved, row.cause, key.raw),
    )


def doubt_all(connection: sqlite3.Connection) -> None:
    """The processor's ledger is another one than when these legs were opened."""
    for leg in every(connection):
        doubted = leg._replace(doubted=1).sealed()
        connection.execute("UPDATE working SET doubted = 1, seal = ? WHERE key = ?", (doubted.seal, doubted.key))
