"""The journal's files as a day end reads them beside a running engine. Changes nothing, and keeps nothing open."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pos_bridge.domain.access import Recorded
from pos_bridge.domain.ledger import KnownBasket, KnownLeg
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.totals import Period
from pos_bridge.journal import baskets, days, lookups, months, periods, trust


class JournalBesideEngine:
    """Each call reads what is durable at that moment. Raises sqlite3.Error, ValueError, OSError (`UNREADABLE`)."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._clock = clock

    async def period(self) -> Period:
        with self._newest() as (path, connection):
            return periods.period(connection, path, self._clock())

    async def closed_day(self, number: int) -> Period | None:
        with self._newest() as (path, connection):
            return periods.closed(connection, path, number, self._clock())

    async def days_to_compare(self) -> tuple[int, ...]:
        with self._newest() as (_, connection):
            return days.to_compare(connection)

    async def find_leg(self, key: LegKey) -> KnownLeg | None:
        with self._newest() as (path, connection):
            return lookups.find_leg(connection, path, key)

    async def refunds_of(self, sale: LegKey) -> tuple[KnownLeg, ...]:
        with self._newest() as (path, connection):
            return lookups.refunds_of(connection, path, sale)

    async def recorded(self, key: LegKey) -> Recorded | None:
        with self._newest() as (path, connection):
            return lookups.recorded(connection, path, key)

    async def open_baskets(self) -> tuple[KnownBasket, ...]:
        with self._newest() as (path, connection):
            return baskets.open_ones(connection, path)

    def ledger_epoch(self) -> bytes | None:
        """SHA-256 of the epoch of the processor's ledger that legs were opened with last."""
        with self._newest() as (_, connection):
            return trust.of(connection).epoch

    def is_refused(self) -> bool:
        """The processor has seen a row of this till that this journal does not have, and no person accepted it."""
        with self._newest() as (_, connection):
            return trust.is_refused(connection)

    @contextmanager
    def _newest(self) -> Iterator[tuple[Path, sqlite3.Connection]]:
        found = months.files(self._folder)
        if not found:
            raise FileNotFoundError
        with months.read_only(found[-1]) as connection:
            connection.execute("BEGIN")  # one moment of a file that is being written
            yield found[-1], connection
        if not set(found) <= set(months.files(self._folder)):  # what got another name was passed over
            raise sqlite3.OperationalError("a month has another name")


UNREADABLE = (sqlite3.Error, ValueError, OSError)  # also what a damaged schema raises (UnicodeDecodeError)
