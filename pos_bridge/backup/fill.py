"""An empty folder is filled with what a backup holds, and all of it is checked: hashes, chains, the erased gone again.

Never a folder that holds anything. What is written is on disk on return; after a fault the folder is worthless.
"""

import errno
import os
import shutil
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from pyrage import x25519

from pos_bridge.backup import age, snapshot
from pos_bridge.backup.fault import BackupError, BackupFault
from pos_bridge.backup.manifest import Manifest
from pos_bridge.backup.opening import Backup
from pos_bridge.backup.parts import Part, unpacked
from pos_bridge.domain.identity import VaultFault
from pos_bridge.domain.ledger import JournalHead
from pos_bridge.identity.fault import EXPECTED, fault_of
from pos_bridge.identity.ledger import Entries
from pos_bridge.identity.ledger import parse as parsed_ledger
from pos_bridge.identity.ledger_file import NAME as LEDGER
from pos_bridge.identity.renewing import owe
from pos_bridge.identity.vault_file import VaultFile
from pos_bridge.journal import months
from pos_bridge.journal.errors import JournalNewerError
from pos_bridge.journal.verify import SoundFile, verify
from pos_bridge.registers import trail_file
from pos_bridge.storage.disk import make_folder, sync_folder, write_private

_ARCHIVE = "archive"
_HISTORY = 0o400


@dataclass(frozen=True, slots=True, repr=False)
class Opening:
    """What opens it: private keys; the vault key, its file's name, and the ledger of erasures as it is today.

    `ledger` None: without persons.
    """

    identities: list[x25519.Identity]
    vault_key: bytes = b""
    key_file: Path | None = None
    ledger: Entries | None = None
    ledger_file: Path | None = None
    return_window_days: int = 30


@dataclass(frozen=True, slots=True)
class Filled:
    """`rows` up to the journal's head; `erased` since that backup, who went again; whether the trail is as it was."""

    rows: int
    persons: bool
    erased: int
    trail_sound: bool = True


def fill(folder: Path, backup: Backup, opening: Opening) -> Filled:
    """Raises BackupError; OSError and sqlite3.Error as the disk does."""
    _unpack_large(folder, backup.journal, Part.JOURNAL, opening.identities)
    _check_journal(folder, backup.manifest)
    before = _ledger_of(folder, backup.manifest)
    if backup.persons is None:
        _sync(folder)
        return Filled(backup.manifest.chain.count, persons=False, erased=0)
    assert opening.ledger is not None
    if not opening.ledger.has(before.head):
        raise BackupError(BackupFault.LEDGER_BEHIND, path=opening.ledger_file)
    write_private(folder / LEDGER, opening.ledger.lines())
    vault, secret = backup.persons
    _unpack_large(folder, vault, Part.VAULT, opening.identities)
    with BytesIO() as archive, secret.open("rb") as source:
        _unseal(source, archive, secret.name, opening.identities)
        archive.seek(0)
        _unpack(folder, archive, Part.SECRET, secret.name)
    sound = _check_trail(folder, backup.manifest)
    _forget_again(folder, opening)
    _sync(folder)
    return Filled(
        backup.manifest.chain.count,
        persons=True,
        erased=opening.ledger.head.count - before.head.count,
        trail_sound=sound,
    )


def _unpack_large(folder: Path, file: Path, part: Part, keys: list[x25519.Identity]) -> None:
    """By way of a file: nothing of what is decrypted is looked at before all of it is known to be whole."""
    archive = folder / _ARCHIVE
    descriptor = os.open(archive, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w+b") as opened, file.open("rb") as source:
        _unseal(source, opened, file.name, keys)
        opened.seek(0)
        _unpack(folder, opened, part, file.name)
    archive.unlink()


def _unseal(source: BinaryIO, target: BinaryIO, name: str, keys: list[x25519.Identity]) -> None:
    try:
        age.unseal(source, target, keys)
    except age.OtherIdentityError:
        raise BackupError(BackupFault.IDENTITY_OTHER, name=name) from None
    except age.SpoiltError:
        raise BackupError(BackupFault.PART_CHANGED, name=name) from None


def _unpack(folder: Path, archive: BinaryIO, part: Part, name: str) -> None:
    try:
        for member, is_history, content in unpacked(archive, part):
            path = folder / member
            make_folder(path.parent)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
                shutil.copyfileobj(content, file)
                file.flush()
                if is_history:
                    os.fchmod(file.fileno(), _HISTORY)
                os.fsync(file.fileno())
    except ValueError:
        raise BackupError(BackupFault.CONTENT_UNFIT, name=name) from None


def _check_journal(folder: Path, manifest: Manifest) -> None:
    unfit = BackupError(BackupFault.CONTENT_UNFIT, name=manifest.journal.file)
    reports, head = verify(folder / snapshot.JOURNAL), None
    for report in reports:
        if isinstance(report, JournalNewerError):
            raise BackupError(BackupFault.JOURNAL_NEWER, file=report.file)
        if not isinstance(report, SoundFile):
            raise BackupError(BackupFault.JOURNAL_DAMAGED, file=report.file)
        head = report.head
    expected = JournalHead(manifest.chain.count, bytes.fromhex(manifest.chain.hash))
    if len(reports) != manifest.months or head != expected:
        raise unfit
    for path in months.files(folder / snapshot.JOURNAL):  # what SQLite made to read it
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def _ledger_of(folder: Path, manifest: Manifest) -> Entries:
    """As it was when the backup was made."""
    try:
        entries = parsed_ledger((folder / LEDGER).read_bytes())
        if (entries.head.count, entries.head.digest.hex()) == (manifest.erasures.count, manifest.erasures.hash):
            return entries
    except (FileNotFoundError, ValueError):
        pass
    raise BackupError(BackupFault.CONTENT_UNFIT, name=manifest.journal.file)


def _check_trail(folder: Path, manifest: Manifest) -> bool:
    found = trail_file.verify(folder / snapshot.AUDIT)
    expected = trail_file.Sound(manifest.audit.count, bytes.fromhex(manifest.audit.hash))
    return found == expected


def _forget_again(folder: Path, opening: Opening) -> None:
    """Whoever was erased since goes, and the secret that lay in the backup is owed to go with them."""
    path = folder / snapshot.VAULT
    if not path.exists():
        return
    owe(folder)
    with closing(VaultFile(path, opening.vault_key, opening.return_window_days)) as vault:
        try:
            vault.held()
        except EXPECTED as error:
            fault = fault_of(error)
        else:
            return
    match fault:
        case VaultFault.WRONG_KEY:
            raise BackupError(BackupFault.VAULT_KEY, path=opening.key_file)
        case VaultFault.ERASURES_BEHIND:
            raise BackupError(BackupFault.LEDGER_BEHIND, path=opening.ledger_file)
        case VaultFault.DISK | VaultFault.DISK_FULL:
            code = errno.ENOSPC if fault is VaultFault.DISK_FULL else errno.EIO
            raise OSError(code, os.strerror(code))
        case _:
            raise BackupError(BackupFault.CONTENT_UNFIT, name=snapshot.VAULT)


def _sync(folder: Path) -> None:
    for path in (folder / snapshot.JOURNAL / months.QUARANTINE, folder / snapshot.JOURNAL, folder):
        if path.is_dir():
            sync_folder(path)
