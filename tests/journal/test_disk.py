"""Disks that are full, read-only or failing: the step is refused whole, reading goes on, and so does the next sale."""

from pathlib import Path

import pytest

from pos_bridge.domain.ledger import JournalUnwritableError
from pos_bridge.journal.verify import SoundFile, verify
from tests.journal import children
from tests.journal.makers import Clock, captured, capturing, card, cash, opened, paid
from tests.small_disk import own_mounts

# Fills the disk with sales until one is refused, makes room, and goes on.
FULL = """
import sys
from pathlib import Path
from pos_bridge.domain.ledger import JournalUnwritableError
from pos_bridge.journal.verify import SoundFile, verify
from tests.journal.makers import Clock, captured, capturing, card, cash, opened, reversing
from tests.small_disk import SmallDisk

root, how = Path(sys.argv[1]), sys.argv[2]
disk = SmallDisk(root, how, megabytes=1, limit=65_536)

journal = opened(root / "journal", Clock())
done = [journal.open_leg(cash())]
for round in range(3):
    disk.fill()
    refused, tries = False, 0
    while not refused:
        tries += 1
        assert tries < 2000
        sale, before = card(), journal.head
        try:
            done.append(journal.open_leg(sale))
            done.append(journal.advance(capturing(sale)))
            done.append(journal.advance(captured(sale)))
        except JournalUnwritableError:
            refused, nothing_done = True, journal.head == before
    assert (journal.find_leg(sale.key) is None) == nothing_done
    for again in (sale, cash()):
        head = journal.head
        try: done.append(journal.open_leg(again))  # a smaller step may still find room
        except JournalUnwritableError: assert journal.head == head
    assert journal.head == done[-1]
    # Reading goes on, and tells what was acknowledged and nothing more.
    assert all(journal.holds(head.sequence, head.hash) for head in done)
    disk.make_room()
    fresh = card()
    done += [journal.open_leg(fresh), journal.advance(capturing(fresh)), journal.advance(captured(fresh))]
journal.close()
journal = opened(root / "journal", Clock())
assert journal.head == done[-1]
assert all(journal.holds(head.sequence, head.hash) for head in done)
journal.close()
assert all(isinstance(report, SoundFile) for report in verify(root / "journal"))
print(len(done))
"""


def test_a_full_disk(tmp_path):
    assert int(children.run_on_small_disk(FULL, tmp_path)) > 9


def test_a_limit_on_file_size(tmp_path):
    assert int(children.run(FULL, tmp_path, "limit")) > 9


READ_ONLY = """
import subprocess, sys
from pathlib import Path
from pos_bridge.domain.ledger import JournalUnwritableError
from tests.journal.makers import Clock, cash, opened, paid
root = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(root)], check=True)
journal = opened(root / "journal", Clock())
paid(journal)
journal.close()
subprocess.run(["mount", "-o", "remount,ro", str(root)], check=True)
try: opened(root / "journal", Clock())
except JournalUnwritableError as error: print(error)
subprocess.run(["mount", "-o", "remount,rw", str(root)], check=True)
journal = opened(root / "journal", Clock())
assert journal.open_leg(cash()).sequence == 4
journal.close()
"""


def test_a_disk_that_was_remounted_read_only(tmp_path):
    prefix = own_mounts()
    if prefix is None:
        folder = tmp_path / "file"
        folder.write_bytes(b"")  # no folder can be made here: the nearest thing to a disk that refuses
        with pytest.raises(JournalUnwritableError):
            opened(folder / "journal", Clock())
        return
    assert "cannot be" in children.run(READ_ONLY, tmp_path, prefix=prefix)


@pytest.mark.parametrize("at", ["BEGIN", "INSERT INTO chain", "INSERT INTO requests", "COMMIT"])
def test_an_input_output_error_leaves_nothing_and_passes(failing, folder, at):
    journal = opened(folder, Clock())
    settled, sale = paid(journal), card()
    head = journal.head
    failing.fail_at = at
    with pytest.raises(JournalUnwritableError):
        journal.open_leg(sale)
    assert journal.head == head
    assert journal.find_request(sale.till.request) is None
    assert journal.find_leg(settled.key) is not None
    journal.open_leg(sale)
    failing.fail_at = at
    with pytest.raises(JournalUnwritableError):
        journal.advance(capturing(sale)) if at != "INSERT INTO requests" else journal.close_till_request(
            bytes(range(32))
        )
    journal.advance(capturing(sale))
    journal.advance(captured(sale))
    journal.close()
    assert all(isinstance(report, SoundFile) for report in verify(folder))


def test_a_commit_that_failed_in_word_only_is_made_good(folder, lying):
    """The sync failed, and the transaction is whole in the log all the same: it is made durable, or it would haunt."""
    journal = opened(folder, Clock())
    journal.open_leg(cash())
    lying.fail_at = "COMMIT"
    sale = card()
    assert journal.open_leg(sale).sequence == 2
    assert journal.head.sequence == 2
    assert [leg.key for leg in journal.unsettled()] == [sale.key]
    assert journal.advance(capturing(sale)).sequence == 3
    journal.close()
    assert all(isinstance(report, SoundFile) for report in verify(folder))


def test_rows_that_vanished_under_the_engine_stop_writing(folder):
    journal = opened(folder, Clock())
    paid(journal)
    (path,) = folder.glob("*.db")
    other = opened(folder.parent / "other", Clock())
    other.close()
    journal._file.close()
    Path(path).write_bytes(next((folder.parent / "other").glob("*.db")).read_bytes())
    for _ in range(2):
        with pytest.raises(JournalUnwritableError, match="lost rows"):
            journal.open_leg(cash())
    journal.close()


def test_a_failing_turn_of_the_hour_does_not_stop_a_sale(failing, folder):
    clock = Clock()
    journal = opened(folder, clock)
    journal.open_leg(cash())
    clock.turn(hours=1)
    failing.fail_at = "DELETE FROM requests"
    journal.open_leg(cash())
    assert journal.head.sequence == 2
    journal.close()
