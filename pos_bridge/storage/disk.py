"""Making things last: a file or a name is on disk when these return. OSError as the disk does.

A private file comes into being whole or not at all, readable by its owner alone.
"""

import errno
import os
from contextlib import suppress
from pathlib import Path

_PRIVATE, _PRIVATE_FOLDER, _PUBLIC = 0o600, 0o700, 0o644
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC  # O_EXCL follows no link
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
    _take_its_place(_written_beside(path, content, owner), path)


def write_new(path: Path, content: bytes) -> None:
    """Make a private file where there is none, whole. Made by root, it is its folder's owner's from its first moment.

    All is done in the one folder that was opened, and follows no link in it: whose folder it is may put one there, or
    another folder in its place, meanwhile. FileExistsError also where a link is.
    """
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        part = path.name + ".part"
        with suppress(FileNotFoundError):
            os.unlink(part, dir_fd=folder)
        with suppress(FileNotFoundError):
            os.stat(path.name, dir_fd=folder, follow_symlinks=False)
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        owner = os.fstat(folder)
        descriptor = os.open(part, _NEW, _PRIVATE, dir_fd=folder)
        _fill(descriptor, content, (owner.st_uid, owner.st_gid) if os.geteuid() == 0 else None)
        os.rename(part, path.name, src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)
    finally:
        os.close(folder)


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


def _written_beside(path: Path, content: bytes, owner: tuple[int, int] | None = None) -> Path:
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    try:
        _fill(os.open(part, _NEW, _PRIVATE), content, owner)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    return part


def _fill(descriptor: int, content: bytes, owner: tuple[int, int] | None) -> None:
    """By the descriptor, never by the name, which whoever has the folder may give to something else."""
    try:
        if owner is not None:
            os.fchown(descriptor, *owner)
    except OSError:
        os.close(descriptor)
        raise
    write_and_close(descriptor, content)


def _take_its_place(part: Path, path: Path) -> None:
    part.replace(path)
    sync_folder(path.parent)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
