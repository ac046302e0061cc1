"""Setting a damaged month aside, so that the till goes on: the file is kept whole as evidence, a new one continues it.

The new file is anchored to the last row that the damaged one holds: sequence and hash go on, and the processor, who
saw that row, agrees. Legs that were not settled go on to recovery; where it is not certain what was told about one, a
person decides.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pos_bridge.domain.ledger import JournalHead
from pos_bridge.domain.leg import SETTLED, State
from pos_bridge.journal import months, steps
from pos_bridge.journal.errors import JournalCorruptError, JournalSoundError
from pos_bridge.journal.hours import exact
from pos_bridge.journal.journal_file import lock_folder
from pos_bridge.journal.row import START, Row
from pos_bridge.journal.salvage import Salvage, salvage
from pos_bridge.journal.verify import SoundFile, verify


@dataclass(frozen=True, slots=True)
class SetAside:
    """What was done: the damaged files by name, and how many open legs went on to recovery.

    `lost` counts open legs of the chain whose key could not be read: the processor's own list must be consulted.
    """

    files: tuple[str, ...]
    carried: int
    lost: int


def quarantine(folder: Path, clock: Callable[[], datetime]) -> SetAside:
    """Set every damaged file aside. The engine must not be running.

    Raises JournalSoundError when all is well, JournalBusyError, JournalUnwritableError, OSError.
    """
    lock = lock_folder(folder)
    try:
        months.put_in_place(folder)
        paths, reports = months.files(folder), verify(folder)
        damaged = [path for path, report in zip(paths, reports, strict=True) if isinstance(report, JournalCorruptError)]
        if not damaged:
            raise JournalSoundError
        carried = lost = 0
        if damaged[-1] == paths[-1]:
            sound = [report.head for report in reports if isinstance(report, SoundFile)]
            carried, lost = _replace(damaged.pop(), sound[-1] if sound else JournalHead(0, START), clock())
        for path in damaged:
            months.to_quarantine(path)
        names = (path.name for path, report in zip(paths, reports, strict=True) if not isinstance(report, SoundFile))
        return SetAside(tuple(names), carried, lost)
    finally:
        os.close(lock)


def _replace(path: Path, before: JournalHead, now: datetime) -> tuple[int, int]:
    found = salvage(path)
    anchors = [*(head for head in found.heads() if head.sequence > before.sequence), before]
    for anchor in anchors:
        # A hash that is damaged beyond its shape cannot be continued from: then the row before it.
        with (
            suppress(sqlite3.IntegrityError),
            months.building(path.parent, path.name, (anchor.sequence, anchor.hash), replacing=True) as new,
        ):
            return _carry(found, new, now)
    raise AssertionError("the last anchor is sound")


def _carry(found: Salvage, new: sqlite3.Connection, now: datetime) -> tuple[int, int]:
    for link in found.links:
        _insert(new, steps.INSERT_LINK, link)
    for request in found.requests:
        _insert(new, steps.INSERT_REQUEST, request)
    carried = {leg for leg, row in _open_legs(found, now) if _insert(new, steps.INSERT_WORKING, row)}
    settled = {state.value for state in SETTLED}
    last_words = {row.leg: row.step for _, row in sorted(found.rows.items())}
    known = {link.leg for link in found.links if link.last is not None} | carried
    return len(carried), sum(leg not in known for leg, word in last_words.items() if word not in settled)


def _open_legs(found: Salvage, now: datetime) -> list[tuple[bytes, tuple[Any, ...]]]:
    """Rows for `working`: what stood there, corrected by the chain; and what the chain leaves open, for a person."""
    open_legs: dict[bytes, tuple[Any, ...]] = {}
    links = {link.leg: link for link in found.links}
    for stored in found.working:
        key, leg, last, *_ = stored
        rest = stored[3:]
        row, link = found.intact(last), links.get(leg)
        if row is not None and link is not None and link.opens(row):
            open_legs[leg] = (link.key, leg, last, *_facts(row), *stored[9:])
        elif link is not None:
            open_legs[leg] = (link.key, leg, last, *rest)
        else:
            open_legs[leg] = (key, leg, last, *rest)
    at_work = set(open_legs)
    for sequence, row in sorted(found.rows.items()):
        link = links.get(row.leg)
        if link is None or link.last is not None or row.leg in at_work:
            continue
        if found.intact(sequence) is not None and link.opens(row):
            doubtful = row._replace(step=State.UNRESOLVED.value)
            times = (*exact(now), None, None)
            open_legs[row.leg] = (
                link.key,
                row.leg,
                sequence,
                *_facts(doubtful),
                row.commitment,
                row.order_digest,
                *times,
            )
    return list(open_legs.items())


def _facts(row: Row) -> tuple[object, ...]:
    return (row.step, row.cents, row.flow, row.partial, row.approved, row.cause)


def _insert(new: sqlite3.Connection, statement: str, values: tuple[Any, ...]) -> bool:
    """Whether the constraints take it: what was damaged out of shape stays in quarantine."""
    try:
        new.execute(statement, values)
    except (sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.ProgrammingError, OverflowError):
        return False
    return True
