"""Sales, clocks and folders for the journal's tests."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pos_bridge.domain.ledger import Advance, BasketPart, Binding, Opening, TillKeys
from pos_bridge.domain.leg import Cause, Flow, Kind, State, Tender
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


def card(
    cents: int = 1234, *, partial_ok: bool = False, till: TillKeys | None = None, basket: BasketPart | None = None
) -> Opening:
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
        basket=basket,
    )


def confirmed_by_till(cents: int = 1234, within_s: int = 60) -> Opening:
    """A card sale over the native API: approved, it waits for the till's word."""
    return replace(card(cents), confirm_by_ms=int(START.timestamp() * 1000) + within_s * 1000)


def cash(cents: int = 1233, till: TillKeys | None = None, basket: BasketPart | None = None) -> Opening:
    """Cash that was taken at once."""
    return replace(
        card(cents, till=till, basket=basket),
        tender=Tender.CASH,
        state=State.CASH_TAKEN,
        not_after_ms=None,
        due=cash_due(cents),
    )


def owed(cents: int = 1233, basket: BasketPart | None = None) -> Opening:
    """Cash that the customer was told to pay."""
    return replace(cash(cents, basket=basket), state=State.CASH_DUE)


def refund(sale: LegKey, cents: int = 1234, *, present: bool = False, till: TillKeys | None = None) -> Opening:
    """Of a card sale: by reference, or with its card present."""
    return replace(
        card(cents, till=till),
        state=State.REFUND_INTENT,
        kind=Kind.CARD_REFUND if present else Kind.REFUND,
        sale_key=sale,
        not_after_ms=int(START.timestamp()) * 1000 + 86_400_000,
    )


def refund_too_late(sale: LegKey, cents: int) -> Opening:
    """The leg by which a sale is given back whose reversal came too late: its key follows from the sale's."""
    return replace(refund(sale, cents), key=LegKey.refund_of(sale))


def cash_back(cents: int = 1233, sale: LegKey | None = None, basket: BasketPart | None = None) -> Opening:
    """Cash that was given back, of a sale or of none."""
    return replace(cash(cents, basket=basket), state=State.CASH_REFUNDED, kind=Kind.REFUND, sale_key=sale)


def part(due: int = 5000, outside: int = 0, reference: bytes | None = None) -> BasketPart:
    """Of a split tender of so many cents, of which some were paid elsewhere."""
    return BasketPart(reference or os.urandom(32), Amount(due), outside)


def capturing(opening: Opening) -> Advance:
    return Advance(opening.key, State.CAPTURING, approved=opening.amount, binding=binding())


def captured(opening: Opening) -> Advance:
    return Advance(opening.key, State.CAPTURED)


def authorised(opening: Opening) -> Advance:
    return Advance(opening.key, State.AUTHORISED, approved=opening.amount, binding=binding())


def reversing(opening: Opening) -> Advance:
    return Advance(opening.key, State.REVERSING, Cause.NO_ANSWER)


def voiding(opening: Opening, till: TillKeys | None = None) -> Advance:
    """The whole sale is taken back, because this request of the till said so."""
    return Advance(opening.key, State.REVERSING, Cause.VOIDED, till=till or till_keys())


def refunded(opening: Opening) -> Advance:
    return Advance(opening.key, State.REFUNDED, approved=opening.amount)


def taken(opening: Opening) -> Advance:
    return Advance(opening.key, State.CASH_TAKEN)


def binding() -> Binding:
    return Binding(os.urandom(32), os.urandom(64))


def paid(journal: JournalFile, cents: int = 1234, basket: BasketPart | None = None) -> Opening:
    """A card sale from its intent to its end."""
    opening = card(cents, basket=basket)
    journal.open_leg(opening)
    journal.advance(capturing(opening))
    journal.advance(captured(opening))
    return opening


def opened(folder: Path, clock: Callable[[], datetime]) -> JournalFile:
    return JournalFile.open(folder, 7, clock)


def resumed(folder: Path, clock: Callable[[], datetime]) -> JournalFile:
    """Opened again, and it goes on."""
    journal = opened(folder, clock)
    journal.open_leg(cash())
    return journal


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
