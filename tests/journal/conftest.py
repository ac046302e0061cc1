from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_bridge.journal.journal_file import JournalFile
from tests.journal.makers import Clock, opened


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
