"""When a month begins and what goes of those that are over, whatever the till's clock says meanwhile."""

from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from pos_bridge.journal import lookups, months


def begins(month: str, newest: str, right: str | None) -> bool:
    """Whether a file of that month begins behind the newest. `right`: the month by a clock that was right, if known.

    Only the next one does by any clock: a file of one that is years ahead would be in use until then, and no link in it
    would ever be old.
    """
    return month > newest and months.months_between(right or newest, month) <= 1


def tidy(in_use: Path, right: str | None, link_months: int) -> None:
    """Nobody writes to what is over; after the refund window, by a clock that is right, its links go.

    A file has the sales of until the next one began, whatever its own name says. Nothing is over but what lies before
    the one `in_use`: a month that could not begin may lie behind it. Raises OSError.
    """
    for path, after in pairwise(path for path in months.files(in_use.parent) if path <= in_use):
        # A damaged month of long ago stops nothing: `journal --verify` tells of it.
        with suppress(*lookups.UNREADABLE, OSError):
            months.close_history(path)
            if right is not None and months.months_between(after.stem, right) >= link_months:
                months.forget_links(path)
