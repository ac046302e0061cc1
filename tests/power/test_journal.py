"""Power loss under the journal's own SQLite connection: no row that was acknowledged is lost, and none is half there.

The journal runs as shipped in a process of its own; what it asks of the disk is recorded, and each disk that a power
cut may leave is opened by the shipped code. Three careless journals show that this finds what it looks for.
"""

from itertools import chain
from pathlib import Path
from random import Random

import pytest

from tests.power import journal_runs as runs
from tests.power.cuts import every, lay, torn
from tests.power.disk import Image
from tests.power.recorder import recording
from tests.power.tape import Synced, Wrote

MOST = 8  # writes of one commit in every combination: 2 ** 8


@pytest.fixture(name="state")
def state_folder(tmp_path: Path) -> Path:
    """A till's folder, with nothing in it but that for its state."""
    folder = tmp_path / "till"
    (folder / "state").mkdir(parents=True)
    return folder


def test_every_cut_in_a_short_run(state: Path, scratch: Path):
    """From the first instruction of a new till on: each combination of what was not synced, where there are at most 8
    such writes; with more, each prefix of them, all but one, and one alone.
    """
    run = runs.run(state, runs.program(runs.SHORT))
    images, said = 0, 0
    wrong: list[str] = []
    for cut in run.cuts():
        count, found = runs.losses(cut, every(cut, MOST), scratch)
        images, wrong, said = images + count, wrong + found, len(cut.said)
    assert wrong == []
    assert said == 5
    assert images > 150


@pytest.mark.parametrize("seed", range(2))
def test_seeded_cuts_in_a_long_run_and_in_the_run_after(state: Path, scratch: Path, seed: int):
    """Torn by sectors, in any order; a month ends, a log is emptied; then cut again on what is left."""
    chance = Random(seed)
    run = runs.run(state, runs.program(runs.LONG))
    later: list[tuple[Image, tuple[str, ...]]] = []
    for cut in run.cuts():
        images = list(torn(cut, chance, 2))
        _, wrong = runs.losses(cut, iter(images), scratch)
        assert wrong == []
        if chance.random() < 0.2:
            later.append((images[0], cut.said))
    for number, (image, said) in enumerate(chance.sample(later, 1)):
        again = runs.run(lay(image, scratch / f"again-{number}"), runs.program(runs.SHORT), said)
        for cut in again.cuts():
            _, wrong = runs.losses(cut, chain(every(cut, 2), torn(cut, chance, 2)), scratch)
            assert wrong == []


@pytest.mark.parametrize(
    ("careless", "word"),
    [
        (runs.NORMAL, "is lost"),
        (runs.NAMES_NOT_SYNCED, "is lost"),
        (runs.NEW_FILE_NOT_SYNCED, "does not open"),
    ],
    ids=["synchronous=NORMAL", "names not synced", "new file not synced"],
)
def test_a_careless_journal_is_caught(state: Path, scratch: Path, careless: str, word: str):
    run = runs.run(state, runs.program(runs.SHORT, careless=careless))
    found = (runs.losses(cut, every(cut, 2), scratch)[1] for cut in run.cuts())
    assert any(word in what for wrong in found for what in wrong)


def test_what_a_killed_run_did_not_sync_is_synced_before_the_next_one_tells_of_it(state: Path, scratch: Path):
    """Killed between a commit's last write and its sync: the row is in the file's log as long as there is power. The
    next run finds it and tells of it (its head goes to the processor, its legs to tills): then it has to stay.
    """
    with recording(state) as recorder:
        synced = iter(range(100))
        recorder.stop_before = lambda operation: (
            isinstance(operation, Synced) and operation.path.endswith("-wal") and next(synced) == 3
        )
        runs.go(recorder, runs.program(runs.SHORT))
        assert isinstance(recorder.tape[-1], Wrote)
        runs.go(recorder, runs.program(""))
    for cut in runs.Run({"state": None}, recorder.tape).cuts():
        said = [line.split()[0] for line in cut.said]
        assert runs.losses(cut, every(cut, 4), scratch)[1] == []
    assert said == ["0", "1", "2", "3"], "the second run found one more"
