"""Sales, clocks and folders for the journal's tests."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pos_bridge.domain.ledger import Advance, Binding, Opening, TillKeys
from pos_bridge.domain.leg import Cause, Flow, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount, cash_due
from pos_bridge.journal.journal_file import JournalFile

START = datetime(2026, 11, 23, 14, 40, 12, tzinfo=UTC)


class Clock:
    """A clock that is set."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


def till_keys() -> TillKeys:
    return TillKeys(os.urandom(32), os.urandom(32), os.urandom(32))


def card(cents: int = 1234, *, partial_ok: bool = False, till: TillKeys | None = None) -> Opening:
    return Opening(
        key=LegKey.fresh(),
        tender=Tender.CARD,
        state=State.INTENT,
        amount=Amount(cents),
        partial_ok=partial_ok,
        flow=Flow.TWO_MESSAGES,
        till=till or till_keys(),
        order_digest=os.urandom(32),
        order_salt=os.urandom(16),
        not_after_ms=int(START.timestamp() * 1000) + 285_123,
    )


def cash(cents: int = 1233, till: TillKeys | None = None) -> Opening:
    return Opening(
        key=LegKey.fresh(),
        tender=Tender.CASH,
        state=State.CASH_TAKEN,
        amount=Amount(cents),
        partial_ok=False,
        flow=Flow.TWO_MESSAGES,
        till=till or till_keys(),
        order_digest=os.urandom(32),
        order_salt=os.urandom(16),
        due=cash_due(cents),
    )


def capturing(opening: Opening) -> Advance:
    return Advance(opening.key, State.CAPTURING, approved=opening.amount, binding=binding())


def captured(opening: Opening) -> Advance:
    return Advance(opening.key, State.CAPTURED)


def reversing(opening: Opening) -> Advance:
    return Advance(opening.key, State.REVERSING, Cause.NO_ANSWER)


def binding() -> Binding:
    return Binding(os.urandom(32), os.urandom(64))


def paid(journal: JournalFile, cents: int = 1234) -> Opening:
    """A card sale from its intent to its end."""
    opening = card(cents)
    journal.open_leg(opening)
    journal.advance(capturing(opening))
    journal.advance(captured(opening))
    return opening


def opened(folder: Path, clock: Callable[[], datetime]) -> JournalFile:
    return JournalFile.open(folder, 7, clock)


def state_of(journal: JournalFile, key: LegKey) -> State | None:
    leg = journal.find_leg(key)
    return None if leg is None else leg.state


def forge(path: Path, *statements: str) -> None:
    """Change a file behind the constraints' back, as a fault of the disk would."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for statement in statements:
            connection.execute(statement)
