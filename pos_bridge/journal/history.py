"""When a month begins, what its file is called, what goes of those that are over, whatever the till's clock says."""

from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from pos_bridge.journal import lookups, months
from pos_bridge.journal.durable_file import DurableFile

_AHEAD = 1  # month: less is a clock that is off by hours, and is over by itself


def begins(month: str, newest: str, right: str | None) -> bool:
    """Whether a file of that month begins behind the newest. `right`: the month by a clock that was right, if known.

    Only the next one does by any clock: a file of one that is years ahead would be in use until then, and no link in it
    would ever be old.
    """
    return month > newest and months.months_between(max(right or newest, newest), month) <= 1


def is_ahead(name: str, month: str) -> bool:
    """Whether the file of that name can only have it from a clock that ran ahead, if that month is now."""
    return months.months_between(month, name) > _AHEAD


def name_rightly(file: DurableFile, right: str) -> None:
    """What bears a month to come, by the month `right` of a clock that is, gets the earliest name that it can have.

    That is `right`, or what follows the file before: never one of before its newest row, so that no link is old sooner.
    What somebody reads stays for another time, and so does what fails (OSError): it goes on under the name that it has.
    """
    before: str | None = None
    for path in [path for path in months.files(file.path.parent) if path < file.path]:
        before = months.rename(path, _right_name(path.stem, before, right)).stem
    name = _right_name(file.path.stem, before, right)
    if name != file.path.stem:
        file.rename(name)


def _right_name(name: str, before: str | None, right: str) -> str:
    if not is_ahead(name, right):
        return name
    return right if before is None else max(right, months.after(before))


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
