import functools
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_bridge.journal import schema
from pos_bridge.journal.journal_file import JournalFile
from tests.journal.failing import FailingConnection, LyingConnection
from tests.journal.makers import Clock, capturing, card, cash, opened, owed, paid, part, refund, reversing


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.create(connection)
    connection.execute("INSERT INTO anchor VALUES (1, 0, zeroblob(32))")
    yield connection
    connection.close()


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[FailingConnection]]:
    monkeypatch.setattr(sqlite3, "connect", functools.partial(sqlite3.connect, factory=FailingConnection))
    yield FailingConnection
    FailingConnection.fail_at = None


@pytest.fixture
def lying(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[LyingConnection]]:
    monkeypatch.setattr(sqlite3, "connect", functools.partial(sqlite3.connect, factory=LyingConnection))
    yield LyingConnection
    LyingConnection.fail_at = None


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
    """A closed journal of one file: settled legs; reversing (5000 cents), capturing (6000) and intent (7000).

    A refund intent (300) of the first sale; a basket of 9000, of which 2000 are owed in cash; a day end, an epoch.
    """
    journal = opened(folder, clock)
    for _ in range(4):
        sale = paid(journal)
        journal.mark_told(sale.key)
        journal.open_leg(cash())
    journal.close_period()
    stuck, approved = card(5000), card(6000)
    for opening in (stuck, approved, card(7000)):
        journal.open_leg(opening)
    journal.advance(reversing(stuck))
    journal.advance(capturing(approved))
    journal.close_till_request(bytes(range(32)))
    journal.open_leg(refund(sale.key, 300))
    journal.open_leg(owed(2000, part(9000)))
    journal.change_ledger_epoch(bytes(range(1, 33)))
    journal.close()
    return folder
