"""What is over is closed and never written again; what is in use is not over, whatever else lies in its folder."""

from contextlib import closing
from pathlib import Path

from pos_bridge.journal import months
from pos_bridge.journal.journal_file import JournalFile
from pos_bridge.storage.disk import sync_folder
from tests.journal.makers import Clock, card


def test_a_month_that_could_not_begin_leaves_the_one_in_use_as_it_is(tmp_path, monkeypatch):
    """Its name could neither be made sure of nor be taken back: the month before goes on, with what tills asked."""
    clock, opening, folder = Clock(), card(), tmp_path / "journal"
    with closing(JournalFile.open(folder, 1, clock)) as journal:
        journal.open_leg(opening)
        clock.turn(days=31)
        failing = {sync_folder, Path.unlink}  # each of them once

        def sync(path: Path) -> None:
            fail(sync_folder)
            sync_folder(path)

        def unlink(path: Path, *, missing_ok: bool = False) -> None:
            if path.name == "2026-12.db":
                fail(true_unlink)
            true_unlink(path, missing_ok=missing_ok)

        def fail(call: object) -> None:
            if call in failing:
                failing.remove(call)
                raise OSError

        true_unlink = Path.unlink
        monkeypatch.setattr("pos_bridge.journal.months.sync_folder", sync)
        monkeypatch.setattr(Path, "unlink", unlink)
        journal.believe(clock.now)
        assert not failing
        assert [path.stem for path in months.files(folder)] == ["2026-11", "2026-12"]
        assert [leg.key for leg in journal.unsettled()] == [opening.key]
        assert journal.find_request(opening.till.request) is not None
        journal.rest()
        assert [leg.key for leg in journal.unsettled()] == [opening.key], "and in the month that begins after all"
