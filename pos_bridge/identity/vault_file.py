"""The vault for one thread: opened when first needed, each call one transaction, tidied while nobody waits.

What a failing disk can do is met here: the transaction is undone, the file is opened again when it can be, and what
must not stay is deleted at the next opportunity.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from pos_bridge.domain.identity import ChoiceKind, Chouchous, Consent
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.points import Earned, PointsFault, PointsRule, Withdrawal
from pos_bridge.identity import file
from pos_bridge.identity.fault import EXPECTED
from pos_bridge.identity.ledger_file import Ledger
from pos_bridge.identity.lock import lock_of
from pos_bridge.identity.person_record import RETURN_WINDOW_DAYS
from pos_bridge.identity.record import Choices
from pos_bridge.identity.renewing import Owing, Progress, Renewing, is_owed, owe, settle
from pos_bridge.identity.replay import replay
from pos_bridge.identity.rows import Rows
from pos_bridge.storage.database import checkpoint, transaction
from pos_bridge.storage.disk import make_folder

REWRITE_AFTER = 256  # sales; the file is then written anew in the order of its names
Answer = TypeVar("Answer")
_STAYS_GOOD = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY}


class VaultFile:
    """`path` and its vault key. Calls raise what fault.EXPECTED lists; `rest` and `close` raise nothing of it.

    `return_window_days`: how long after its payment an order's data stays, where nobody said otherwise.
    `erasures_copy`: where the ledger of erasures is kept off the till.
    """

    def __init__(
        self,
        path: Path,
        key: bytes,
        return_window_days: int = RETURN_WINDOW_DAYS,
        erasures_copy: Path | None = None,
    ) -> None:
        self._path = path
        self._key = key
        self._window_days = return_window_days
        self._lock = lock_of(path)
        self._ledger = Ledger(path.parent, erasures_copy)
        self._renewing = Renewing(path, key, self._lock)
        self._rows: Rows | None = None
        self._unwanted: set[LegKey] = set()  # nothing may be held for these, and a disk would not have it so
        self._lingers = True  # the write-ahead log may hold what was deleted: here, by an earlier run
        self._kept = 0  # since the file was last written anew

    def hold(self, leg: LegKey, choices: Choices, rule: PointsRule | None = None) -> None:
        self._unwanted.discard(leg)
        try:
            self.make()
            with self.writing() as rows:
                self._lingers |= rows.hold(leg, choices, rule)
        except EXPECTED:
            self._unwanted.add(leg)  # told as not held: a commit whose sync failed must not come back
            raise

    def keep(self, leg: LegKey, paid: int | None = None, returned: int = 0) -> None:
        if self.absent():
            return
        with self.writing() as rows:
            kept = rows.keep(leg, paid, returned, self._window_days)
        self._lingers |= kept
        self._kept += kept

    def drop(self, leg: LegKey) -> None:
        self._unwanted.add(leg)
        self._drop_unwanted()

    def held(self) -> tuple[LegKey, ...]:
        return self.ask(lambda rows: rows.held(), ())

    def known(self, leg: LegKey) -> frozenset[ChoiceKind]:
        return self.ask(lambda rows: rows.known(leg), frozenset())

    # ---- points ----

    def award(self, leg: LegKey, choice: Chouchous, consent: Consent, earned: Earned) -> Earned | PointsFault:
        self.make()
        with self.writing() as rows:
            self._lingers = True  # a record that had no such consent is replaced
            given = rows.award(leg, choice, consent, earned)
        self._kept += given is earned
        return given

    def withdraw(self, leg: LegKey, mark: bytes, cents: int | None) -> Withdrawal | PointsFault:
        if self.absent():
            return PointsFault.NO_POINTS
        with self.writing() as rows:
            self._lingers = True  # what is replaced
            return rows.withdraw(leg, mark, cents)

    def earned(self, leg: LegKey) -> Earned | None:
        return self.ask(lambda rows: rows.points.earned(leg), None)

    def earning(self, leg: LegKey, paid: int) -> int | None:
        return self.ask(lambda rows: rows.earning(leg, paid), None)

    def returned(self, leg: LegKey, cents: int, *, settled: bool) -> None:
        if not self.ask(lambda rows: rows.points.concerned(leg), otherwise=False):
            return  # of nobody, as most: nothing is written
        with self.writing() as rows:
            self._lingers = True
            rows.points.returned(leg, cents, settled=settled)

    def returning(self) -> tuple[LegKey, ...]:
        return self.ask(lambda rows: rows.points.returning(), ())

    # ---- for all that is done with it (persons: person_file.py) ----

    def ask(self, what: Callable[[Rows], Answer], otherwise: Answer) -> Answer:
        """`otherwise`: where there is no vault."""
        if self.absent():
            return otherwise
        with self.reading() as rows:
            return what(rows)

    def make(self) -> None:
        """Unless there is one."""
        if not self.absent():
            return
        make_folder(self._path.parent)
        self._lock.take()
        try:
            if self.absent():
                file.make(self._path, self._key)
        finally:
            self._lock.release()

    def replaced(self) -> None:
        """Something was written over: a rest is needed."""
        self._lingers = True
        self._kept += 1

    def deleted(self) -> None:
        """Somebody goes: at the next rest the file is written anew, so that not even their place is left. In `writing`:
        that a new epoch is owed is on disk before they are gone.
        """
        owe(self._path.parent)
        self._lingers = True
        self._kept = max(self._kept, REWRITE_AFTER)

    # ---- erasures: their ledger, and the key that they end ----

    def enter(self, person: bytes) -> bytes:
        """Enter an erasure in the ledger, in `writing`, before anything goes. What the vault notes of the ledger."""
        owe(self._path.parent)
        return self._ledger.enter(person).raw

    def owed(self) -> Owing:
        """What erasures still wait for. The copy off the till is brought up to date if it can be."""
        if not self.absent():
            with self.writing() as rows:
                self._replay(rows)
        return Owing(self._ledger.acknowledge(), is_owed(self._path.parent))

    def renew(self, *, whole: bool = False) -> Progress:
        """A step of a new epoch, where one is owed: for SLICE_S, or all of it."""
        if self.absent() or not is_owed(self._path.parent):
            return Progress.DONE
        with self.reading() as rows:
            progress = self._renewing.step(rows, self._hang_up, whole=whole)
        if progress is Progress.DONE:
            self._kept = 0  # it is in the order of its names
        return progress

    def give_up_renewal(self) -> None:
        """Until it is tried again: whoever is erased meanwhile, by whatever program, must not be in a second vault."""
        self._renewing.drop()

    def rest(self) -> None:
        """Nothing deleted stays in the write-ahead log; now and then, nothing of the order in which rows came."""
        with suppress(*EXPECTED):
            if self._unwanted:
                self._drop_unwanted()
            if self._rows is None and not file.has_log(self._path):
                return
            if self._lingers:
                self._empty_log()
            if self._kept >= REWRITE_AFTER:
                self._write_anew()
                self._empty_log()

    def close(self) -> None:
        """Idempotent."""
        with suppress(*EXPECTED):
            if self._rows is not None and self._kept:
                self._write_anew()
        self.rest()
        self._disconnect()

    def absent(self) -> bool:
        return self._rows is None and file.absent(self._path)

    def _opened(self) -> Rows:
        if self._rows is None:
            self._lock.share()
            try:
                settle(self._path, self._key, self._lock)
                self._rows = file.opened(self._path, self._key)
                with self._changing(self._rows):
                    self._replay(self._rows)
            except BaseException:
                self._disconnect()
                raise
        return self._rows

    def _replay(self, rows: Rows) -> None:
        if replay(rows, self._ledger):
            self.deleted()

    @contextmanager
    def reading(self) -> Iterator[Rows]:
        rows = self._opened()
        try:
            yield rows
        except sqlite3.Error as error:
            self._doubt(error)
            raise

    @contextmanager
    def writing(self) -> Iterator[Rows]:
        """One transaction, all or nothing. What is unwanted goes with it."""
        rows = self._opened()
        unwanted = tuple(self._unwanted)
        with self._changing(rows):
            for leg in unwanted:
                self._lingers |= rows.drop(leg)
            yield rows
        self._unwanted.difference_update(unwanted)

    @contextmanager
    def _changing(self, rows: Rows) -> Iterator[None]:
        try:
            with transaction(rows.connection):
                yield
        except BaseException as error:
            if self._rows is rows and rows.connection.in_transaction:  # the disk would not even have it undone
                self._disconnect()
            self._doubt(error)
            raise

    def _drop_unwanted(self) -> None:
        if self.absent():
            self._unwanted.clear()
            return
        with self.writing():
            pass

    def _write_anew(self) -> None:
        """Inside a page rows lie in the order in which they came, until the file is written in that of its names."""
        with self.reading() as rows:
            rows.connection.execute("VACUUM")
        self._kept = 0
        self._lingers = True

    def _empty_log(self) -> None:
        """Never waits for readers, tries again later."""
        with self.reading() as rows:
            self._lingers = not checkpoint(rows.connection, "TRUNCATE")

    def _doubt(self, error: BaseException) -> None:
        if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF not in _STAYS_GOOD:
            self._disconnect()

    def _disconnect(self) -> None:
        with suppress(*EXPECTED):
            self._renewing.drop()
        self._hang_up()
        self._lock.release()

    def _hang_up(self) -> None:
        rows, self._rows = self._rows, None
        if rows is not None:
            self._lingers = True
            with suppress(sqlite3.Error):
                rows.connection.close()
