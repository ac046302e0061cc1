"""What came to its end in hours that are over, lately: for IT, and counted by the month for a monitor.

Never of the hour that runs: what is told of it now and was not before would say when a sale was. Within an hour the
order of the rows is not told either. Reads the file beside the engine and changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pos_bridge.domain.leg import SETTLED, Kind, State, Tender
from pos_bridge.journal import months
from pos_bridge.journal.hours import as_date, business_hour

_FILES = 2  # the month's, which its first sale begins, and the one before
_ENDS = "', '".join(sorted(state.value for state in SETTLED))
_OVER = f"step IN ('{_ENDS}') AND (day < :day OR (day = :day AND hour < :hour))"
_LAST = f"""
    SELECT day, hour, tender, kind, coalesce(approved, due, cents), step FROM chain
    WHERE {_OVER} ORDER BY sequence DESC LIMIT :most
"""  # noqa: S608 - constants
_COUNTED = f"SELECT tender, kind, step, count(*) FROM chain WHERE {_OVER} GROUP BY tender, kind, step"  # noqa: S608 - constants


@dataclass(frozen=True, slots=True, order=True)
class Ended:
    """A leg at an end of it. `day` and `hour` of that end (local); `cents` what was approved, due or asked."""

    day: date
    hour: int
    tender: str
    kind: str
    cents: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Sort:
    """What the ends of a month are counted by."""

    tender: Tender
    kind: Kind
    outcome: State


def lately(folder: Path, now: datetime, most: int) -> tuple[Ended, ...]:
    """The newest ends, at most so many, newest hour first and in no order within it. Raises sqlite3.Error, OSError."""
    found: list[Any] = []
    for path in reversed(months.files(folder)[-_FILES:]):
        found += _ask(path, _LAST, now, most - len(found))
    ended = sorted(Ended(as_date(day), *rest) for day, *rest in found)
    return tuple(sorted(ended, key=lambda end: (end.day, end.hour), reverse=True))


def counted(folder: Path, now: datetime) -> Mapping[Sort, int]:
    """How many legs came to which end this month. Raises sqlite3.Error, OSError."""
    newest = months.files(folder)[-1:]
    found = _ask(newest[0], _COUNTED, now) if newest else []
    return {Sort(Tender(tender), Kind(kind), State(step)): number for tender, kind, step, number in found}


def _ask(path: Path, query: str, now: datetime, most: int = 0) -> list[Any]:
    day, hour = business_hour(now)
    with months.read_only(path) as connection:
        return connection.execute(query, {"day": day, "hour": hour, "most": most}).fetchall()
