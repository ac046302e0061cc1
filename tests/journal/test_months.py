"""A month's change: what goes along, what stays, and that it may be interrupted at any line."""

import sqlite3
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pos_bridge.domain.ledger import Advance
from pos_bridge.domain.leg import State
from pos_bridge.journal import months
from pos_bridge.journal.verify import SoundFile, verify
from tests.journal import children
from tests.journal.makers import Clock, captured, capturing, card, cash, opened, paid, reversing

LAST_OF_NOVEMBER = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock(LAST_OF_NOVEMBER)


def table(path: Path, query: str) -> list[Any]:
    with months.read_only(path) as connection:
        return connection.execute(query).fetchall()


def sound(folder: Path) -> Any:
    reports = verify(folder)
    assert [report for report in reports if not isinstance(report, SoundFile)] == []
    return reports


def test_a_new_month_goes_on_where_the_old_one_ended(journal, folder, clock):
    settled, stuck, untold = paid(journal), card(5000), paid(journal)
    journal.mark_told(settled.key)
    journal.open_leg(stuck)
    before = journal.head
    clock.turn(hours=1)
    head = journal.open_leg(cash())
    assert head.sequence == before.sequence + 1
    assert [path.name for path in months.files(folder)] == ["2026-11.db", "2026-12.db"]
    november, december = sound(folder)
    assert december.anchor == november.head == before
    # What was open goes on, what a till may ask again is known, what it has not collected is listed.
    assert [leg.key for leg in journal.unsettled()] == [stuck.key]
    assert journal.find_request(settled.till.request).leg.state is State.CAPTURED
    assert journal.approved_untold(untold.till.sale) == untold.key
    journal.mark_told(untold.key)
    assert journal.approved_untold(untold.till.sale) is None
    assert journal.holds(before.sequence, before.hash) is True
    assert journal.holds(1, bytes(32)) is False


def test_an_open_leg_is_finished_in_the_new_month(journal, folder, clock):
    opening = card()
    journal.open_leg(opening)
    clock.turn(hours=1)
    journal.advance(capturing(opening))
    journal.advance(captured(opening))
    assert journal.find_leg(opening.key).state is State.CAPTURED
    assert journal.unsettled() == ()
    sound(folder)


def test_history_is_closed(journal, folder, clock):
    opening = card()
    journal.open_leg(opening)
    clock.turn(hours=1)
    journal.open_leg(cash())
    old = folder / "2026-11.db"
    assert stat.S_IMODE(old.stat().st_mode) == 0o400
    assert not (folder / "2026-11.db-wal").exists()
    assert table(old, "SELECT * FROM working") == table(old, "SELECT * FROM requests") == []
    assert opening.till.request not in old.read_bytes()


def test_a_leg_of_long_ago_is_found_and_can_be_taken_up(journal, folder, clock):
    opening = paid(journal)
    journal.mark_told(opening.key)
    for _ in range(3):
        clock.turn(days=31)
        journal.open_leg(cash())
    assert journal.find_leg(opening.key).state is State.CAPTURED
    journal.advance(reversing(opening))
    assert [leg.key for leg in journal.unsettled()] == [opening.key]
    journal.advance(Advance(opening.key, State.REVERSED))
    assert journal.find_leg(opening.key).state is State.REVERSED
    sound(folder)


def test_links_are_forgotten_after_the_refund_window(folder, clock):
    journal = opened(folder, clock)
    opening = paid(journal)
    journal.mark_told(opening.key)
    clock.turn(days=31)
    journal.open_leg(cash())
    clock.turn(days=31 * 18)
    journal.believe(clock.now)
    journal.open_leg(cash())
    old = folder / "2026-11.db"
    assert journal.find_leg(opening.key) is None
    assert table(old, "SELECT count(*) FROM chain") == [(3,)]
    assert opening.key.raw not in old.read_bytes()
    assert stat.S_IMODE(old.stat().st_mode) == 0o400
    journal.close()
    sound(folder)


def test_a_clock_that_goes_back_makes_no_file(journal, folder, clock):
    journal.open_leg(cash())
    clock.turn(days=-400)
    journal.open_leg(cash())
    assert [path.name for path in months.files(folder)] == ["2026-11.db"]


def test_months_without_sales_are_no_files(journal, folder, clock):
    journal.open_leg(cash())
    clock.turn(days=100)
    journal.believe(clock.now)
    journal.open_leg(cash())
    assert [path.name for path in months.files(folder)] == ["2026-11.db", "2027-03.db"]
    sound(folder)


def test_an_old_file_that_was_taken_away_stops_nothing(journal, folder, clock):
    journal.open_leg(cash())
    clock.turn(days=10)
    journal.open_leg(cash())
    journal.close()
    (folder / "2026-11.db").unlink()
    journal = opened(folder, clock)
    assert journal.open_leg(cash()).sequence == 3
    assert journal.holds(2, bytes(32)) is False
    journal.close()


def test_a_sale_goes_on_in_the_old_file_when_no_new_one_can_be_made(journal, folder, clock, monkeypatch):
    def refuse(*_args):
        raise OSError(28, "no space left")

    clock.turn(hours=1)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", refuse)
        journal.open_leg(cash())
    assert [path.name for path in months.files(folder)] == ["2026-11.db"]
    journal.open_leg(cash())
    assert [path.name for path in months.files(folder)] == ["2026-11.db", "2026-12.db"]
    sound(folder)


# A process that lives through a month's change is killed at its n-th line; then it is opened.
KILLED = """
import sys
from datetime import timedelta
from pathlib import Path
from pos_bridge.domain.ledger import Advance, JournalHead
from pos_bridge.domain.leg import Cause, State
from pos_bridge.journal.verify import SoundFile, verify
from tests.journal.line_killed import killed_at_lines
from tests.journal.makers import Clock, START, card, cash, opened, owed, paid, part, refund

LATE = START.replace(day=30, hour=23)
TRACED = ("months.py", "journal_file.py", "durable_file.py", "carry.py")

def begun(folder):
    clock = Clock(LATE)
    journal = opened(folder, clock)
    clock.turn(hours=1)
    return journal.turn

def check(folder):
    journal = opened(folder, Clock(LATE + timedelta(hours=2)))
    assert journal.head == head
    assert journal.unsettled() == before
    assert journal.find_leg(settled.key).state is State.CAPTURED
    assert [leg.key for leg in journal.refunds_of(settled.key)] == [back.key]
    assert journal.open_baskets() == half_paid
    assert (journal.period(), journal.ledger_epoch()) == (period, bytes(range(1, 33)))
    assert journal.holds(900, bytes(range(32)))
    journal.open_leg(cash())
    journal.advance(Advance(stuck.key, State.REVERSING, Cause.RECOVERED))
    journal.close()
    assert all(isinstance(report, SoundFile) for report in verify(folder)), verify(folder)
    assert [path.name for path in sorted(folder.glob("*.db"))] == ["2026-11.db", "2026-12.db"]
    assert not [*folder.glob("*.part*"), *folder.glob("*.next")]
    assert (folder / "2026-11.db").stat().st_mode & 0o777 == 0o400

root, start = Path(sys.argv[1]), int(sys.argv[2])
journal = opened(root / "before", Clock(LATE))
settled, stuck = paid(journal), card()
journal.open_leg(stuck)
journal.close_period()
journal.change_ledger_epoch(bytes(range(32)))
journal.change_ledger_epoch(bytes(range(1, 33)))
journal.note_refused_head(JournalHead(900, bytes(range(32))))
journal.accept_refused_head()
back = refund(settled.key, 100)
for opening in (back, owed(500, part(5000)), cash(600)):
    journal.open_leg(opening)
head, before, half_paid, period = journal.head, journal.unsettled(), journal.open_baskets(), journal.period()
journal.close()
print(killed_at_lines(root, range(start, 100_000, 2), TRACED, begun, check))
"""


@pytest.mark.parametrize("start", [1, 2])
def test_a_kill_at_any_line_of_the_change_leaves_a_valid_journal(tmp_path, start):
    lines = children.run(KILLED, tmp_path, str(start))
    assert int(lines) > 60


def test_a_damaged_month_of_long_ago_does_not_stop_the_change(journal, folder, clock):
    journal.open_leg(cash())
    clock.turn(days=31)
    journal.open_leg(cash())
    (folder / "2026-11.db").chmod(0o600)
    (folder / "2026-11.db").write_bytes(b"x" * 4096)
    clock.turn(days=31)
    journal.open_leg(cash())
    assert len(months.files(folder)) == 3
    assert not isinstance(verify(folder)[0], SoundFile)
    with pytest.raises(sqlite3.DatabaseError):
        table(folder / "2026-11.db", "SELECT 1 FROM chain")
