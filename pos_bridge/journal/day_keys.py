"""Keys of the day for the answers file: 32 random bytes in a file each, made when first needed, destroyed in time.

A key serves one UTC day and is destroyed 72 h after that day began: what was kept at its last minute was then due to
be forgotten anyway. Destroying overwrites the bytes before the name goes; flash may keep an old copy of the block,
which is why the file is never backed up.
"""

import os
import re
from contextlib import suppress
from pathlib import Path

from pos_bridge.storage.disk import overwrite, write_private

LENGTH = 32
DAYS_KEPT = 3
_NAME = re.compile(r"day-(\d{5})\.key")


class DayKeys:
    """The keys in one folder. Days are counted from 1970-01-01. Raises OSError as the disk does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[int, bytes] = {}

    def made(self, day: int) -> bytes:
        """The key of a day, made if there is none or the one there is damaged."""
        if day not in self._known:
            self._known[day] = self._read(day) or self._make(day)
        return self._known[day]

    def living(self) -> list[tuple[int, bytes]]:
        """The keys there are, newest first."""
        for other in self._days():
            if other not in self._known:
                key = self._read(other)
                if key is not None:
                    self._known[other] = key
        return sorted(self._known.items(), reverse=True)

    def destroy_old(self, day: int) -> list[int]:
        """Destroy what is 72 h old on that day, or from a day to come (a clock that was wrong). Gives the days."""
        gone = [other for other in self._days() if not day - DAYS_KEPT < other <= day + 1]
        for other in gone:
            self._known.pop(other, None)
            self._destroy(self._path(other))
        return gone

    def _days(self) -> list[int]:
        return [int(match[1]) for path in self._folder.iterdir() if (match := _NAME.fullmatch(path.name))]

    def _path(self, day: int) -> Path:
        return self._folder / f"day-{day:05}.key"

    def _read(self, day: int) -> bytes | None:
        with suppress(OSError):
            key = self._path(day).read_bytes()
            if len(key) == LENGTH:
                return key
        return None

    def _make(self, day: int) -> bytes:
        key = os.urandom(LENGTH)
        write_private(self._path(day), key)
        return key

    def _destroy(self, path: Path) -> None:
        overwrite(path)
        path.unlink()
