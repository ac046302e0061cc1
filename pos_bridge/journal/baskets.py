"""Split tenders: what is due by a till's sale reference, and which legs pay it.

What became of a basket is not written down: it follows from its legs (domain/basket.py), and only that it is being
cancelled is a word of its own. An open one is kept until it ends, however long; one that ended, or by which nothing
was paid, as long as a till's request.
"""

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from pos_bridge.domain.basket import Basket, BasketLeg, BasketState
from pos_bridge.domain.ledger import KnownBasket, KnownLeg, Opening
from pos_bridge.domain.leg import PAID_STATES, SETTLED, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.journal import lookups
from pos_bridge.journal.errors import JournalRefusedError
from pos_bridge.journal.hours import hours_before, universal_hour
from pos_bridge.journal.requests import HOURS
from pos_bridge.journal.seals import basket_seal

INSERT = "INSERT INTO baskets VALUES (?, ?, ?, ?, ?, ?, ?)"
INSERT_PART = "INSERT INTO parts VALUES (?, ?, ?)"
ENDED = frozenset({BasketState.COMMITTED, BasketState.CANCELLED})


class Stored(NamedTuple):
    """A row of `baskets` as SQLite gives it. `day` and `hour`: when it or one of its legs last changed, in UTC."""

    reference: bytes
    due: int
    outside: int
    cancelling: int
    day: int
    hour: int
    seal: bytes

    def is_whole(self, keys: list[bytes]) -> bool:
        """Whether the seal fits. Raises what a row that nobody wrote raises (seals.py)."""
        return self.seal == basket_seal(self[:-1], keys)


def add(connection: sqlite3.Connection, path: Path, now: datetime, opening: Opening) -> None:
    """The leg is part of its basket from here on. Raises JournalRefusedError for a sale in one that is cancelled."""
    basket = _joined(connection, path, opening)
    if basket is None:
        return
    if basket.cancelling and opening.kind is Kind.SALE:
        raise JournalRefusedError("the basket is being cancelled")
    keys = keys_of(connection, basket.reference)
    if opening.kind is not Kind.SALE and (opening.sale_key is None or opening.sale_key.raw not in keys):
        raise JournalRefusedError("a refund in a basket is of a payment of it")
    connection.execute(INSERT_PART, (opening.key.raw, basket.reference, len(keys) + 1))
    _write(connection, now, basket, [*keys, opening.key.raw])


def _joined(connection: sqlite3.Connection, path: Path, opening: Opening) -> Stored | None:
    """The basket that the leg is part of: the one it names, or that of its sale if that is not at its end."""
    if opening.basket is not None:
        part = opening.basket
        found = of(connection, part.reference) or Stored(part.reference, 0, 0, 0, 0, 0, b"")
        return found._replace(due=part.due.cents, outside=part.outside)
    basket = None if opening.sale_key is None else _that_has(connection, opening.sale_key)
    ended = basket is None or _known(connection, path, basket)[0].basket.state in ENDED
    return None if ended else basket


def _that_has(connection: sqlite3.Connection, key: LegKey) -> Stored | None:
    found = connection.execute("SELECT reference FROM parts WHERE key = ?", (key.raw,)).fetchone()
    return None if found is None else of(connection, found[0])


def changed(connection: sqlite3.Connection, now: datetime, key: LegKey) -> None:
    """A leg went on: if it is part of a basket, that is remembered for another while."""
    basket = _that_has(connection, key)
    if basket is not None:
        _write(connection, now, basket, keys_of(connection, basket.reference))


def cancel(connection: sqlite3.Connection, path: Path, now: datetime, reference: bytes) -> None:
    """Raises JournalRefusedError for a basket that is not known.

    What was given back of its payments while it was all paid (one of them was voided since) was no part of it. Now that
    the payments are taken back it is, or they would be taken back whole.
    """
    basket = of(connection, reference)
    if basket is None:
        raise JournalRefusedError("no basket of that reference is stored")
    keys = keys_of(connection, reference)
    for sale in map(LegKey.from_bytes, tuple(keys)):
        refunds = sorted(refund.key.raw for refund in lookups.refunds_of(connection, path, sale))
        for key in (refund for refund in refunds if refund not in keys):
            keys.append(key)
            connection.execute(INSERT_PART, (key, reference, len(keys)))
    _write(connection, now, basket._replace(cancelling=1), keys)


def find(connection: sqlite3.Connection, path: Path, reference: bytes, now: datetime) -> KnownBasket | None:
    basket = of(connection, reference)
    if basket is None:
        return None
    known, standing = _known(connection, path, basket)
    return None if _is_over(basket, standing, now) else known


def find_of(connection: sqlite3.Connection, path: Path, key: LegKey) -> KnownBasket | None:
    basket = _that_has(connection, key)
    return None if basket is None else _known(connection, path, basket)[0]


def open_ones(connection: sqlite3.Connection, path: Path) -> tuple[KnownBasket, ...]:
    found = (_known(connection, path, basket)[0] for basket in every(connection))
    return tuple(known for known in found if known.basket.half_paid)


def forget(connection: sqlite3.Connection, path: Path, now: datetime) -> None:
    """Drop those that are over."""
    for basket in [*every(connection)]:
        if _is_old(basket, now) and _is_over(basket, _known(connection, path, basket)[1], now):
            connection.execute("DELETE FROM parts WHERE reference = ?", (basket.reference,))
            connection.execute("DELETE FROM baskets WHERE reference = ?", (basket.reference,))


def of(connection: sqlite3.Connection, reference: bytes) -> Stored | None:
    found = connection.execute("SELECT * FROM baskets WHERE reference = ?", (reference,)).fetchone()
    return None if found is None else Stored._make(found)


def every(connection: sqlite3.Connection) -> Iterator[Stored]:
    return map(Stored._make, connection.execute("SELECT * FROM baskets").fetchall())


def keys_of(connection: sqlite3.Connection, reference: bytes) -> list[bytes]:
    """Of its legs, in the order in which they were opened."""
    query = "SELECT key FROM parts WHERE reference = ? ORDER BY place"
    return [key for (key,) in connection.execute(query, (reference,))]


def _write(connection: sqlite3.Connection, now: datetime, basket: Stored, keys: list[bytes]) -> None:
    day, hour = universal_hour(now)
    stamped = basket._replace(day=day, hour=hour)
    sealed = stamped._replace(seal=basket_seal(stamped[:-1], keys))
    connection.execute(INSERT.replace("INSERT", "INSERT OR REPLACE"), sealed)


def _known(connection: sqlite3.Connection, path: Path, basket: Stored) -> tuple[KnownBasket, bool]:
    """The basket as it stands, and whether it must be kept: it is open and something was paid or may have been."""
    keys = [LegKey.from_bytes(key) for key in keys_of(connection, basket.reference)]
    legs = tuple(_leg(lookups.find_leg(connection, path, key), keys) for key in keys)
    known = Basket(Amount(basket.due), basket.outside, bool(basket.cancelling), legs)
    live = any(leg.state not in SETTLED for leg in legs)
    paid = any(leg.kind is Kind.SALE and leg.state in PAID_STATES for leg in legs)
    return KnownBasket(basket.reference, known, tuple(keys)), live or (paid and known.state not in ENDED)


def _leg(leg: KnownLeg | None, keys: list[LegKey]) -> BasketLeg:
    if leg is None:  # of a damaged month: it may have been paid, and a person looks
        return BasketLeg(Kind.SALE, State.UNRESOLVED, 0)
    moved = leg.approved if leg.tender is Tender.CARD and leg.approved is not None else leg.amount
    of_sale = None if leg.sale_key is None else keys.index(leg.sale_key)
    return BasketLeg(leg.kind, leg.state, moved.cents, leg.cause, of_sale)


def _is_over(basket: Stored, standing: bool, now: datetime) -> bool:  # noqa: FBT001 - one of three facts
    return _is_old(basket, now) and not standing


def _is_old(basket: Stored, now: datetime) -> bool:
    return (basket.day, basket.hour) < hours_before(now, HOURS)
