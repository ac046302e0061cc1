"""Bringing a backup back: into a state folder that holds nothing, whole or not at all. And trying it: the drill.

Two names mark what is not finished, and the engine does not start beside either: `restore.part` is being filled, and
worthless after a crash; `restore.ready` was checked, and its files are being put in their places: the next run goes on
with that.
"""

import fcntl
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pos_bridge.backup.fault import BackupError, BackupFault, reason_of
from pos_bridge.backup.fill import Filled
from pos_bridge.backup.make import alone
from pos_bridge.config.settings import RESTORING
from pos_bridge.storage.disk import make_folder, sync_folder

_PART, _READY = RESTORING
_DRILL = "pos-bridge-drill-"
_MEMORY = Path("/dev/shm")  # noqa: S108 - a file system of this machine's memory; the folder in it is private


def finish(state: Path) -> bool:
    """Whether an earlier run had filled and checked it, and this one put it in place. Raises BackupError: in use, or
    not empty.
    """
    try:
        make_folder(state)
        with alone(state):
            if (state / _READY).exists():
                _put_in_place(state / _READY)
                return True
            _check_empty(state)
            return False
    except OSError as error:
        raise _not_written(state, error) from None


def restore(state: Path, fill: Callable[[Path], Filled]) -> Filled:
    """`fill` fills an empty folder. Where nothing is left to `finish`.

    Raises BackupError; then the state folder holds what it held: nothing.
    """
    part, ready = state / _PART, state / _READY
    try:
        with alone(state):
            _check_empty(state)
            if part.exists():
                shutil.rmtree(part)
            part.mkdir(mode=0o700)
            try:
                filled = fill(part)
                _give_to_owner_of(state, part)
            except BaseException:
                shutil.rmtree(part, ignore_errors=True)
                raise
            part.rename(ready)
            sync_folder(state)
            _put_in_place(ready)
            return filled
    except (OSError, sqlite3.Error) as error:
        raise _not_written(state, error) from None


def drill(fill: Callable[[Path], Filled]) -> Filled:
    """The same into a private folder, in memory where there is room for files, that is taken away again."""
    try:
        with _throw_away() as folder:
            return fill(folder)
    except (OSError, sqlite3.Error) as error:
        raise _not_written(_place(), error) from None


def _check_empty(state: Path) -> None:
    """But for what is worthless."""
    if any(path.name != _PART for path in state.iterdir()):
        raise BackupError(BackupFault.STATE_NOT_EMPTY, path=state)


def _put_in_place(ready: Path) -> None:
    state = ready.parent
    for path in sorted(ready.iterdir()):
        target = state / path.name
        if target.exists():  # an engine of another version, which does not know what it started beside
            raise BackupError(BackupFault.STATE_NOT_EMPTY, path=state)
        path.rename(target)
    sync_folder(state)
    ready.rmdir()
    sync_folder(state)


def _give_to_owner_of(state: Path, part: Path) -> None:
    """Restored by root, it is the engine's all the same."""
    if os.geteuid() != 0:
        return
    owner = state.stat()
    for path in (part, *part.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _place() -> Path:
    return _MEMORY if os.access(_MEMORY, os.W_OK) else Path(tempfile.gettempdir())


@contextmanager
def _throw_away() -> Iterator[Path]:
    """What a killed drill left goes first."""
    place = _place()
    for left in place.glob(f"{_DRILL}*"):
        if left.is_dir() and not left.is_symlink() and left.stat().st_uid == os.geteuid():
            _take_away(left)
    folder = Path(tempfile.mkdtemp(prefix=_DRILL, dir=place))
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def _take_away(left: Path) -> None:
    """Unless its drill still runs."""
    held = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(left, ignore_errors=True)
    except BlockingIOError:
        pass
    finally:
        os.close(held)


def _not_written(path: Path, error: OSError | sqlite3.Error) -> BackupError:
    reason = reason_of(error) if isinstance(error, OSError) else "SQLite"
    return BackupError(BackupFault.NOT_WRITTEN, path=path, reason=reason)
