"""A file that a clock named years ahead gets its right name, as soon as a clock that is right was heard."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pos_bridge.journal import history, months
from pos_bridge.journal.journal_file import LINK_MONTHS, JournalFile
from pos_bridge.journal.verify import SoundFile, verify
from pos_bridge.storage.disk import sync_folder
from tests.journal import children
from tests.journal.makers import Clock, card, cash, paid, state_of

YEARS = 3000  # days


def names(folder: Path) -> list[str]:
    assert all(isinstance(report, SoundFile) for report in verify(folder)), verify(folder)
    return [path.stem for path in months.files(folder)]


@pytest.fixture
def ahead(folder: Path, clock: Clock) -> Iterator[JournalFile]:
    """The till's first start was with a clock years ahead, which is right by now."""
    clock.turn(days=YEARS)
    with closing(JournalFile.open(folder, 1, clock)) as journal:
        journal.open_leg(cash())
        clock.turn(days=-YEARS)
        yield journal


def test_the_very_first_file(ahead, folder, clock):
    sale, stuck = paid(ahead), card()
    ahead.open_leg(stuck)
    ahead.mark_told(sale.key)
    head = ahead.head
    assert names(folder) == ["2035-02"]
    ahead.believe(clock.now)
    assert names(folder) == ["2026-11"]
    assert sorted(path.name for path in folder.glob("2035*")) == []
    assert ahead.head == head
    assert [leg.key for leg in ahead.unsettled()] == [stuck.key]
    assert ahead.find_request(sale.till.request) is not None
    clock.turn(days=31)
    ahead.open_leg(cash())
    assert names(folder) == ["2026-11", "2026-12"]
    clock.turn(days=31 * LINK_MONTHS)
    assert ahead.find_leg(sale.key) is not None
    ahead.believe(clock.now)
    assert ahead.find_leg(sale.key) is None


def test_it_is_opened_again_under_its_name(ahead, folder, clock):
    sale = paid(ahead)
    ahead.believe(clock.now)
    ahead.close()
    with closing(JournalFile.open(folder, 1, clock)) as journal:
        assert journal.head == ahead.head
        journal.open_leg(cash())
        assert state_of(journal, sale.key) is not None
    assert names(folder) == ["2026-11"]


def test_a_clock_that_is_off_by_hours_names_nothing(folder, clock):
    clock.turn(days=10)
    with closing(JournalFile.open(folder, 1, clock)) as journal:
        clock.turn(days=-10)
        journal.believe(clock.now)
        assert names(folder) == ["2026-12"]


def test_months_that_a_version_before_began_by_such_a_clock(folder, clock, monkeypatch):
    """What is before them keeps its links for 18 months from when it was last in use, whatever its name."""
    clock.turn(days=-2400)
    with closing(JournalFile.open(folder, 1, clock)) as journal, monkeypatch.context() as before:
        before.setattr(history, "begins", lambda month, newest, right: month > newest)
        clock.turn(days=2400)
        sale = paid(journal)  # in the file of 2026
        journal.mark_told(sale.key)
        clock.turn(days=YEARS)
        late = paid(journal)
        journal.mark_told(late.key)
        clock.turn(days=YEARS)
        journal.open_leg(cash())
        clock.turn(days=-2 * YEARS)
        assert names(folder) == ["2020-04", "2026-11", "2035-02", "2043-04"]
    with closing(JournalFile.open(folder, 1, clock)) as journal:
        journal.believe(clock.now)
        assert names(folder) == ["2020-04", "2026-11", "2026-12", "2027-01"]
        clock.turn(days=30 * (LINK_MONTHS - 1))
        journal.believe(clock.now)
        assert None not in {journal.find_leg(sale.key), journal.find_leg(late.key)}
        clock.turn(days=120)
        journal.believe(clock.now)
        assert journal.find_leg(sale.key) is journal.find_leg(late.key) is None


def test_what_was_in_use_until_now_is_of_now(folder, clock, monkeypatch):
    """Named 2020 and in use until this month, when the clock ran ahead: its sales are of this month."""
    clock.turn(days=-2400)
    with closing(JournalFile.open(folder, 1, clock)) as journal, monkeypatch.context() as before:
        before.setattr(history, "begins", lambda month, newest, right: month > newest and month > "2030")
        clock.turn(days=2400)
        sale = paid(journal)
        journal.mark_told(sale.key)
        clock.turn(days=YEARS)
        journal.open_leg(cash())
        clock.turn(days=-YEARS)
        assert names(folder) == ["2020-04", "2035-02"]
    with closing(JournalFile.open(folder, 1, clock)) as journal:
        journal.believe(clock.now)
        assert names(folder) == ["2020-04", "2026-11"]
        assert journal.find_leg(sale.key) is not None


def test_while_somebody_reads_it_keeps_its_name(ahead, folder, clock):
    with months.read_only(folder / "2035-02.db") as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM chain").fetchone() == (1,)
        ahead.believe(clock.now)
        assert names(folder) == ["2035-02"]
        ahead.open_leg(cash())
        assert reader.execute("SELECT count(*) FROM chain").fetchone() == (1,)
    ahead.believe(clock.now)
    assert names(folder) == ["2026-11"]
    assert ahead.open_leg(cash()).sequence == 3


@pytest.mark.parametrize("left", ["2026-11.db", "2026-11.db-wal", "2026-11.db-journal"])
def test_a_name_at_which_something_lies_is_not_taken(ahead, folder, clock, left, monkeypatch):
    """The log of a file that somebody took away would be taken for this one's. (One that is a journal's is a month.)"""
    (folder / left).write_bytes(b"x")
    monkeypatch.setattr(months, "files", lambda folder: [folder / "2035-02.db"])
    ahead.believe(clock.now)
    ahead.open_leg(cash())
    assert (folder / left).read_bytes() == b"x"
    assert (folder / "2035-02.db").exists()


@pytest.mark.parametrize("failing", [{"sync"}, {"replace"}, {"sync after"}, {"sync after", "replace back"}])
def test_a_disk_that_fails_meanwhile_leaves_one_name(ahead, folder, clock, monkeypatch, failing):
    true_replace = Path.replace
    done: list[Path] = []

    def sync(path: Path) -> None:
        if ("sync after" if done else "sync") in failing:
            raise OSError
        sync_folder(path)

    def replace(path: Path, target: Path) -> Path:
        if ("replace back" if done else "replace") in failing:
            raise OSError
        done.append(path)
        return true_replace(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(months, "sync_folder", sync)
        patched.setattr(Path, "replace", replace)
        ahead.believe(clock.now)
    assert ahead.open_leg(cash()).sequence == 2
    assert names(folder) == (["2026-11"] if "replace back" in failing else ["2035-02"])
    ahead.believe(clock.now)
    assert ahead.open_leg(cash()).sequence == 3
    assert names(folder) == ["2026-11"]


KILLED = """
import sys
from datetime import timedelta
from pathlib import Path
from pos_bridge.journal import months
from pos_bridge.journal.verify import SoundFile, verify
from tests.journal.line_killed import killed_at_lines
from tests.journal.makers import START, Clock, card, cash, opened, paid

LATER = START + timedelta(days=3000)
NAMES = (["2026-11", "2035-02", "2035-03"], ["2026-11", "2026-12", "2035-03"], ["2026-11", "2026-12", "2027-01"])
seen = set()

def begun(folder):
    journal = opened(folder, Clock(LATER))
    journal.open_leg(cash())
    return lambda: journal.believe(START)

def check(folder):
    names = [path.stem for path in months.files(folder)]
    assert names in NAMES, names
    seen.add(NAMES.index(names))
    with_sidecars = {path.name.split(".")[0] for path in folder.glob("*.db-*")}
    assert with_sidecars <= {names[-1]}, with_sidecars
    journal = opened(folder, Clock(START))
    assert journal.head.sequence == last + 1
    assert [leg.key for leg in journal.unsettled()] == [stuck.key]
    assert journal.find_leg(settled.key) is not None
    journal.believe(START)
    journal.open_leg(cash())
    journal.close()
    assert [path.stem for path in months.files(folder)] == NAMES[-1]
    assert all(isinstance(report, SoundFile) for report in verify(folder)), verify(folder)

root, start = Path(sys.argv[1]), int(sys.argv[2])
folder = root / "before"
journal = opened(folder, Clock(START))
settled, stuck = paid(journal), card()
journal.open_leg(stuck)
journal.close()
clock = Clock(LATER)
journal = opened(folder, clock)
journal.believe(LATER)  # as a version before began them
clock.turn(days=31)
journal.open_leg(cash())
last = journal.head.sequence
journal.close()
print(killed_at_lines(root, range(start, 100_000, 2), ("months.py", "history.py", "durable_file.py"), begun, check))
assert seen == {0, 1, 2}, seen
"""


@pytest.mark.parametrize("start", [1, 2])
def test_a_kill_at_any_line_leaves_each_file_under_one_name(tmp_path, start):
    assert int(children.run(KILLED, tmp_path, str(start))) > 30
