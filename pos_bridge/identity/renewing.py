"""A new epoch of the vault, as it is owed after an erasure: begun, worked at while nobody waits, and put in place.

`vault.renew` says that one is owed: it is on disk before anybody goes, and goes when the old secret is destroyed. In
this order, each step on disk before the next, so that a crash anywhere leaves a vault that opens, with everything:

1. `vault.epoch.next`: the new secret
2. `vault.db.next`: the whole vault under it
3. the old vault's log is cut off, and nobody else has it open (lock.py)
4. `vault.db.next` becomes `vault.db`
5. the old secret is overwritten; `vault.epoch.next` becomes `vault.epoch`
6. `vault.renew` goes

A crash before 4 leaves the old vault, and what was made of the new one is thrown away; after it, 5 is done at the next
opening. A change of the vault before 4 throws the new one away as well. After OVERDUE_S it is made at once, without a
pause: the old secret is gone within a day.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from pos_bridge.identity import epoch, file
from pos_bridge.identity.lock import Lock
from pos_bridge.identity.renewal import NEXT, Renewal, beside, discard
from pos_bridge.identity.rows import Rows
from pos_bridge.storage.disk import sync_folder

OWED = "vault.renew"
OVERDUE_S = 20 * 3600
SLICE_S = 0.05  # what a sale may have to wait for


class Progress(Enum):
    """What became of a step."""

    DONE = 1  # none is owed any more
    WORKING = 2  # there is more to do, now
    CHANGED = 3  # the vault changed meanwhile: from the beginning
    WAITING = 4  # another program has the vault open, or renews it


@dataclass(frozen=True, slots=True)
class Owing:
    """See checkout.person_ports.Owed."""

    copies: int
    renewal: bool


def owe(folder: Path) -> None:
    """On disk on return. One that is owed for long stays owed for so long."""
    os.close(os.open(folder / OWED, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
    sync_folder(folder)


def is_owed(folder: Path) -> bool:
    return (folder / OWED).exists()


def settle(path: Path, key: bytes, lock: Lock) -> None:
    """What a crash left of a renewal is finished, or thrown away. For who shares the lock, before the vault is opened.

    Raises as file.opened does. While another has the vault open it is left as it is: it opens in any case.
    """
    if not epoch.renewing(path.parent) or not lock.alone():
        return
    try:
        if file.secret_of(path, key) == epoch.following(path.parent):
            sync_folder(path.parent)
            epoch.turn(path.parent)
        else:
            discard(path)
    finally:
        lock.share()


class Renewing:
    """For one thread, that of the vault. `lock` is the vault's, shared while `rows` are open."""

    def __init__(self, path: Path, key: bytes, lock: Lock, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._key = key
        self._lock = lock
        self._clock = clock
        self._one = Lock(path.with_name(OWED))  # one program at a time makes one
        self._attempt: Renewal | None = None

    def step(self, rows: Rows, hang_up: Callable[[], None], *, whole: bool = False) -> Progress:
        """Raises what the disk and the vault raise: then the attempt is thrown away. `hang_up` closes `rows`."""
        try:
            return self._step(rows, hang_up, None if whole or self._overdue() else SLICE_S)
        except BaseException:
            self.drop()
            raise

    def drop(self) -> None:
        """Throw away what there is of one: the vault is being closed, or opened again. Idempotent."""
        attempt, self._attempt = self._attempt, None
        try:
            if attempt is not None:
                attempt.discard()
        finally:
            self._one.release()

    def _step(self, rows: Rows, hang_up: Callable[[], None], seconds: float | None) -> Progress:
        if not is_owed(self._path.parent):
            return Progress.DONE
        if self._attempt is None:
            if not self._one.attempt():
                return Progress.WAITING
            if epoch.renewing(self._path.parent):  # what a crash left, of which this vault may be: `settle` knows
                self._one.release()
                hang_up()
                return Progress.WAITING
            self._attempt = Renewal(rows, self._path, self._key)
        if self._attempt.rows is not rows or self._attempt.changed:
            self.drop()
            return Progress.CHANGED
        if not self._attempt.step(seconds):
            return Progress.WORKING
        if not self._lock.alone():
            return Progress.WAITING
        try:
            return self._put_in_place(self._attempt, hang_up)
        finally:
            self._lock.share()

    def _put_in_place(self, attempt: Renewal, hang_up: Callable[[], None]) -> Progress:
        if attempt.changed:
            self.drop()
            return Progress.CHANGED
        busy, _, _ = attempt.rows.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            return Progress.WAITING
        hang_up()
        if beside(self._path, "-wal").exists():  # somebody without our lock: SQLite itself, asked by hand
            self.drop()
            return Progress.WAITING
        self._attempt = None  # from here on it is the vault: whatever happens, it is not thrown away
        beside(self._path, NEXT).replace(self._path)
        sync_folder(self._path.parent)
        epoch.turn(self._path.parent)
        self._path.with_name(OWED).unlink()
        sync_folder(self._path.parent)
        self._one.release()
        return Progress.DONE

    def _overdue(self) -> bool:
        """Also where the clock went back."""
        try:
            since = self._path.with_name(OWED).stat().st_mtime
        except FileNotFoundError:
            return False
        return not 0 <= self._clock() - since < OVERDUE_S
