"""A file gets another name while somebody beside the engine reads it, or is about to: none of them is harmed."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pos_bridge.journal import history, months
from pos_bridge.journal.beside_engine import JournalBesideEngine
from pos_bridge.journal.journal_file import JournalFile
from pos_bridge.journal.verify import SoundFile, verify
from pos_bridge.storage.disk import sync_folder
from tests.journal.makers import Clock, cash

YEARS = 3000  # days


@pytest.fixture
def ahead(folder: Path, clock: Clock) -> Iterator[JournalFile]:
    """Two months of a clock years ahead, which is right by now."""
    clock.turn(days=YEARS)
    with closing(JournalFile.open(folder, 1, clock)) as journal:
        journal.open_leg(cash())
        clock.turn(days=31)
        journal.open_leg(cash())
        clock.turn(days=-31 - YEARS)
        yield journal


def names(folder: Path) -> list[str]:
    return [path.stem for path in months.files(folder)]


def counted(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM chain").fetchone()[0])


def once(call: Callable[[], object]) -> Callable[[], object]:
    waiting = [call]
    return lambda: waiting.pop()() if waiting else None


def test_whoever_comes_as_a_closed_file_is_named_makes_none_of_the_former_name(ahead, folder, clock, monkeypatch):
    """An empty file of that name would be the newest month, and the engine would not start any more."""
    ahead.close()
    path = folder / "2035-03.db"
    named = once(lambda: path.replace(folder / "2026-12.db"))
    was_log_mode = months._has_log_mode
    monkeypatch.setattr(months, "_has_log_mode", lambda path: (was_log_mode(path), named())[0])
    with pytest.raises(sqlite3.OperationalError), months.read_only(path) as reader:
        counted(reader)
    assert names(folder) == ["2026-12", "2035-02"]


def test_who_opened_it_before_and_reads_afterwards_is_told(ahead, folder, clock, monkeypatch):
    """A log of the former name would be nobody's: what it shows is old, and no writer waits for who reads it."""
    connect, believe = sqlite3.connect, once(lambda: ahead.believe(clock.now))

    def slow(where: str, **how: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(where, **how)  # type: ignore[call-overload]  # as it is called
        if where.endswith("?mode=ro"):
            believe()
            ahead.open_leg(cash())
        return connection

    with monkeypatch.context() as patched:
        patched.setattr(sqlite3, "connect", slow)
        with pytest.raises(sqlite3.OperationalError), months.read_only(folder / "2035-03.db") as reader:
            counted(reader)
    assert names(folder) == ["2026-11", "2026-12"]
    with months.read_only(folder / "2026-12.db") as reader:
        assert counted(reader) == 2
        ahead.open_leg(cash())
        assert counted(reader) == 3
    ahead.close()
    assert all(isinstance(report, SoundFile) for report in verify(folder))


def test_who_begins_to_read_in_that_moment_keeps_the_name(ahead, folder, clock, monkeypatch):
    replace, path = Path.replace, folder / "2035-03.db"
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)) as reader:

        def seen(source: Path, target: Path) -> Path:
            if source == path:
                reader.execute("BEGIN")
                assert counted(reader) == 1
            return replace(source, target)

        with monkeypatch.context() as patched:
            patched.setattr(Path, "replace", seen)
            ahead.believe(clock.now)
        assert names(folder) == ["2026-11", "2035-03"]
        ahead.open_leg(cash())
        assert counted(reader) == 1
        reader.execute("COMMIT")
        assert counted(reader) == 2
    ahead.believe(clock.now)
    assert names(folder) == ["2026-11", "2026-12"]
    assert sorted(path.name for path in folder.glob("2035*")) == []


def test_what_is_synced_before_is_done_before_anybody_is_looked_for(ahead, folder, clock, monkeypatch):
    """A disk takes its time for that; whoever comes meanwhile is seen."""
    readers: list[sqlite3.Connection] = []

    def slow(path: Path) -> None:
        sync_folder(path)
        if not readers and (folder / "2035-03.db").exists() and names(folder)[0] == "2026-11":
            readers.append(sqlite3.connect(f"{(folder / '2035-03.db').as_uri()}?mode=ro", uri=True))
            counted(readers[0])

    monkeypatch.setattr(months, "sync_folder", slow)
    ahead.believe(clock.now)
    assert names(folder) == ["2026-11", "2035-03"]
    readers[0].close()


def test_a_day_that_is_summed_up_meanwhile_is_not_told_short(ahead, folder, clock, monkeypatch):
    """A month that is not found under its name any more would be passed over, as one in quarantine is."""
    beside = JournalBesideEngine(folder, clock)
    assert len(asyncio.run(beside.period()).legs) == 2
    is_read, right = months.read_only, once(lambda: history.name_rightly(ahead._file, "2026-11"))

    def late(path: Path):
        if path.stem == "2035-02":
            right()
        return is_read(path)

    with monkeypatch.context() as patched:
        patched.setattr(months, "read_only", late)
        with pytest.raises(sqlite3.OperationalError):
            asyncio.run(beside.period())
    assert len(asyncio.run(beside.period()).legs) == 2


def test_who_verifies_meanwhile_begins_again(ahead, folder, clock, monkeypatch):
    believe = once(lambda: ahead.believe(clock.now))
    is_read = months.read_only

    def late(path: Path):
        believe()
        return is_read(path)

    monkeypatch.setattr(months, "read_only", late)
    reports = verify(folder)
    assert [report.name for report in reports if isinstance(report, SoundFile)] == ["2026-11.db", "2026-12.db"]
