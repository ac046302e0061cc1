"""Runs of the journal as shipped, each a process of its own, and what every power cut in them leaves."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from uuid import uuid4

from pos_bridge.domain.leg import SETTLED
from pos_bridge.journal.errors import JournalCorruptError
from pos_bridge.journal.verify import SoundFile, verify
from tests.journal import children
from tests.journal.makers import Clock, cash, opened
from tests.power.cuts import Cut, cuts, different, lay, taken
from tests.power.disk import Image
from tests.power.recorder import Recorder, recording
from tests.power.tape import Operation

# What it says is known outside: a row that was acknowledged, or one that a later run found and told.
_BEGIN = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from pos_bridge.journal import months
from tests.journal.makers import Clock, captured, capturing, card, cash, opened, reversing
def said(head):
    os.write(1, f"{head.sequence} {head.hash.hex()}\\n".encode())
clock = Clock(datetime(2026, 11, 30, 23, 10, tzinfo=UTC))
"""
_OPEN = """
journal = opened(Path(sys.argv[1]) / "state" / "journal", clock)
said(journal.head)
"""
SHORT = """
sale = card()
said(journal.open_leg(sale))
said(journal.advance(capturing(sale)))
said(journal.advance(captured(sale)))
journal.mark_told(sale.key)
said(journal.open_leg(cash()))
"""
# Sales, one undone, notes, requests that are closed; the log emptied; a month that ends in between; and the end.
LONG = """
def day():
    stuck = card()
    said(journal.open_leg(stuck))
    for _ in range(2):
        sale = card()
        said(journal.open_leg(sale))
        said(journal.advance(capturing(sale)))
        said(journal.advance(captured(sale)))
        journal.mark_told(sale.key)
        said(journal.open_leg(cash()))
    said(journal.advance(reversing(stuck)))
    journal.close_till_request(os.urandom(32))
    clock.turn(seconds=30)
    journal.rest()
    said(journal.open_leg(cash()))
day()
clock.turn(hours=1)
day()
journal.close()
journal = opened(Path(sys.argv[1]) / "state" / "journal", clock)
said(journal.head)
day()
"""
NORMAL = """
import sqlite3
class Careless(sqlite3.Connection):
    def execute(self, words, *values):
        return super().execute(words.replace("synchronous = FULL", "synchronous = NORMAL"), *values)
whole = sqlite3.connect
sqlite3.connect = lambda *where, **how: whole(*where, factory=Careless, **how)
"""
NAMES_NOT_SYNCED = """
from pos_bridge.storage import disk
from pos_bridge.journal import journal_file
disk.sync_folder = months.sync_folder = lambda path: None
"""
NEW_FILE_NOT_SYNCED = """
import os
def written(descriptor, content):
    while content:
        content = content[os.write(descriptor, content):]
    os.close(descriptor)
months.write_and_close = written
"""


def program(script: str, *, careless: str = "") -> str:
    return _BEGIN + careless + _OPEN + script


@dataclass(frozen=True, slots=True)
class Run:
    """What was there before, and what was done."""

    before: Image
    tape: list[Operation]
    said: tuple[str, ...] = ()

    def cuts(self) -> Iterator[Cut]:
        return cuts(self.before, self.tape, self.said)


def run(folder: Path, script: str, said: tuple[str, ...] = ()) -> Run:
    """`script` on whatever is in `folder`, of which `said` was said."""
    before = taken(folder)
    with recording(folder) as recorder:
        go(recorder, script)
    return Run(before, recorder.tape, said)


def go(recorder: Recorder, script: str) -> "subprocess.CompletedProcess[str]":
    command = recorder.command(*children.command(script, recorder.folder))
    done = subprocess.run(command, env=children.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0 or recorder.stopped.is_set(), done.stderr
    return done


def losses(cut: Cut, images: Iterator[Image], scratch: Path) -> tuple[int, list[str]]:
    """How many different images there were, and each thing that is wrong with one."""
    wrong, count = [], 0
    for image in different(images):
        count += 1
        wrong += [f"cut after {cut.after} operations: {what}" for what in judged(image, cut.said, scratch)]
    return count, wrong


def judged(image: Image, said: tuple[str, ...], scratch: Path) -> list[str]:
    """What the shipped code makes of an image: it opens, has all that was said, and nothing is half there."""
    folder = lay(image, scratch / str(uuid4()))
    try:
        return _judged(folder / "state" / "journal", said)
    finally:
        rmtree(folder)


def _judged(folder: Path, said: tuple[str, ...]) -> list[str]:
    try:
        journal = opened(folder, Clock())
    except JournalCorruptError as error:
        return [f"does not open: {error}"]
    try:
        wrong = []
        sequence, row_hash = said[-1].split() if said else ("0", "")
        last = int(sequence)
        # The rows before it are in its hash, which is computed again from all of them below.
        if last and journal.holds(last, bytes.fromhex(row_hash)) is not True:
            wrong.append(f"row {last} is lost")
        if not last <= journal.head.sequence <= last + 1:
            wrong.append(f"ends at {journal.head.sequence}, {last} was the last one")
        wrong += [f"{leg.state} is not open" for leg in journal.unsettled() if leg.state in SETTLED]
        wrong += [str(report) for report in verify(folder) if not isinstance(report, SoundFile)]
        journal.open_leg(cash())  # and it goes on
    finally:
        journal.close()
    return wrong
