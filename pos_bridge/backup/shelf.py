"""The folder that backups of a till lie in: what there is, which is the newest, and what must go.

A backup is there once its manifest is; parts without one are what a crash or a full disk left. Parts with persons go
after 29 days, whether a new backup can be made or not, so that with a run a day none is 30 days old: the till promises
that whoever is erased is out of its backups by then. Nothing here reads a part.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from pos_bridge.backup.manifest import Manifest, parse, time_of
from pos_bridge.backup.parts import Part
from pos_bridge.storage.disk import overwrite, sync_folder

PERSONS_LIVE = timedelta(days=29)
_AHEAD = timedelta(days=1)  # a clock may be wrong by so much
_NAME = re.compile(
    r"till-(\d{3})-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(\.manifest|\.(?:journal|vault|secret)\.age)(\.part)?"
)
_VAULT, _KEY_OF_IT = (part.suffix for part in (Part.VAULT, Part.SECRET))
MANIFEST = ".manifest"


def stem(till: int, made: str) -> str:
    """What the names of a backup's files begin with. `made`: as the manifest has it."""
    return f"till-{till:03}-{made.replace('-', '').replace(':', '')}"


def newest(folder: Path, till: int) -> tuple[Path, Manifest] | None:
    """The newest backup of this till whose manifest is whole. Raises OSError."""
    for path, _ in sorted(_found(folder, till), key=lambda found: found[1], reverse=True):
        if path.name.endswith(MANIFEST):
            with suppress(ValueError):
                return path, parse(path.read_bytes())
    return None


def newest_manifest(folder: Path, till: int) -> tuple[Path, datetime] | None:
    """The newest one by its name, whole or not, and when it was made. Raises OSError."""
    found = [found for found in _found(folder, till) if found[0].name.endswith(MANIFEST)]
    return max(found, key=lambda found: found[1], default=None)


def sweep(folder: Path, till: int) -> None:
    """Take away what unfinished backups left. For whoever alone makes backups of this till. Raises OSError."""
    whole = {path.name.removesuffix(MANIFEST) for path, _ in _found(folder, till) if path.name.endswith(MANIFEST)}
    for path, _ in list(_found(folder, till)):
        if path.name.endswith(".part") or path.name.split(".")[0] not in whole:
            path.unlink()


def forget_persons(folder: Path, till: int, now: datetime, *, but: str | None = None) -> int:
    """Take away parts with persons that are too old; how many backups lost theirs. Raises OSError.

    With `but`, the stem of a backup that was made just now, also what was made on a day to come: that clock was wrong,
    or ours is, and its age is not known.
    """
    gone = set()
    for path, made in list(_found(folder, till)):
        of_persons = path.name.endswith((_VAULT, _KEY_OF_IT))
        ahead = but is not None and made - now > _AHEAD
        if of_persons and path.name.split(".")[0] != but and (ahead or now - made >= PERSONS_LIVE):
            if path.name.endswith(_KEY_OF_IT):
                with suppress(OSError):  # it is encrypted; that it goes matters more
                    overwrite(path)
            path.unlink()
            gone.add(path.name.split(".")[0])
    if gone:
        sync_folder(folder)
    return len(gone)


def _found(folder: Path, till: int) -> Iterator[tuple[Path, datetime]]:
    """The files of this till, and when each backup was made: by its name, which a part has without its manifest."""
    for path in folder.iterdir():
        match = _NAME.fullmatch(path.name)
        if match is not None and int(match[1]) == till:
            year, month, day, hour, minute, second = match.groups()[1:7]
            with suppress(ValueError):
                yield path, time_of(f"{year}-{month}-{day}T{hour}:{minute}:{second}Z")
