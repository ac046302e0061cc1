"""A journal of the version before: it is gone on with, whole, whatever happens meanwhile; what is damaged is not."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pos_bridge.domain.ledger import Advance, JournalHead, JournalUnwritableError
from pos_bridge.domain.leg import Cause, State
from pos_bridge.journal import months, renewal, schema
from pos_bridge.journal.errors import JournalCorruptError, JournalNewerError
from pos_bridge.journal.quarantine import quarantine
from pos_bridge.journal.report import recorded_sales
from pos_bridge.journal.verify import SoundFile, verify
from tests import former_till
from tests.journal import children
from tests.journal.makers import Clock, card, forge, opened, state_of

OCTOBER, NOVEMBER = former_till.MONTHS
TABLES = ("anchor", "chain", "working", "links", "requests", "baskets", "parts", "period", "days", "trust")
# What a file of each version is made of. Whoever changes it, or a word in it, makes a new version, and its renewal.
SUMS = {
    5: "207035603598bd92d60ac741c64c4deebea9173cb209966d4f3c2802519ee956",
    6: "df7108e56a2ddd8e032a08d7e5830453bcaf7730946d892cbf3470b3014145c1",
}


@pytest.fixture
def clock() -> Clock:
    return Clock(former_till.LATER)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    former_till.lay_journal(tmp_path / "journal")
    return tmp_path / "journal"


def stored(path: Path) -> dict[str, list[Any]]:
    with months.read_only(path) as connection:
        return {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in TABLES}


def version_of(path: Path) -> int:
    with months.read_only(path) as connection:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def made(connection: sqlite3.Connection) -> list[str]:
    return sorted(sql for (sql,) in connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL"))


def sum_of(connection: sqlite3.Connection) -> str:
    return hashlib.sha256("\n".join(made(connection)).encode()).hexdigest()


def heads(folder: Path) -> list[JournalHead]:
    reports = verify(folder)
    assert [report for report in reports if not isinstance(report, SoundFile)] == []
    return [report.head for report in reports if isinstance(report, SoundFile)]


def test_what_a_file_is_made_of_changes_with_its_version(folder):
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as new, months.read_only(folder / NOVEMBER) as old:
        schema.create(new)
        assert {schema.BEFORE: sum_of(old), schema.VERSION: sum_of(new)} == SUMS
    assert schema.VERSION == schema.BEFORE + 1


def test_it_has_the_same_rows_and_the_tables_of_this_version(folder, clock):
    before, october = stored(folder / NOVEMBER), (folder / OCTOBER).read_bytes()
    assert [len(before[table]) for table in ("chain", "working", "baskets", "days")] == [19, 1, 1, 2]
    assert heads(folder)[-1] == JournalHead(*former_till.HEAD)
    opened(folder, clock).close()
    assert stored(folder / NOVEMBER) == before
    assert [version_of(folder / name) for name in former_till.MONTHS] == [schema.BEFORE, schema.VERSION]
    with months.read_only(folder / NOVEMBER) as connection:
        assert sum_of(connection) == SUMS[schema.VERSION]
    assert (folder / OCTOBER).read_bytes() == october
    assert [(folder / name).stat().st_mode & 0o777 for name in former_till.MONTHS] == [0o400, 0o600]
    assert heads(folder)[-1] == JournalHead(*former_till.HEAD)
    assert sorted(path.name for path in folder.iterdir()) == [OCTOBER, NOVEMBER, "lock"]


def test_it_goes_on(folder, clock):
    with closing(opened(folder, clock)) as journal:
        assert journal.head == JournalHead(*former_till.HEAD)
        assert [leg.key for leg in journal.unsettled()] == [former_till.OPEN]
        assert [leg.amount.cents for leg in journal.refunds_of(former_till.CARD)] == [500]
        assert [leg.amount.cents for leg in journal.refunds_of(former_till.OCTOBER_MEMBER)] == [300]
        assert state_of(journal, former_till.OCTOBER_CARD) is State.CAPTURED
        assert [len(basket.legs) for basket in journal.open_baskets()] == [1]
        assert journal.period().number == 2
        assert journal.ledger_epoch() is not None
        journal.advance(Advance(former_till.OPEN, State.REVERSING, Cause.RECOVERED))
        journal.advance(Advance(former_till.OPEN, State.REVERSED))
        refused = card()
        journal.open_leg(refused)
        journal.advance(Advance(refused.key, State.ENDED, Cause.SURROUNDINGS))  # the word that is new
        assert journal.unsettled() == ()
        clock.turn(days=31)
        journal.open_leg(card())
    assert len(heads(folder)) == 3
    assert [version_of(path) for path in months.files(folder)] == [5, 6, 6]


def test_reading_beside_it_changes_nothing(folder):
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".db-shm"}
    assert len(heads(folder)) == 2
    assert len(recorded_sales(folder, "2026-10")) == 3
    assert {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith("-shm")} == before


def test_closed_months_are_forgotten_as_ever(folder, clock):
    clock.turn(days=31 * 18)
    with closing(opened(folder, clock)) as journal:
        journal.believe(clock.now)
        journal.open_leg(card())
    assert stored(folder / OCTOBER)["links"] == []
    assert version_of(folder / OCTOBER) == schema.BEFORE
    heads(folder)


# ---- damage ----


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("UPDATE chain SET cents = cents + 5 WHERE sequence = 12", 12),
        ("DELETE FROM chain WHERE sequence = 26", 26),
        ("UPDATE working SET begun_second = begun_second + 1", 26),
        ("UPDATE anchor SET hash = randomblob(32)", 8),
        ("UPDATE trust SET last = last + 1", None),
        ("UPDATE links SET told = 2 WHERE last = 11", None),  # which nobody wrote, and these tables do not take
        ("PRAGMA user_version = 4", None),
    ],
)
def test_what_is_damaged_is_refused_and_left_alone(folder, clock, statement, row):
    forge(folder / NOVEMBER, statement)
    before = stored(folder / NOVEMBER)
    with pytest.raises(JournalCorruptError) as caught:
        opened(folder, clock)
    assert (caught.value.file, caught.value.row) in {(NOVEMBER, row), (NOVEMBER, None)}
    assert stored(folder / NOVEMBER) == before
    assert version_of(folder / NOVEMBER) < schema.VERSION
    assert not [*folder.glob("*.part*")]


def test_what_is_damaged_is_set_aside_as_ever(folder, clock):
    forge(folder / NOVEMBER, "UPDATE chain SET cents = cents + 5 WHERE sequence = 12")
    done = quarantine(folder, clock)
    assert (done.files, done.carried, done.lost) == ((NOVEMBER,), 1, 0)
    with closing(opened(folder, clock)) as journal:
        assert [leg.key for leg in journal.unsettled()] == [former_till.OPEN]
    heads(folder)


@pytest.mark.parametrize("name", former_till.MONTHS)
def test_a_newer_one_is_not_damaged_and_nothing_is_done_to_it(folder, clock, name):
    (folder / name).chmod(0o600)
    forge(folder / name, f"PRAGMA user_version = {schema.VERSION + 1}")
    reports = verify(folder)
    assert [report.file for report in reports if isinstance(report, JournalNewerError)] == [name]
    before = stored(folder / name)
    with pytest.raises(JournalNewerError) as caught:
        quarantine(folder, clock)
    assert caught.value.file == name
    if name == NOVEMBER:
        with pytest.raises(JournalNewerError, match="newer version"):
            opened(folder, clock)
    assert stored(folder / name) == before
    assert version_of(folder / name) == schema.VERSION + 1


# ---- a disk that fails, somebody who reads, a kill ----


@pytest.mark.parametrize("statement", ["SELECT * FROM trust ORDER", "COMMIT", "PRAGMA journal_mode = D"])
def test_a_disk_that_fails_leaves_the_old_one(folder, clock, failing, statement):
    before = stored(folder / NOVEMBER)
    failing.fail_at = statement
    with pytest.raises(JournalUnwritableError):
        opened(folder, clock)
    assert failing.fail_at is None
    assert not [*folder.glob("*.part*")]
    assert (stored(folder / NOVEMBER), version_of(folder / NOVEMBER)) == (before, schema.BEFORE)
    opened(folder, clock).close()
    assert (stored(folder / NOVEMBER), version_of(folder / NOVEMBER)) == (before, schema.VERSION)


def test_a_copy_that_is_not_the_same_takes_nobodys_place(folder, clock, monkeypatch):
    whole = renewal._copy

    def one_short(table, old, new, name):
        whole(table, old, new, name)
        if table == "links":
            new.execute("DELETE FROM links WHERE key = (SELECT min(key) FROM links)")

    before = stored(folder / NOVEMBER)
    monkeypatch.setattr(renewal, "_copy", one_short)
    with pytest.raises(JournalUnwritableError):
        opened(folder, clock)
    assert (stored(folder / NOVEMBER), version_of(folder / NOVEMBER)) == (before, schema.BEFORE)


def test_it_waits_for_whoever_reads(folder, clock, monkeypatch):
    with months.read_only(folder / NOVEMBER) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM chain").fetchone()
        with monkeypatch.context() as patched:
            patched.setattr(renewal, "_READERS_S", 0)
            with pytest.raises(JournalUnwritableError):
                opened(folder, clock)
        assert version_of(folder / NOVEMBER) == schema.BEFORE
        monkeypatch.setattr("time.sleep", lambda _: reader.close())
        opened(folder, clock).close()
    assert version_of(folder / NOVEMBER) == schema.VERSION


KILLED = """
import sys
from pathlib import Path
from pos_bridge.domain.ledger import Advance
from pos_bridge.domain.leg import Cause, State
from tests import former_till
from tests.journal.line_killed import killed_at_lines
from tests.journal.makers import Clock, opened
from tests.journal.test_renewal import NOVEMBER, heads, stored, version_of

TRACED = ("months.py", "renewal.py", "taking.py")

def begun(folder):
    return lambda: opened(folder, Clock(former_till.LATER))

def check(folder):
    versions.add(version_of(folder / NOVEMBER))
    assert stored(folder / NOVEMBER) == before
    journal = opened(folder, Clock(former_till.LATER))
    assert (journal.head.sequence, journal.head.hash) == former_till.HEAD
    assert stored(folder / NOVEMBER) == before
    journal.advance(Advance(former_till.OPEN, State.REVERSING, Cause.RECOVERED))
    journal.close()
    assert [head.sequence for head in heads(folder)] == [7, 27]
    assert version_of(folder / NOVEMBER) == 6
    assert sorted(path.name for path in folder.iterdir()) == ["2026-10.db", "2026-11.db", "lock"]

root, start, versions = Path(sys.argv[1]), int(sys.argv[2]), set()
former_till.lay_journal(root / "before")
before = stored(root / "before" / NOVEMBER)
lines = killed_at_lines(root, range(start, 100_000, 2), TRACED, begun, check)
assert versions == {5, 6}
print(lines)
"""


@pytest.mark.parametrize("start", [1, 2])
def test_a_kill_at_any_line_leaves_the_old_one_or_the_new_one(tmp_path, start):
    lines = children.run(KILLED, tmp_path, str(start))
    assert int(lines) > 60
