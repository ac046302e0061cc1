"""A backup as somebody brings it: is it this till's, and is each part what was signed? Opens nothing yet."""

from dataclasses import dataclass
from pathlib import Path

from pos_bridge.backup import age, shelf
from pos_bridge.backup.fault import BackupError, BackupFault, reason_of
from pos_bridge.backup.manifest import Manifest, Stored, parse


@dataclass(frozen=True, slots=True)
class Backup:
    """A manifest whose signature was checked, and its parts, whose hashes were. `persons`: vault and secret."""

    path: Path
    manifest: Manifest
    journal: Path
    persons: tuple[Path, Path] | None


def signed_manifest(path: Path, till: int, config: Path, signer: str | None) -> Manifest:
    """Of a backup of this till by this key, 64 hexadecimal digits; None: it is not known. Raises BackupError."""
    try:
        manifest = parse(path.read_bytes())
    except OSError as error:
        raise BackupError(BackupFault.UNREADABLE, path=path, reason=reason_of(error)) from None
    except ValueError:
        raise BackupError(BackupFault.NOT_A_MANIFEST, path=path) from None
    if signer is None:
        raise BackupError(BackupFault.SIGNER_UNKNOWN, signer=manifest.signer)
    if signer != manifest.signer:
        raise BackupError(BackupFault.SIGNER_OTHER, signer=manifest.signer)
    if manifest.till != till:
        raise BackupError(BackupFault.OTHER_TILL, number=manifest.till, mine=till, file=config)
    return manifest


def manifest_among(files: list[Path]) -> Path:
    """Raises BackupError unless it is one."""
    found = [path for path in files if path.name.endswith(shelf.MANIFEST)]
    if len(found) != 1:
        raise BackupError(BackupFault.NO_MANIFEST)
    return found[0]


def with_parts(path: Path, manifest: Manifest, files: list[Path], *, persons: bool) -> Backup:
    """`files` are looked through by name, then the manifest's own folder. Raises BackupError."""
    journal = _checked(path, manifest.journal, files, BackupFault.PART_MISSING)
    both = (manifest.vault, manifest.secret)
    if not persons or both[0] is None or both[1] is None:
        return Backup(path, manifest, journal, None)
    vault, secret = (_checked(path, part, files, BackupFault.PERSONS_MISSING) for part in both if part is not None)
    return Backup(path, manifest, journal, (vault, secret))


def _checked(manifest: Path, part: Stored, files: list[Path], absent: BackupFault) -> Path:
    there = [path for path in (*files, manifest.with_name(part.file)) if path.name == part.file and path.exists()]
    if not there:
        raise BackupError(absent, name=part.file)
    try:
        found = age.sha256_of(there[0])
    except OSError as error:
        raise BackupError(BackupFault.UNREADABLE, path=there[0], reason=reason_of(error)) from None
    if (found.size, found.sha256) != (part.size, part.sha256):
        raise BackupError(BackupFault.PART_CHANGED, name=part.file)
    return there[0]
