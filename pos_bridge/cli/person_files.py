"""Files that a person is given: private, both or none, and never in another's place.

Their places are taken before anything is asked of the vault: what cannot be written is not asked for.
"""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pos_bridge.storage.disk import make_folder, sync_folder

_MODE = 0o600
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS}  # a stick's file system


@contextmanager
def places(folder: Path, names: tuple[str, ...]) -> Iterator[Callable[[tuple[bytes, ...]], None]]:
    """Gives what writes them, once. Raises FileExistsError where one is there, OSError as the disk does.

    Left without writing, nothing is there that was not there before.
    """
    made = not folder.exists()
    parts = [folder / f".{name}.part" for name in names]
    descriptors: list[int] = []
    try:
        make_folder(folder)
        for name, part in zip(names, parts, strict=True):
            if os.path.lexists(folder / name):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder / name))
            part.unlink(missing_ok=True)
            descriptors.append(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE))

        def write(contents: tuple[bytes, ...]) -> None:
            for descriptor, content in zip(descriptors, contents, strict=True):
                _write(descriptor, content)
            _name(folder, parts, names)

        yield write
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
        for part in parts[: len(descriptors)]:
            with suppress(OSError):
                part.unlink()
        if made:
            with suppress(OSError):
                folder.rmdir()  # if nothing is in it


def _write(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]
    os.fsync(descriptor)


def _name(folder: Path, parts: list[Path], names: tuple[str, ...]) -> None:
    """Each under its name, or none."""
    done: list[Path] = []
    try:
        for part, name in zip(parts, names, strict=True):
            _link(part, folder / name)
            done.append(folder / name)
        sync_folder(folder)
    except OSError:
        for path in done:
            with suppress(OSError):
                path.unlink()
        raise


def _link(part: Path, path: Path) -> None:
    """Never over another: a link is refused there."""
    try:
        os.link(part, path)
    except OSError as error:
        if error.errno not in _NO_LINKS or os.path.lexists(path):
            raise
        part.rename(path)
