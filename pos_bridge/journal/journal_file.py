"""The journal as one thread uses it: open, write steps durably, read them back, turn the month, close.

Every write is a transaction of SQLite in WAL mode with synchronous=FULL; it is durable when the call returns. A
write that fails leaves nothing behind and raises JournalUnwritableError; the next one works as soon as the disk does.
The chain is verified when the journal is opened, never again while it is written.
"""

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self, TypeVar

from pos_bridge.domain.access import Recorded
from pos_bridge.domain.ledger import (
    Advance,
    JournalHead,
    JournalUnwritableError,
    KnownBasket,
    KnownLeg,
    KnownRequest,
    Opening,
)
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.totals import Period
from pos_bridge.journal import baskets, carry, days, history, lookups, months, periods, requests, steps, taking, trust
from pos_bridge.journal.durable_file import CHECKPOINT_AFTER, DurableFile
from pos_bridge.journal.errors import JournalRefusedError
from pos_bridge.journal.hours import business_hour, month, universal_hour

LINK_MONTHS = 18  # the refund and dispute window, 540 days
QUIET = timedelta(seconds=20)  # less than a worker's rest: the first one after a sale finds it over

Result = TypeVar("Result")


class JournalFile:
    """One journal folder, locked for this process. Not for two threads at once (`Journal` gives it one of its own)."""

    def __init__(
        self, file: DurableFile, lock: int, till_number: int, clock: Callable[[], datetime], link_months: int
    ) -> None:
        self._file = file
        self._lock = lock
        self._till = till_number
        self._clock = clock
        self._link_months = link_months
        self._hour: tuple[int, ...] = ()
        self._right: str | None = None  # the month by a clock that was right, as this run last heard
        self._inside = False
        self._written = clock()

    @classmethod
    def open(
        cls, folder: Path, till_number: int, clock: Callable[[], datetime], link_months: int = LINK_MONTHS
    ) -> Self:
        """Lock, finish what a crash left undone, verify the file in use. `till_number` 1..999; `clock`: local time.

        Raises JournalBusyError, JournalCorruptError (file and row), JournalNewerError, JournalUnwritableError.
        """
        lock = taking.lock_folder(folder)
        try:
            file = taking.open_newest(folder, month(clock()))
        except BaseException:
            os.close(lock)
            raise
        journal = cls(file, lock, till_number, clock, link_months)
        journal._tidy_history()
        return journal

    def close(self) -> None:
        """Idempotent. Nothing is pending: every write was durable when it returned."""
        self._file.close()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    # ---- writes ----

    def open_leg(self, opening: Opening) -> JournalHead:
        return self._write(lambda: self._chain(steps.open_leg(self._pen(), opening)))

    def advance(self, change: Advance) -> JournalHead:
        return self._write(lambda: self._chain(steps.advance(self._pen(), change)))

    def close_till_request(self, request: bytes) -> None:
        return self._write(lambda: requests.close(self._file.connected(), self._file.path, self._clock(), request))

    def mark_told(self, key: LegKey) -> None:
        """Stored at once, durable with the next other write; so is `note_day_agreed`."""
        return self._write(lambda: steps.mark_told(self._pen(), key), durable=False)

    def cancel_basket(self, reference: bytes) -> None:
        return self._write(lambda: baskets.cancel(self._file.connected(), self._file.path, self._clock(), reference))

    def close_period(self, up_to: int | None = None, request: bytes | None = None, *, agreed: bool = False) -> int:
        """The period ends after the row `up_to`, or after the newest one: its number.

        Once for each `request` (a keyed hash, known for 48 h). `agreed`: the processor was asked, and nothing differed.
        """

        def close() -> int:
            last = self._file.tip.sequence if up_to is None else up_to
            return periods.close(self._file.connected(), last, request, self._clock(), agreed=agreed)

        return self._write(close)

    def note_day_agreed(self, number: int) -> None:
        return self._write(lambda: days.agree(self._file.connected(), number), durable=False)

    def change_ledger_epoch(self, digest: bytes) -> None:
        return self._write(lambda: trust.change_epoch(self._file.connected(), self._file.tip, digest))

    def accept_head(self, head: JournalHead) -> None:
        return self._write(lambda: trust.accept(self._file.connected(), head))

    def note_refused_head(self, head: JournalHead) -> None:
        return self._write(lambda: trust.refuse(self._file.connected(), head))

    def accept_refused_head(self) -> bool:
        return self._write(lambda: trust.accept_refused(self._file.connected()))

    def together(
        self, writes: Sequence[Callable[[], Result]], *, durable: bool = True
    ) -> list[Result | JournalUnwritableError]:
        """Several writes (calls of the methods above) as one transaction with one sync: a result or error for each.

        One that is refused for its content does not take the others with it.
        """
        self.turn()
        self._inside = True
        self._written = self._clock()
        try:
            return list(self._file.transaction(writes, durable=durable))
        except JournalRefusedError as refused:
            if len(writes) == 1:
                return [refused]
        except JournalUnwritableError as error:
            return [error] * len(writes)
        finally:
            self._inside = False
        return [self.together((write,), durable=durable)[0] for write in writes]

    def turn(self) -> None:
        """Before each write, and when idle: at the turn of an hour old requests go, and at a month's a file begins."""
        now = self._clock()
        hour = (*business_hour(now), *universal_hour(now))
        if hour == self._hour:
            return
        # None of this may stop a sale: whatever fails is tried again before the next write.
        with suppress(sqlite3.Error, OSError, JournalUnwritableError):
            if history.begins(month(now), self._file.path.stem, self._right):
                self._begin_month(month(now))
            self._file.transaction((lambda: self._forget(now),), durable=False)
            self._file.checkpoint(empty=True)
            self._hour = hour

    def believe(self, now: datetime) -> None:
        """By a clock that is right: what bears a month to come is named anew, this one begins, links of long ago go.

        Raises nothing: what fails is tried again the next time.
        """
        self._right = month(now)
        self._hour = ()
        with suppress(OSError):
            history.name_rightly(self._file, self._right)
        self.turn()
        with suppress(OSError):
            self._tidy_history()

    def rest(self) -> None:
        """When idle: what must be done some time and not while a sale waits.

        The log still holds the exact times of legs that were settled since: it is emptied as soon as nobody pays.
        """
        self.turn()
        if self._file.lingers and self._clock() - self._written >= QUIET:
            self._file.checkpoint(empty=True)
        elif self._file.logged >= CHECKPOINT_AFTER:
            self._file.checkpoint()

    # ---- reads ----

    @property
    def head(self) -> JournalHead:
        """The newest durable row."""
        return self._file.head

    def is_refused(self) -> bool:  # see Journal
        with self._file.reading() as connection:
            return trust.is_refused(connection)

    def find_request(self, request: bytes) -> KnownRequest | None:
        with self._file.reading() as connection:
            return requests.find(connection, self._file.path, request, self._clock())

    def find_leg(self, key: LegKey) -> KnownLeg | None:
        with self._file.reading() as connection:
            return lookups.find_leg(connection, self._file.path, key)

    def approved_untold(self, sale: bytes) -> LegKey | None:
        with self._file.reading() as connection:
            return requests.approved_untold(connection, self._file.path, sale)

    def requests_of_sale(self, sale: bytes) -> tuple[LegKey, ...]:
        with self._file.reading() as connection:
            return requests.of_sale(connection, sale)

    def unsettled(self) -> tuple[KnownLeg, ...]:
        with self._file.reading() as connection:
            return lookups.unsettled(connection)

    def recorded(self, key: LegKey) -> Recorded | None:
        with self._file.reading() as connection:
            return lookups.recorded(connection, self._file.path, key)

    def refunds_of(self, sale: LegKey) -> tuple[KnownLeg, ...]:
        with self._file.reading() as connection:
            return lookups.refunds_of(connection, self._file.path, sale)

    def cash_refunded_since(self, row: bytes) -> bool:
        with self._file.reading() as connection:
            return lookups.cash_refunded_since(connection, row)

    def find_basket(self, reference: bytes) -> KnownBasket | None:
        with self._file.reading() as connection:
            return baskets.find(connection, self._file.path, reference, self._clock())

    def basket_of(self, key: LegKey) -> KnownBasket | None:
        with self._file.reading() as connection:
            return baskets.find_of(connection, self._file.path, key)

    def open_baskets(self) -> tuple[KnownBasket, ...]:
        with self._file.reading() as connection:
            return baskets.open_ones(connection, self._file.path)

    def period(self) -> Period:
        with self._file.reading() as connection:
            return periods.period(connection, self._file.path, self._clock())

    def closed_by(self, request: bytes) -> int | None:
        """The number of the period that ended when this was asked, for 48 h."""
        with self._file.reading() as connection:
            return days.closed_by(connection, request, self._clock())

    def closed_day(self, number: int) -> Period | None:
        """A period that ended, as it was when it did. None where nothing is known of its end."""
        with self._file.reading() as connection:
            return periods.closed(connection, self._file.path, number, self._clock())

    def days_to_compare(self) -> tuple[int, ...]:
        """The newest periods that ended and that the processor did not agree about when it was asked last."""
        with self._file.reading() as connection:
            return days.to_compare(connection)

    def ledger_epoch(self) -> bytes | None:
        with self._file.reading() as connection:
            return trust.of(connection).epoch

    def holds(self, sequence: int, row_hash: bytes) -> bool | None:
        """Whether row `sequence` has this hash: what the processor last saw. None: that row is in no file here.

        Also True for the one head that is not ours and that a person accepted.
        """
        head = JournalHead(sequence, row_hash)
        with self._file.reading() as connection:
            return trust.is_accepted(connection, head) or lookups.holds(connection, self._file.path, head)

    # ---- how ----

    def _pen(self) -> steps.Pen:
        return steps.Pen(self._file.connected(), self._file.path, self._file.tip, self._clock(), self._till)

    def _chain(self, tip: JournalHead) -> JournalHead:
        self._file.tip = tip
        return tip

    def _write(self, write: Callable[[], Result], *, durable: bool = True) -> Result:
        if self._inside:
            return write()
        (result,) = self.together((write,), durable=durable)
        if isinstance(result, JournalUnwritableError):
            raise result
        return result

    def _forget(self, now: datetime) -> None:
        requests.forget(self._file.connected(), self._file.path, now)
        baskets.forget(self._file.connected(), self._file.path, now)
        days.forget(self._file.connected(), now)

    def _begin_month(self, name: str) -> None:
        old, folder = self._file.connected(), self._file.path.parent
        with months.building(folder, f"{name}.db", (self.head.sequence, self.head.hash)) as new:
            carry.over(old, self._file.path, new)
        self._file.close()
        self._file = DurableFile(folder / f"{name}.db", self.head)
        self._tidy_history()

    def _tidy_history(self) -> None:
        history.tidy(self._file.path, self._right, self._link_months)
