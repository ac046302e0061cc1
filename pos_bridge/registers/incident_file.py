"""The register of incidents on disk, <state>/incidents: a line an entry, only ever added to, each bound to the last.

Kept for five years from the day that the shop knew, and longer: nothing here is removed by itself.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pos_bridge.registers.incident import Entry, Incident, folded, head, line_of, parse
from pos_bridge.storage.disk import sync_folder

NAME = "incidents"
_MODE = 0o600


class RegisterDamagedError(Exception):
    """A line is not what was written. Nothing is added behind it."""


def read(folder: Path) -> dict[int, Incident]:
    """By number, as they are now. Raises OSError, RegisterDamagedError."""
    try:
        raw = (folder / NAME).read_bytes()
    except FileNotFoundError:
        return {}
    return _understood(raw)[1]


def note(folder: Path, entry_of: Callable[[dict[int, Incident]], Entry]) -> Entry:
    """Append what `entry_of` makes of what is there; on disk on return. Raises OSError, RegisterDamagedError.

    One program at a time. What a crash left of a last line goes first: it was never acknowledged.
    """
    path = folder / NAME
    with _locked(path) as descriptor:
        raw = path.read_bytes()
        entries, known = _understood(raw)
        whole = raw.rfind(b"\n") + 1
        entry = entry_of(known)
        folded((*entries, entry))
        line = line_of(entry, head(entries))
        os.ftruncate(descriptor, whole)
        try:
            written = 0
            while written < len(line):
                written += os.write(descriptor, line[written:])
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, whole)
            raise
    sync_folder(folder)
    return entry


def _understood(raw: bytes) -> tuple[tuple[Entry, ...], dict[int, Incident]]:
    try:
        entries = parse(raw)
        return entries, folded(entries)
    except ValueError:
        raise RegisterDamagedError from None


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, _MODE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)
