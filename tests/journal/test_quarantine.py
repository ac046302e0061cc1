"""A damaged file is kept whole as evidence, and the till goes on with what can be trusted."""

from pathlib import Path
from typing import Any

import pytest

from pos_bridge.domain.leg import State
from pos_bridge.journal import months
from pos_bridge.journal.errors import JournalBusyError, JournalCorruptError, JournalSoundError
from pos_bridge.journal.quarantine import quarantine
from pos_bridge.journal.row import COLUMNS
from pos_bridge.journal.verify import SoundFile, verify
from tests.journal.makers import capturing, card, cash, forge, opened, paid, resumed, reversing, state_of

NAME = "2026-11.db"


def rows(folder: Path) -> list[Any]:
    with months.read_only(folder / NAME) as connection:
        return connection.execute(f"SELECT {COLUMNS} FROM chain ORDER BY sequence").fetchall()


def test_a_sound_journal_is_left_alone(closed, clock):
    with pytest.raises(JournalSoundError):
        quarantine(closed, clock)
    assert not (closed / "quarantine").exists()


def test_a_running_engine_is_left_alone(journal, folder, clock):
    with pytest.raises(JournalBusyError):
        quarantine(folder, clock)


def test_the_till_goes_on_after_quarantine(folder, clock):
    journal = opened(folder, clock)
    settled, untold, stuck, approved = paid(journal), paid(journal), card(5000), card(6000)
    journal.mark_told(settled.key)
    for opening in (stuck, approved):
        journal.open_leg(opening)
    journal.advance(capturing(approved))
    known, head = journal.unsettled(), journal.head
    journal.close()
    forge(folder / NAME, "UPDATE chain SET cents = cents + 1 WHERE sequence = 2")
    evidence = (folder / NAME).read_bytes()
    done = quarantine(folder, clock)
    assert (done.files, done.carried, done.lost) == ((NAME,), 2, 0)
    assert (folder / "quarantine" / NAME).read_bytes() == evidence
    journal = opened(folder, clock)
    assert journal.head == head  # sequence and hash go on: the processor saw them
    assert journal.unsettled() == known
    assert state_of(journal, untold.key) is State.CAPTURED
    request = journal.find_request(settled.till.request)
    assert request is not None
    assert request.leg is not None
    assert request.leg.state is State.CAPTURED
    assert journal.open_leg(cash()).sequence == head.sequence + 1
    journal.advance(reversing(stuck))
    assert journal.holds(head.sequence, head.hash) is True
    journal.close()
    (report,) = verify(folder)
    assert isinstance(report, SoundFile)


def test_a_damaged_working_row_is_corrected_by_the_chain(closed, clock):
    forge(
        closed / NAME,
        "UPDATE working SET cents = 1, key = x'00112233445546778899aabbccddeeff' WHERE cents = 5000",
    )
    done = quarantine(closed, clock)
    assert (done.carried, done.lost) == (5, 0)
    journal = resumed(closed, clock)
    assert {leg.amount.cents for leg in journal.unsettled()} == {5000, 6000, 7000, 300, 2000}
    journal.close()


def test_a_leg_whose_working_row_is_gone_waits_for_a_person(closed, clock):
    forge(closed / NAME, "DELETE FROM working WHERE state = 'capturing'")
    done = quarantine(closed, clock)
    assert (done.carried, done.lost) == (5, 0)
    journal = resumed(closed, clock)
    states = {leg.amount.cents: leg.state for leg in journal.unsettled()}
    assert states == {
        5000: State.REVERSING,
        6000: State.UNRESOLVED,
        7000: State.INTENT,
        300: State.REFUND_INTENT,
        2000: State.CASH_DUE,
    }
    journal.close()


def test_a_leg_without_any_key_is_counted(closed, clock):
    forge(closed / NAME, "DELETE FROM links WHERE key IN (SELECT key FROM working WHERE cents = 6000)",
          "DELETE FROM working WHERE cents = 6000")  # fmt: skip
    done = quarantine(closed, clock)
    assert (done.carried, done.lost) == (4, 1)
    resumed(closed, clock).close()


def test_a_damaged_last_row_is_continued_from_what_is_stored(closed, clock):
    forge(closed / NAME, "UPDATE chain SET cents = 1 WHERE sequence = (SELECT max(sequence) FROM chain)")
    before = rows(closed)[-1]
    quarantine(closed, clock)
    journal = opened(closed, clock)
    assert (journal.head.sequence, journal.head.hash) == (before[0], before[-1])
    assert len(journal.unsettled()) == 5
    journal.close()


def test_a_last_hash_out_of_shape_gives_way_to_the_row_before(closed, clock):
    forge(closed / NAME, "UPDATE chain SET hash = zeroblob(32) WHERE sequence = (SELECT max(sequence) FROM chain)")
    before = rows(closed)[-2]
    quarantine(closed, clock)
    journal = opened(closed, clock)
    assert journal.head.hash == before[-1]
    journal.close()


def test_a_damaged_month_of_long_ago(folder, clock):
    journal = opened(folder, clock)
    first = paid(journal)
    clock.turn(days=31)
    paid(journal)
    clock.turn(days=31)
    last = paid(journal)
    journal.close()
    (folder / NAME).chmod(0o600)
    forge(folder / NAME, "UPDATE chain SET cents = 1 WHERE sequence = 2")
    opened(folder, clock).close()  # not the file in use: the till starts
    reports = verify(folder)
    assert [isinstance(report, SoundFile) for report in reports] == [False, True, True]
    assert quarantine(folder, clock).files == (NAME,)
    assert all(isinstance(report, SoundFile) for report in verify(folder))
    journal = resumed(folder, clock)
    assert state_of(journal, last.key) is State.CAPTURED
    assert state_of(journal, first.key) is State.CAPTURED  # its last row is sound, and in quarantine
    journal.close()


def test_a_gap_that_quarantine_left_is_known(folder, clock):
    journal = opened(folder, clock)
    for _ in range(3):
        paid(journal)
        clock.turn(days=31)
    journal.close()
    middle = months.files(folder)[1]
    middle.chmod(0o600)
    middle.write_bytes(middle.read_bytes()[:-4096] + bytes(4096))
    quarantine(folder, clock)
    resumed(folder, clock).close()
    assert months.files(folder)[0].name == NAME


def test_quarantine_twice(closed, clock):
    for number in (1, 2):
        journal = opened(closed, clock)
        paid(journal)
        journal.close()
        forge(closed / NAME, "UPDATE chain SET till = 9 WHERE sequence = (SELECT max(sequence) FROM chain)")
        quarantine(closed, clock)
        assert len(months.set_aside(closed)) == number
    resumed(closed, clock).close()


@pytest.mark.parametrize("stop", [1, 2, 3])
def test_an_interrupted_quarantine_is_finished_at_the_next_start(closed, clock, monkeypatch, stop):
    forge(closed / NAME, "UPDATE chain SET cents = 1 WHERE sequence = 2")
    real, moves = Path.replace, []

    def replace(path, target):
        moves.append(path.name)
        if len(moves) == stop:
            raise KeyboardInterrupt
        return real(path, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(KeyboardInterrupt):
        quarantine(closed, clock)
    if stop == 1:  # nothing had happened yet
        quarantine(closed, clock)
    journal = opened(closed, clock)
    assert len(journal.unsettled()) == 5
    journal.close()
    assert len(months.set_aside(closed)) == 1


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"\0" * 4096, b"no database " * 1000])
def test_a_file_that_is_no_database(closed, clock, content):
    (closed / NAME).write_bytes(content)
    with pytest.raises(JournalCorruptError) as caught:
        opened(closed, clock)
    assert (caught.value.file, caught.value.row) == (NAME, None)
    assert quarantine(closed, clock).files == (NAME,)
    journal = opened(closed, clock)
    assert journal.open_leg(cash()).sequence == 1
    journal.close()
