"""Making things last: a file or a name is on disk when these return. OSError as the disk does.

A private file comes into being whole or not at all, readable by its owner alone.
"""

import os
from pathlib import Path

_PRIVATE, _PRIVATE_FOLDER, _PUBLIC = 0o600, 0o700, 0o644
_SMALL = 16_384  # more than any key with its certificates


def sync_file(path: Path) -> None:
    _sync(path, os.O_RDONLY)


def sync_folder(path: Path) -> None:
    """The names in it."""
    _sync(path, os.O_DIRECTORY)


def make_folder(path: Path) -> None:
    """A private folder and those above it, where they are missing; on disk with their names on return."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
        sync_folder(folder.parent)


def write_private(path: Path, content: bytes, owner: tuple[int, int] | None = None) -> None:
    """Make or replace a small file, whole: built under another name, which is worthless after a crash.

    `owner`: user and group that it belongs to from its first moment; for root, who makes it for the service.
    """
    part = _written_beside(path, content)
    if owner is not None:
        os.chown(part, *owner, follow_symlinks=False)  # whose folder it is may put a link there meanwhile
    _take_its_place(part, path)


def write_public(path: Path, content: bytes) -> None:
    """The same, for everybody to read."""
    part = _written_beside(path, content)
    part.chmod(_PUBLIC)
    _take_its_place(part, path)


def overwrite(path: Path) -> None:
    """With zeros, in place, before the name goes: the very blocks, as far as a file system and a disk keep them."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    write_and_close(descriptor, bytes(os.fstat(descriptor).st_size))


def try_room(path: Path) -> None:
    """OSError where a small file could not be written to replace this one, whose content is still to come."""
    trial = path.with_name(path.name + ".trial")
    try:
        write_private(trial, bytes(_SMALL))
    finally:
        trial.unlink(missing_ok=True)


def write_and_close(descriptor: int, content: bytes) -> None:
    """All of it: a disk that fills up meanwhile takes a part first, and says so only when asked for the rest."""
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _written_beside(path: Path, content: bytes) -> Path:
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    try:
        write_and_close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _PRIVATE), content)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    return part


def _take_its_place(part: Path, path: Path) -> None:
    part.replace(path)
    sync_folder(path.parent)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
