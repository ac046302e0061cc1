"""Setting a damaged month aside, so that the till goes on: the file is kept whole as evidence, a new one continues it.

The new file is anchored to the last row that the damaged one holds: sequence and hash go on, and the processor, who
saw that row, agrees. Legs that were not settled go on to recovery; where it is not certain what was told about one, a
person decides.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pos_bridge.domain.ledger import JournalHead
from pos_bridge.domain.leg import SETTLED
from pos_bridge.journal import baskets, days, lookups, months, periods, requests, trust, working
from pos_bridge.journal.errors import JournalCorruptError, JournalNewerError, JournalSoundError
from pos_bridge.journal.mend import mend
from pos_bridge.journal.row import START
from pos_bridge.journal.salvage import Salvage, salvage
from pos_bridge.journal.taking import lock_folder
from pos_bridge.journal.verify import SoundFile, verify


@dataclass(frozen=True, slots=True)
class SetAside:
    """What was done: the damaged files by name, and how many open legs went on to recovery.

    `lost` counts open legs of the chain whose key could not be read: the processor's own list must be consulted.
    `baskets` counts split tenders that could not be read: their legs are there, each for itself.
    """

    files: tuple[str, ...]
    carried: int = 0
    lost: int = 0
    baskets: int = 0


def quarantine(folder: Path, clock: Callable[[], datetime]) -> SetAside:
    """Set every damaged file aside. The engine must not be running.

    Raises JournalSoundError when all is well, JournalNewerError, JournalBusyError, JournalUnwritableError, OSError.
    """
    lock = lock_folder(folder)
    try:
        months.put_in_place(folder)
        paths, reports = months.files(folder), verify(folder)
        for report in reports:
            if isinstance(report, JournalNewerError):
                raise report  # what follows it cannot be judged, and it must not be replaced by one of before
        damaged = [path for path, report in zip(paths, reports, strict=True) if isinstance(report, JournalCorruptError)]
        if not damaged:
            raise JournalSoundError
        done = SetAside(())
        if damaged[-1] == paths[-1]:
            sound = [report.head for report in reports if isinstance(report, SoundFile)]
            done = _replace(damaged.pop(), sound[-1] if sound else JournalHead(0, START), clock())
        for path in damaged:
            months.to_quarantine(path)
        names = (path.name for path, report in zip(paths, reports, strict=True) if not isinstance(report, SoundFile))
        return replace(done, files=tuple(names))
    finally:
        os.close(lock)


def _replace(path: Path, before: JournalHead, now: datetime) -> SetAside:
    found = salvage(path)
    anchors = [*(head for head in found.heads() if head.sequence > before.sequence), before]
    for anchor in anchors:
        # A hash that is damaged beyond its shape cannot be continued from: then the row before it.
        with (
            suppress(sqlite3.IntegrityError),
            months.building(path.parent, path.name, (anchor.sequence, anchor.hash), replacing=True) as new,
        ):
            return _carry(found, new, anchor.sequence, now)
    raise AssertionError("the last anchor is sound")


def _carry(found: Salvage, new: sqlite3.Connection, anchor: int, now: datetime) -> SetAside:
    mended = mend(found, now)
    linked = {link.leg for link in mended.links if _insert(new, lookups.INSERT_LINK, link)}
    for request in found.requests:
        _insert(new, requests.INSERT, request)
    for basket, keys in found.baskets:
        _insert(new, baskets.INSERT, basket)
        for place, key in enumerate(keys, start=1):
            _insert(new, baskets.INSERT_PART, (key, basket.reference, place))
    if found.period is not None:
        _insert(new, periods.INSERT, found.period)
    for day in found.days:
        _insert(new, days.INSERT, day)
    if found.trust is not None:
        _insert(new, trust.INSERT, found.trust)
    else:  # whatever was opened before this was opened against a ledger that we do not know again
        trust.write(new, trust.Trust(last=anchor))
    carried = {leg.leg for leg in mended.legs if leg.leg in linked and _insert(new, working.INSERT, leg)}
    settled = {state.value for state in SETTLED}
    last_words = {row.leg: row.step for _, row in sorted(found.rows.items())}
    known = {link.leg for link in mended.links if link.last is not None} | carried
    lost = sum(leg not in known for leg, word in last_words.items() if word not in settled)
    return SetAside((), len(carried), lost, found.broken)


def _insert(new: sqlite3.Connection, statement: str, values: tuple[Any, ...]) -> bool:
    """Whether the constraints take it: what was damaged out of shape stays in quarantine."""
    try:
        new.execute(statement, values)
    except (sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.ProgrammingError, OverflowError):
        return False
    return True
