"""Power loss while files that a clock named years ahead get their months' names: each has one name or the other."""

from pathlib import Path
from random import Random

import pytest

from tests.power import journal_runs as runs
from tests.power.cuts import every, taken, torn
from tests.power.recorder import recording
from tests.power.tape import Operation, Renamed, Synced

MOST = 2
# Two files ahead, one behind the other; in the newest a sale that is stuck and one that is told.
AHEAD = """
sale, stuck = card(), card()
clock.turn(days=3000)
journal.believe(clock.now)
said(journal.open_leg(cash()))
clock.turn(days=31)
said(journal.open_leg(stuck))
said(journal.open_leg(sale))
said(journal.advance(capturing(sale)))
said(journal.advance(captured(sale)))
journal.mark_told(sale.key)
clock.turn(days=-3031)
"""
NAMED = """
journal.believe(clock.now)
said(journal.open_leg(cash()))
said(journal.advance(reversing(stuck)))
"""
# Somebody begins to read in the very moment: the newest keeps its name.
READER = """
import sqlite3
replace, readers = Path.replace, []
def read_first(path, target):
    if path.name == "2035-03.db":
        readers.append(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True))
        readers[0].execute("SELECT count(*) FROM chain").fetchone()
    return replace(path, target)
Path.replace = read_first
"""
# As a rename without what it is done with: the log stays behind under the former name.
LOG_LEFT = """
from pos_bridge.journal import durable_file
def rename(self, name):
    self.path = self.path.replace(self.path.with_name(name + ".db"))
durable_file.DurableFile.rename = rename
"""


@pytest.fixture(name="state")
def state_folder(tmp_path: Path) -> Path:
    (tmp_path / "till" / "state" / "journal").mkdir(parents=True)
    return tmp_path / "till"


def named(run: runs.Run) -> list[int]:
    """After which operations a month has another name."""
    return [
        number
        for number, done in enumerate(run.tape)
        if isinstance(done, Renamed) and "2035-0" in done.path and done.path.endswith(".db")
    ]


@pytest.mark.parametrize(("meanwhile", "count"), [("", 2), (READER, 2)])
def test_every_cut_since_the_log_was_copied(state: Path, scratch: Path, meanwhile: str, count: int):
    run, chance = runs.run(state, runs.program(AHEAD + meanwhile + NAMED)), Random(0)
    first, images = named(run)[0] - 8, 0
    assert len(named(run)) == count
    wrong: list[str] = []
    for cut in run.cuts():
        if cut.after >= first:
            for left in (every(cut, MOST), torn(cut, chance, 2)):
                number, found = runs.losses(cut, left, scratch)
                images, wrong = images + number, wrong + found
    assert wrong == []
    assert images > 40


def test_killed_between_the_name_and_its_sync_then_cut(state: Path, scratch: Path):
    before = taken(state)
    with recording(state) as recorder:
        recorder.stop_before = lambda operation: (
            isinstance(operation, Synced) and bool(recorder.tape) and "2035-03.db" in named_last(recorder.tape[-1])
        )
        runs.go(recorder, runs.program(AHEAD + NAMED))
        assert recorder.stopped.is_set()
        runs.go(recorder, runs.program("said(journal.open_leg(cash()))\n"))
    run = runs.Run(before, recorder.tape)
    for cut in run.cuts():
        if cut.after >= named(run)[-1]:
            assert runs.losses(cut, every(cut, MOST), scratch)[1] == []


def named_last(done: Operation) -> str:
    return done.path if isinstance(done, Renamed) and done.path.endswith(".db") else ""


def test_a_log_that_is_left_behind_is_caught(state: Path, scratch: Path):
    run = runs.run(state, runs.program(AHEAD + NAMED, careless=LOG_LEFT))
    cuts = (cut for cut in run.cuts() if cut.after >= named(run)[-1])
    assert any(runs.losses(cut, every(cut, MOST), scratch)[1] for cut in cuts)
