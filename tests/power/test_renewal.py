"""Power loss while the journal of the version before is made anew: the old file or the new one, whole, at any cut."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests import former_till
from tests.power import journal_runs as runs
from tests.power.cuts import Cut, every, taken, torn
from tests.power.recorder import recording
from tests.power.tape import Removed, Renamed, Synced

MOST = 2
SAID = (f"{former_till.HEAD[0]} {former_till.HEAD[1].hex()}",)  # before there was any cut
CASH = "said(journal.open_leg(cash()))\n"


@pytest.fixture(name="state")
def state_folder(tmp_path: Path) -> Path:
    former_till.lay_journal(tmp_path / "till" / "state" / "journal")
    for left in (tmp_path / "till" / "state").glob("journal.store"):
        left.rename(tmp_path / "store")
    return tmp_path / "till"


def is_built(run: runs.Run) -> int:
    """After which operation the new file is there, whole: before, it is one that the next start throws away."""
    return next(
        number for number, done in enumerate(run.tape) if isinstance(done, Synced) and done.path.endswith(".part")
    )


def is_alone(run: runs.Run) -> int:
    """After which operation the old one has no log any more."""
    return next(
        number for number, done in enumerate(run.tape) if isinstance(done, Removed) and done.path.endswith("-wal")
    )


def is_renamed(run: runs.Run) -> int:
    return next(number for number, done in enumerate(run.tape) if isinstance(done, Renamed))


def cuts(run: runs.Run, since: int) -> Iterator[Cut]:
    return (cut for cut in run.cuts() if cut.after >= since)


def test_every_cut_from_there_on_and_some_before(state: Path, scratch: Path):
    run, chance = runs.run(state, runs.program(""), SAID), Random(0)
    built, alone, images = is_built(run), is_alone(run), 0
    wrong: list[str] = []
    for cut in run.cuts():
        if cut.after < built and cut.after % 4:
            continue
        left = every(cut, MOST) if cut.after >= alone else torn(cut, chance, 2 if cut.after >= built else 1)
        count, found = runs.losses(cut, left, scratch)
        images, wrong = images + count, wrong + found
    assert wrong == []
    assert images > 40


def test_killed_between_the_rename_and_its_sync_then_cut(state: Path, scratch: Path):
    before = taken(state)
    with recording(state) as recorder:
        recorder.stop_before = lambda operation: (
            isinstance(operation, Synced) and bool(recorder.tape) and isinstance(recorder.tape[-1], Renamed)
        )
        runs.go(recorder, runs.program(""))
        assert isinstance(recorder.tape[-1], Renamed)
        runs.go(recorder, runs.program(CASH))
    run = runs.Run(before, recorder.tape, SAID)
    for cut in cuts(run, is_renamed(run)):
        assert runs.losses(cut, every(cut, 2), scratch)[1] == []
    assert len(cut.said) == 3


def test_a_new_file_that_is_not_synced_is_caught(state: Path, scratch: Path):
    run = runs.run(state, runs.program("", careless=runs.NEW_FILE_NOT_SYNCED), SAID)
    chance = Random(0)
    found = (runs.losses(cut, torn(cut, chance, 4), scratch)[1] for cut in cuts(run, is_renamed(run)))
    assert any(found)
