"""The ledger of erasures on disk: `erasures` in the state folder, only ever added to, and a copy of it off the till.

A line is on disk before the person goes. The copy (a share, a stick: `identity.erasures_copy`) has the same lines; an
erasure is acknowledged when it was written there, synced and read back. Nothing here is deleted, ever: a backup that is
restored in ten years must not bring back whom it names.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import Thread
from typing import TypeVar

from pos_bridge.domain.identity import VaultFault, VaultUnusableError
from pos_bridge.identity.ledger import Entries, Head, after, line_of, parse
from pos_bridge.identity.lock import Lock
from pos_bridge.storage.disk import sync_folder

NAME = "erasures"
_MODE = 0o600
_COPY_S = 3.0  # a share answers in less, or is not there; others wait for the vault as long

Result = TypeVar("Result")


class Ledger:
    """Of the vault in `folder`, with a copy where one is configured.

    `enter` and `complete` are for whoever has the vault's write lock. Raises OSError as the disk does, and
    VaultUnusableError: DAMAGED where a line was changed, ERASURES_BEHIND where the copy says something else than we.
    """

    def __init__(self, folder: Path, copy: Path | None = None) -> None:
        self._path = folder / NAME
        self._copy = copy
        self._copying = Lock(folder / NAME)
        self._hanging: Thread | None = None

    def entries(self) -> Entries:
        """As they lie there. Changes nothing."""
        return _read(self._path, VaultFault.DAMAGED)

    def enter(self, person: bytes) -> Head:
        """Durable on return; once, however often it is asked."""
        entries = self._mended()
        line, head = b"", entries.head
        if person not in entries.persons:
            head = after(head, person)
            line = line_of(person, head)
        _append(self._path, line)  # synced, too, if an earlier try wrote it and got no further
        return head

    def complete(self) -> Entries:
        """With what only the copy has: ours was restored. A copy that cannot be reached says nothing."""
        ours, theirs = self._mended(), self._reached()
        if theirs is None or ours.has(theirs.head):
            return ours
        if not theirs.has(ours.head):
            raise VaultUnusableError(VaultFault.ERASURES_BEHIND)
        _append(self._path, theirs.lines(ours.head.count))
        return theirs

    def acknowledge(self) -> int:
        """Bring the copy up to date. How many entries are not in it, synced and read back; 0 without a copy."""
        ours = self.entries()
        if self._copy is None or not ours.persons:
            return 0
        there = self._within(partial(self._brought_up, self._copy, ours))
        return ours.head.count - (there or 0)

    def _brought_up(self, copy: Path, ours: Entries) -> int:
        """How many entries are in the copy now. On the thread that may hang: the lock is its own, until it ends."""
        with self._alone():
            theirs = _read_copy(copy)
            if theirs is not None and ours.has(theirs.head) and (theirs.torn or theirs.head != ours.head):
                with suppress(OSError):
                    _mend(copy, theirs)
                    _append(copy, ours.lines(theirs.head.count))
                theirs = _read_copy(copy)
            return theirs.head.count if theirs is not None and ours.has(theirs.head) else 0

    def _mended(self) -> Entries:
        entries = self.entries()
        _mend(self._path, entries)
        return entries

    def _reached(self) -> Entries | None:
        """What the copy says: nothing yet where it is missing in a folder that is there."""
        return None if self._copy is None else self._within(partial(_read_copy, self._copy))

    def _within(self, call: Callable[[], Result]) -> Result | None:
        """None for a disk that cannot do it, or not in time: a share that hangs is not to hang the till's vault."""
        if self._hanging is not None and self._hanging.is_alive():
            return None
        outcome: list[Result | VaultFault] = []

        def run() -> None:
            with suppress(OSError):
                try:
                    outcome.append(call())
                except VaultUnusableError as error:
                    outcome.append(error.fault)

        self._hanging = Thread(target=run, name="copy of the ledger", daemon=True)
        self._hanging.start()
        self._hanging.join(_COPY_S)
        if not outcome:
            return None
        if isinstance(outcome[0], VaultFault):
            raise VaultUnusableError(outcome[0])
        return outcome[0]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One program at a time brings the copy up to date."""
        self._copying.take()
        try:
            yield
        finally:
            self._copying.release()


def _read_copy(path: Path) -> Entries | None:
    return _read(path, VaultFault.ERASURES_BEHIND) if path.parent.is_dir() else None


def _read(path: Path, fault: VaultFault) -> Entries:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return Entries()
    try:
        return parse(raw)
    except ValueError:
        pass
    raise VaultUnusableError(fault)


def _mend(path: Path, entries: Entries) -> None:
    """What a crash left of the last line goes, or is given its end."""
    if entries.torn:
        os.truncate(path, entries.whole)
        _append(path, b"\n" if entries.unended else b"")


def _append(path: Path, lines: bytes) -> None:
    """On disk on return, with the file's name if it is new; or nothing of it."""
    new = not path.exists()
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, _MODE)
    try:
        before, written = os.fstat(descriptor).st_size, 0
        try:
            while written < len(lines):
                written += os.write(descriptor, lines[written:])
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, before)
            raise
        # What is read back comes from where it was written, as far as the system can be asked for it.
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
    if new:
        sync_folder(path.parent)
