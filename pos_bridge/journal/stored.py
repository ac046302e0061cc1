"""What is stored about one sale, column by column; split tenders that are not at their end; a refusal: for people.

Read from the files as they are, beside a running engine; changes nothing.
"""

import sqlite3
from pathlib import Path
from typing import Any

from pos_bridge.domain.ledger import KnownBasket
from pos_bridge.journal import baskets, months, trust
from pos_bridge.journal.report import RecordedSale

_OF_ANOTHER = "sale_key"  # in the row of a refund, the sale that it is of


def half_paid(folder: Path) -> tuple[KnownBasket, ...]:
    """Baskets that are not at their end and of which something was paid, or may have been. Raises sqlite3.Error."""
    paths = months.files(folder)
    if not paths:
        return ()
    with months.read_only(paths[-1]) as connection:
        connection.execute("BEGIN")  # one moment, while the engine goes on
        return baskets.open_ones(connection, paths[-1])


def is_refused(folder: Path) -> bool:
    """The processor has seen a row of this till that this journal does not have, and no person accepted it.

    Raises sqlite3.Error; TypeError where that was erased.
    """
    paths = months.files(folder)
    if not paths:
        return False
    with months.read_only(paths[-1]) as connection:
        return trust.is_refused(connection)


def stored_fields(folder: Path, sale: RecordedSale) -> dict[str, tuple[str, ...]]:
    """Every table and column that holds a value about this sale: what `explain` has to account for."""
    fields: dict[str, dict[str, None]] = {}
    for path in months.files(folder):
        with months.read_only(path) as connection:
            connection.execute("BEGIN")
            names = _names(connection, sale)
            for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
                for name in _filled(connection, table, names):
                    fields.setdefault(table, {})[name] = None
    return {table: tuple(columns) for table, columns in fields.items()}


def _names(connection: sqlite3.Connection, sale: RecordedSale) -> dict[str, bytes]:
    """The columns that can name this sale, and what stands there if they do."""
    names = {"leg": sale.leg}
    if sale.key is not None:
        names |= {"key": sale.key.raw, _OF_ANOTHER: sale.key.raw}
        query = "SELECT reference FROM parts WHERE key = ?"
        for (reference,) in connection.execute(query, (sale.key.raw,)):
            names["reference"] = reference
    return names


def _filled(connection: sqlite3.Connection, table: str, names: dict[str, bytes]) -> list[str]:
    columns = [column[1] for column in connection.execute(f"PRAGMA table_info({table})")]
    found: list[str] = []
    for name, value in names.items():
        if name in columns:
            for row in connection.execute(f"SELECT * FROM {table} WHERE {name} = ?", (value,)):  # noqa: S608 - own names
                found += [_OF_ANOTHER] if name == _OF_ANOTHER else _not_null(columns, row)
    return found


def _not_null(columns: list[str], row: tuple[Any, ...]) -> list[str]:
    return [name for name, value in zip(columns, row, strict=True) if value is not None]
