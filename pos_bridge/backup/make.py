"""Making a backup: parts first, each whole or not at all, the manifest last. The till sells meanwhile.

What is written cannot be read on the till: its private keys are the shop's, kept elsewhere. A crash at any line leaves
parts without a manifest, which the next run takes away.
"""

import errno
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyrage import x25519

from pos_bridge import __version__
from pos_bridge.backup import age, shelf, snapshot
from pos_bridge.backup.fault import BackupError, BackupFault, reason_of
from pos_bridge.backup.manifest import Head, Manifest, Stored, public_of, signed, told
from pos_bridge.backup.parts import Member, Part, packed
from pos_bridge.domain.identity import VaultUnusableError
from pos_bridge.identity.ledger_file import NAME as LEDGER
from pos_bridge.storage.disk import sync_folder, write_private

_TRIES = 5  # a month turns once a month: a second try finds it over


@dataclass(frozen=True, slots=True, repr=False)
class Plan:
    """From where to where, for whom, and by whose key it is signed. `for_persons` None: the till keeps nobody."""

    state: Path
    folder: Path
    till: int
    for_journal: x25519.Recipient
    for_persons: x25519.Recipient | None
    key: Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class Made:
    """`persons_unread`: the vault or the trail cannot be read; the backup has the journal alone."""

    manifest: Manifest
    path: Path
    forgotten: int
    persons_unread: bool = False


def make(plan: Plan, clock: Callable[[], datetime]) -> Made:
    """Raises BackupError; whatever was in the folder is as it was, but for persons that are too old."""
    if not plan.folder.is_dir():
        raise BackupError(BackupFault.FOLDER_ABSENT, path=plan.folder)
    if plan.folder.resolve().is_relative_to(plan.state.resolve()):
        raise BackupError(BackupFault.FOLDER_INSIDE, path=plan.folder)
    with alone(plan.state / snapshot.JOURNAL):
        try:
            forgotten = shelf.forget_persons(plan.folder, plan.till, clock())
            shelf.sweep(plan.folder, plan.till)
            made = _made(plan, _free_moment(plan, clock()))
            name = made.path.name.removesuffix(shelf.MANIFEST)
            forgotten += shelf.forget_persons(plan.folder, plan.till, clock(), but=name)
        except OSError as error:
            with suppress(OSError):
                shelf.sweep(plan.folder, plan.till)
            raise BackupError(BackupFault.NOT_WRITTEN, path=plan.folder, reason=reason_of(error)) from None
        except BackupError:
            with suppress(OSError):
                shelf.sweep(plan.folder, plan.till)
            raise
    return Made(made.manifest, made.path, forgotten, made.persons_unread)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One program at a time has a folder locked, which nobody else locks. Leaves no file. Raises BackupError.

    Not the state folder while an engine runs: the first entry of its audit trail waits for whoever has that one.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except PermissionError:
        raise
    except OSError:
        raise BackupError(BackupFault.NOTHING, path=folder) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BackupError(BackupFault.BUSY, path=folder) from None
        yield
    finally:
        os.close(descriptor)


def _free_moment(plan: Plan, now: datetime) -> str:
    """Now, or the next second of which there is no backup yet."""
    for seconds in count():
        made = told(now + timedelta(seconds=seconds))
        if not (plan.folder / (shelf.stem(plan.till, made) + shelf.MANIFEST)).exists():
            return made
    raise AssertionError("seconds do not end")


def _made(plan: Plan, made: str) -> Made:
    stem = shelf.stem(plan.till, made)
    unread = False
    try:
        persons, trail = snapshot.persons(plan.state), snapshot.trail(plan.state)
    except sqlite3.Error:
        persons, trail, unread = None, snapshot.Trail(None), True
    vault = secret = None
    if persons is not None or trail.file is not None:
        if plan.for_persons is None:
            raise BackupError(BackupFault.NO_VAULT_RECIPIENT)
        kept = (persons.vault if persons else None, trail.file)
        vault = _stored(plan, stem, Part.VAULT, [member for member in kept if member is not None])
        secret = _stored(plan, stem, Part.SECRET, persons.secret if persons else ())
    journal, stored = _journal(plan, stem)
    assert journal.head is not None
    manifest = Manifest(
        __version__,
        plan.till,
        made,
        public_of(plan.key),
        stored,
        Head(journal.head.sequence, journal.head.hash.hex()),
        journal.months,
        journal.set_aside,
        Head(journal.erasures.head.count, journal.erasures.head.digest.hex()),
        Head(trail.entries, trail.head.hex()),
        vault,
        secret,
    )
    path = plan.folder / (stem + shelf.MANIFEST)
    sync_folder(plan.folder)
    content = signed(manifest, plan.key)
    write_private(path, content)
    _give_to_owner_of(plan.folder, path)
    if path.read_bytes() != content:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return Made(manifest, path, 0, unread)


def _journal(plan: Plan, stem: str) -> tuple[snapshot.Journal, Stored]:
    for left in reversed(range(_TRIES)):
        journal = snapshot.Journal(plan.state)
        try:
            return journal, _stored(plan, stem, Part.JOURNAL, journal.members())
        except VaultUnusableError:
            raise BackupError(BackupFault.LEDGER_BEHIND, path=plan.state / LEDGER) from None
        except BackupError as error:
            if error.fault is not BackupFault.RESTLESS or not left:
                raise
    raise AssertionError("the last try returns or raises")


def _stored(plan: Plan, stem: str, part: Part, members: Iterable[Member]) -> Stored:
    path = plan.folder / (stem + part.suffix)
    unfinished = path.with_name(path.name + ".part")
    unfinished.unlink(missing_ok=True)
    to = plan.for_journal if part is Part.JOURNAL else plan.for_persons
    assert to is not None
    sealed = age.seal(packed(members), to, unfinished)
    _give_to_owner_of(plan.folder, unfinished)
    unfinished.replace(path)
    return Stored(path.name, sealed.size, sealed.sha256)


def _give_to_owner_of(folder: Path, path: Path) -> None:
    """Made by root's hand, it is the timer's to take away all the same."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
