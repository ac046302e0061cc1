from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_bridge.journal.journal_file import JournalFile
from tests.journal.makers import Clock, capturing, card, cash, opened, paid, reversing


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def journal(folder: Path, clock: Clock) -> Iterator[JournalFile]:
    journal = opened(folder, clock)
    yield journal
    journal.close()


@pytest.fixture
def closed(folder: Path, clock: Clock) -> Path:
    """A closed journal of one file: settled legs; reversing (5000 cents), capturing (6000) and intent (7000)."""
    journal = opened(folder, clock)
    for _ in range(4):
        journal.mark_told(paid(journal).key)
        journal.open_leg(cash())
    stuck, approved = card(5000), card(6000)
    for opening in (stuck, approved, card(7000)):
        journal.open_leg(opening)
    journal.advance(reversing(stuck))
    journal.advance(capturing(approved))
    journal.close_till_request(bytes(range(32)))
    journal.close()
    return folder
