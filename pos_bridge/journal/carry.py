"""What a new month needs of the old one."""

import sqlite3
from pathlib import Path

from pos_bridge.domain.leg_key import LegKey
from pos_bridge.journal import baskets, days, lookups, periods, requests, trust, working


def over(old: sqlite3.Connection, path: Path, new: sqlite3.Connection) -> None:
    """Unsettled legs, live requests and baskets, approvals that were not collected, day ends, and trust.

    `path` is that of the old file.
    """
    new.executemany(working.INSERT, old.execute("SELECT * FROM working"))
    new.executemany(requests.INSERT, old.execute("SELECT * FROM requests"))
    new.executemany(baskets.INSERT, old.execute("SELECT * FROM baskets"))
    new.executemany(baskets.INSERT_PART, old.execute("SELECT * FROM parts"))
    needed = (
        "key IN (SELECT key FROM working) OR key IN (SELECT key FROM parts) "
        "OR key IN (SELECT key FROM requests WHERE key IS NOT NULL)"
    )
    new.executemany(lookups.INSERT_LINK, old.execute(f"SELECT * FROM links WHERE {needed}"))  # noqa: S608 - a constant
    for (key,) in old.execute(f"SELECT key FROM links WHERE told = 0 AND NOT ({needed})").fetchall():  # noqa: S608 - a constant
        link = lookups.link_of(old, LegKey.from_bytes(key))
        if link is not None and lookups.may_be_untold(old, path, LegKey.from_bytes(key)):
            new.execute(lookups.INSERT_LINK, link)
    running = periods.boundary(old)
    periods.write(new, running.number, running.last)
    new.executemany(days.INSERT, days.newest(old))
    trust.write(new, trust.of(old))
