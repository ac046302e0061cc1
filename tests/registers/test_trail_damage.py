"""What another hand did to the audit trail's file is told by the row, and never repaired."""

import os
from pathlib import Path

import pytest

from pos_bridge.domain.audit import TrailUnwritableError
from pos_bridge.registers.trail_file import Damaged, TrailDamagedError, TrailFile, verify
from tests.registers.makers import hand, noted, read, sound


def damages(path: Path) -> None:
    """It is told, and left as it lies."""
    before = path.read_bytes()
    assert isinstance(verify(path), Damaged)
    with pytest.raises(TrailDamagedError):
        TrailFile(path).note(read())
    assert path.read_bytes() == before


CHANGES = {
    "day": 20_000,
    "role": 1,
    "operator": 8,
    "act": 4,
    "purpose": None,
    "person": None,
    "refused": 5,
    "hash": os.urandom(32),
}


@pytest.mark.parametrize("column", CHANGES)
@pytest.mark.parametrize("sequence", [1, 3, 5])
def test_a_row_that_was_changed(path, column, sequence):
    noted(path, 5)
    hand(path, (f"UPDATE trail SET {column} = ? WHERE sequence = ?", (CHANGES[column], sequence)))
    assert verify(path) == Damaged(sequence)
    if sequence == 5:
        damages(path)


@pytest.mark.parametrize("sequence", [1, 3])
def test_a_row_that_is_missing(path, sequence):
    noted(path, 5)
    hand(path, ("DELETE FROM trail WHERE sequence = ?", (sequence,)))
    assert verify(path) == Damaged(sequence)


def test_rows_that_changed_places(path):
    told = noted(path, 4)
    persons = [entry.person for entry in told]
    hand(path, *(("UPDATE trail SET person = ? WHERE sequence = ?", (persons[5 - at - 1], at)) for at in (2, 3)))
    assert verify(path) == Damaged(2)


def test_the_process_that_wrote_it_misses_its_end(path):
    trail = TrailFile(path)
    for _ in range(3):
        trail.note(read())
    hand(path, ("DELETE FROM trail WHERE sequence = 3", ()))
    assert sound(path) == 2, "a chain that was cut off at its end is a chain"
    with pytest.raises(TrailDamagedError):
        trail.note(read())
    path.unlink()
    with pytest.raises(TrailUnwritableError):
        trail.note(read())
    assert not path.exists(), "no other one is begun in its place"


def test_another_file_in_its_place(path):
    noted(path, 2)
    content = path.read_bytes()
    for wrong in (
        b"",
        b"not a database" * 1000,
        content[: len(content) // 2],
        content[:100] + bytes(len(content) - 100),
    ):
        path.write_bytes(wrong)
        damages(path)


def test_another_table_or_no_trigger(path):
    for change in ("CREATE TABLE notes (text TEXT)", "DROP TRIGGER trail_stays", "CREATE VIEW v AS SELECT 1"):
        noted(path, 2)
        hand(path, (change, ()), triggers=True)
        damages(path)
        path.unlink()


def test_a_journal_whose_trail_is_gone(path):
    noted(path, 1)
    path.rename(path.with_name("audit.db-journal"))
    assert verify(path) == Damaged(0)
    with pytest.raises(TrailDamagedError):
        TrailFile(path).note(read())
    assert not path.exists()


def test_bytes_that_flipped(path):
    noted(path, 40)
    content = bytearray(path.read_bytes())
    before = verify(path)
    for at in range(100, len(content), 97):
        path.write_bytes(content[:at] + bytes((content[at] ^ 0x10,)) + content[at + 1 :])
        try:
            found = verify(path)
        except TrailUnwritableError:
            continue
        assert found == before or isinstance(found, Damaged), "free space, or told"
