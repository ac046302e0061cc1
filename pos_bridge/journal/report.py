"""What is recorded about sales, for people: read from the files as they are, beside a running engine."""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from pos_bridge.domain.leg import SETTLED, Cause, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.journal import lookups, months, working
from pos_bridge.journal.hours import as_date
from pos_bridge.journal.lookups import Link
from pos_bridge.journal.row import COLUMNS, Row

_OPENINGS = frozenset({State.INTENT, State.REFUND_INTENT, State.CASH_DUE, State.CASH_REFUNDED})


@dataclass(frozen=True, slots=True)
class RecordedSale:
    """A leg as it stands. `key` is None once its link was forgotten; `steps` are the numbers of its rows.

    `sale` is the sale that a refund is of, as long as the link is there.
    `day` and `hour` are when it began (local). `till` is None for an open leg whose rows are in quarantine.
    `told`: the till has its answer; None where no link says so.
    """

    leg: bytes
    key: LegKey | None
    sale: LegKey | None
    day: date
    hour: int
    till: int | None
    tender: Tender
    kind: Kind
    cents: int
    due: int | None
    approved: int | None
    state: State
    cause: Cause | None
    told: bool | None
    steps: tuple[int, ...]

    @property
    def unresolved(self) -> bool:
        """Not settled, or an alarm, or an approval that the till has not collected."""
        untold = self.money_moved and self.told is False
        return untold or self.state not in SETTLED or self.state is State.CAPTURE_LOST

    @property
    def money_moved(self) -> bool:
        return self.state in lookups.MOVED


def recorded_sales(folder: Path, month: str | None = None) -> list[RecordedSale]:
    """The sales that began in a month (YYYY-MM), or all there are, oldest first. Raises sqlite3.Error, OSError."""
    sales: dict[bytes, RecordedSale] = {}
    paths = months.files(folder)
    for path in paths:
        if month is not None and path.stem < month:
            continue
        wanted = month is None or path.stem == month
        if not wanted and not any(sale.unresolved for sale in sales.values()):
            break
        with months.read_only(path) as connection:
            connection.execute("BEGIN")  # one moment of a file that is being written
            _read_rows(connection, sales, earlier=paths[: paths.index(path)] if wanted else None)
            if path == paths[-1]:
                _read_working(connection, sales, month)
            _read_links(connection, sales)
    return list(sales.values())


def find_sale(folder: Path, key: LegKey | None) -> RecordedSale | None:
    """One sale by its key, or the newest of all. Raises sqlite3.Error, OSError."""
    for path in reversed(months.files(folder)):
        if key is not None:
            with months.read_only(path) as connection:
                if lookups.link_of(connection, key) is None:
                    continue
        found = [sale for sale in recorded_sales(folder, path.stem) if key in {None, sale.key}]
        if found:
            return max(found, key=lambda sale: sale.steps[0])
    return None


def _read_rows(
    connection: sqlite3.Connection, sales: dict[bytes, RecordedSale], *, earlier: Sequence[Path] | None
) -> None:
    """Without `earlier` files no new sale is taken up; with them, one that did not begin there is."""
    waiting: set[bytes] | None = None

    def begun_before(row: Row) -> bool:
        nonlocal waiting
        if row.state is not State.CASH_TAKEN:
            return _began_in(earlier or (), row.leg)
        if waiting is None:  # most cash is taken at once: what was due is looked for once, not for each
            waiting = _due_in(earlier or ())
        return row.leg in waiting

    for stored in connection.execute(f"SELECT {COLUMNS} FROM chain ORDER BY sequence"):  # noqa: S608 - a constant
        row = Row._make(stored)
        sale = sales.get(row.leg)
        if sale is not None:
            sales[row.leg] = replace(
                sale,
                state=row.state,
                approved=row.approved,
                cause=None if row.cause is None else Cause(row.cause),
                steps=(*sale.steps, row.sequence),
            )
        elif earlier is not None and (row.state in _OPENINGS or not begun_before(row)):
            sales[row.leg] = _begun(row)


def _began_in(earlier: Sequence[Path], leg: bytes) -> bool:
    for path in reversed(earlier):
        with suppress(*lookups.UNREADABLE), months.read_only(path) as connection:
            if connection.execute("SELECT 1 FROM chain WHERE leg = ? LIMIT 1", (leg,)).fetchone() is not None:
                return True
    return False


def _due_in(earlier: Sequence[Path]) -> set[bytes]:
    """The legs of these files that waited for cash."""
    found: set[bytes] = set()
    for path in earlier:
        with suppress(*lookups.UNREADABLE), months.read_only(path) as connection:
            found.update(leg for (leg,) in connection.execute("SELECT leg FROM chain WHERE step = 'cash_due'"))
    return found


def _begun(row: Row) -> RecordedSale:
    return RecordedSale(
        leg=row.leg,
        key=None,
        sale=None,
        day=as_date(row.day),
        hour=row.hour,
        till=row.till,
        tender=Tender(row.tender),
        kind=Kind(row.kind),
        cents=row.cents,
        due=row.due,
        approved=row.approved,
        state=row.state,
        cause=None if row.cause is None else Cause(row.cause),
        told=None,
        steps=(row.sequence,),
    )


def _read_working(connection: sqlite3.Connection, sales: dict[bytes, RecordedSale], month: str | None) -> None:
    """Open legs without a row in any file that is here: what came before is in quarantine."""
    for open_leg in working.every(connection):
        leg = open_leg.known_leg()
        began = datetime.fromtimestamp((leg.begun_ms or 0) / 1000, UTC).astimezone()
        if open_leg.leg in sales or month not in {None, began.strftime("%Y-%m")}:
            continue
        sales[open_leg.leg] = RecordedSale(
            leg=open_leg.leg,
            key=None,
            sale=None,
            day=began.date(),
            hour=began.hour,
            till=None,
            tender=leg.tender,
            kind=leg.kind,
            cents=leg.amount.cents,
            due=leg.due,
            approved=None if leg.approved is None else leg.approved.cents,
            state=leg.state,
            cause=leg.cause,
            told=None,
            steps=(open_leg.last,),
        )


def _read_links(connection: sqlite3.Connection, sales: dict[bytes, RecordedSale]) -> None:
    for stored in connection.execute("SELECT * FROM links"):
        link = Link._make(stored)
        sale = sales.get(link.leg)
        if sale is not None:
            key = LegKey.from_bytes(link.key)
            sales[link.leg] = replace(sale, key=key, sale=link.sale, told=bool(link.told))
