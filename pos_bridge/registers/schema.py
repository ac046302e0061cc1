"""The audit trail's table: numbers from closed lists, the vault's random names and hashes. No text column at all.

Rows are added, each behind the last, and removed from the beginning a year after they were seen there by a clock that
is right, with an anchor that says how far and with which hash: triggers refuse all else, also to a foreign hand. What
gets past them (whoever may write the file can take the triggers away) has no valid hash in the chain. The day that a
row says itself counts for nothing here: the clock that it was noted by may have been wrong.
"""

import sqlite3
from datetime import date
from enum import Enum

from pos_bridge.domain.audit import MAX_OPERATOR, Act, Role
from pos_bridge.domain.identity import Purpose
from pos_bridge.domain.person import ID_LENGTH, PersonFault
from pos_bridge.storage.shapes import between, digest, or_null

APPLICATION_ID = 0x504F5341  # "POSA"
VERSION = 3
_ACTS_OF_1 = 12  # the first version had as many, and no anchors
LEAST_DAYS = 365  # between the day by which a row was there and its removal: the law wants twelve months
MAX_SEQUENCE = 999_999_999  # nine digits: a telephone number has ten
EPOCH = date(1970, 1, 1)
FIRST_DAY, LAST_DAY = (date(2020, 1, 1) - EPOCH).days, (date(2099, 12, 31) - EPOCH).days


def _of(name: str, words: type[Enum]) -> str:
    return f"{name} IN ({', '.join(str(word.value) for word in words)})"


def _trail(acts: str) -> str:
    """One row an act, or a refusal. `person`: the vault's random name. `hash`: over the row and all before it."""
    return f"""CREATE TABLE trail (
    sequence INTEGER PRIMARY KEY CHECK ({between("sequence", 1, MAX_SEQUENCE)}),
    day INTEGER NOT NULL CHECK ({between("day", FIRST_DAY, LAST_DAY)}),
    role INTEGER NOT NULL CHECK ({_of("role", Role)}),
    operator INTEGER NOT NULL CHECK ({between("operator", 0, MAX_OPERATOR)}
        AND (operator = 0) = (role = {Role.SYSTEM.value})),
    act INTEGER NOT NULL CHECK ({acts}),
    purpose INTEGER CHECK ({or_null("purpose", _of("purpose", Purpose))}),
    person BLOB CHECK ({or_null("person", digest("person", ID_LENGTH))}),
    refused INTEGER CHECK ({or_null("refused", _of("refused", PersonFault))}),
    hash BLOB NOT NULL CHECK ({digest("hash")})
) STRICT"""


TABLES = {
    "trail": _trail(_of("act", Act)),
    # What was removed: all rows up to that number, the last of which had that hash.
    "anchors": f"""CREATE TABLE anchors (
    sequence INTEGER PRIMARY KEY CHECK ({between("sequence", 1, MAX_SEQUENCE)}),
    hash BLOB NOT NULL CHECK ({digest("hash")})
) STRICT""",
    # By a clock that was right: on that day the trail went up to that row.
    "seen": f"""CREATE TABLE seen (
    day INTEGER PRIMARY KEY CHECK ({between("day", FIRST_DAY, LAST_DAY)}),
    sequence INTEGER NOT NULL CHECK ({between("sequence", 1, MAX_SEQUENCE)})
) STRICT""",
}

# A row that would replace another has its number, which is not the next one.
_TRIGGERS_OF_1 = {
    "trail_goes_on": """CREATE TRIGGER trail_goes_on BEFORE INSERT ON trail
    WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM trail)
    BEGIN SELECT RAISE(ABORT, 'not the next'); END""",
    "trail_stays": """CREATE TRIGGER trail_stays BEFORE UPDATE ON trail
    BEGIN SELECT RAISE(ABORT, 'append only'); END""",
    "trail_is_kept": """CREATE TRIGGER trail_is_kept BEFORE DELETE ON trail
    BEGIN SELECT RAISE(ABORT, 'append only'); END""",
}

_TRIGGERS_OF_2 = {
    **_TRIGGERS_OF_1,
    "trail_goes_on": """CREATE TRIGGER trail_goes_on BEFORE INSERT ON trail
    WHEN NEW.sequence IS NOT max((SELECT coalesce(max(sequence), 0) FROM trail),
    (SELECT coalesce(max(sequence), 0) FROM anchors)) + 1
    BEGIN SELECT RAISE(ABORT, 'not the next'); END""",
    "trail_is_kept": """CREATE TRIGGER trail_is_kept BEFORE DELETE ON trail
    WHEN OLD.sequence > (SELECT coalesce(max(sequence), 0) FROM anchors)
    BEGIN SELECT RAISE(ABORT, 'kept'); END""",
    "anchors_are_of_old_rows": f"""CREATE TRIGGER anchors_are_of_old_rows BEFORE INSERT ON anchors
    WHEN NOT EXISTS (SELECT 1 FROM trail WHERE sequence = NEW.sequence AND hash = NEW.hash)
    OR (SELECT max(day) FROM trail WHERE sequence <= NEW.sequence) + {LEAST_DAYS}
    > (SELECT day FROM trail ORDER BY sequence DESC LIMIT 1)
    BEGIN SELECT RAISE(ABORT, 'kept'); END""",  # noqa: S608 - a constant
    "anchors_stay": """CREATE TRIGGER anchors_stay BEFORE UPDATE ON anchors
    BEGIN SELECT RAISE(ABORT, 'append only'); END""",
    "anchors_are_kept": """CREATE TRIGGER anchors_are_kept BEFORE DELETE ON anchors
    BEGIN SELECT RAISE(ABORT, 'append only'); END""",
}

# No row goes but those that were there a year before the last day that was seen; the newest row never does.
_TRIGGERS_SINCE_2 = {
    "anchors_are_of_old_rows": f"""CREATE TRIGGER anchors_are_of_old_rows BEFORE INSERT ON anchors
    WHEN NOT EXISTS (SELECT 1 FROM trail WHERE sequence = NEW.sequence AND hash = NEW.hash)
    OR NOT EXISTS (SELECT 1 FROM seen WHERE sequence >= NEW.sequence
    AND day + {LEAST_DAYS} <= (SELECT max(day) FROM seen))
    OR NEW.sequence = (SELECT max(sequence) FROM trail)
    BEGIN SELECT RAISE(ABORT, 'kept'); END""",  # noqa: S608 - a constant
    "seen_goes_on": """CREATE TRIGGER seen_goes_on BEFORE INSERT ON seen
    WHEN NEW.day <= (SELECT max(day) FROM seen) OR NEW.sequence IS NOT (SELECT max(sequence) FROM trail)
    BEGIN SELECT RAISE(ABORT, 'not the next'); END""",
    "seen_stays": """CREATE TRIGGER seen_stays BEFORE UPDATE ON seen
    BEGIN SELECT RAISE(ABORT, 'append only'); END""",
    "seen_is_kept": f"""CREATE TRIGGER seen_is_kept BEFORE DELETE ON seen
    WHEN OLD.day + {LEAST_DAYS} > (SELECT max(day) FROM seen)
    BEGIN SELECT RAISE(ABORT, 'kept'); END""",  # noqa: S608 - a constant
}
TRIGGERS = {**_TRIGGERS_OF_2, **_TRIGGERS_SINCE_2}


def create(connection: sqlite3.Connection) -> None:
    """Make the empty table in a new file."""
    for statement in (*TABLES.values(), *TRIGGERS.values()):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def is_ours(connection: sqlite3.Connection) -> bool:
    """Whether the file has these tables and these triggers, and nothing else."""
    return _made(connection) == sorted((*TABLES.values(), *TRIGGERS.values()))


def is_of_before(connection: sqlite3.Connection) -> bool:
    """Whether it is a trail of an earlier version."""
    return _is_of_1(connection) or _is_of_2(connection)


def renew(connection: sqlite3.Connection) -> None:
    """A trail of an earlier version becomes one of this, in the caller's transaction, with the same rows.

    None was seen by a clock that is known to have been right: their year begins when they are.
    """
    if _is_of_2(connection):
        connection.execute("DROP TRIGGER anchors_are_of_old_rows")
        for statement in (TABLES["seen"], *_TRIGGERS_SINCE_2.values()):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
    if not _is_of_1(connection):  # or another process was first
        return
    connection.execute("CREATE TEMP TABLE before AS SELECT * FROM trail")
    connection.execute("DROP TABLE trail")  # and its triggers
    create(connection)
    connection.execute("INSERT INTO trail SELECT * FROM before ORDER BY sequence")
    connection.execute("DROP TABLE before")


def _is_of_1(connection: sqlite3.Connection) -> bool:
    acts = f"act IN ({', '.join(str(number + 1) for number in range(_ACTS_OF_1))})"
    return _made(connection) == sorted((_trail(acts), *_TRIGGERS_OF_1.values()))


def _is_of_2(connection: sqlite3.Connection) -> bool:
    return _made(connection) == sorted((TABLES["trail"], TABLES["anchors"], *_TRIGGERS_OF_2.values()))


def _made(connection: sqlite3.Connection) -> list[str]:
    return sorted(sql for (sql,) in connection.execute("SELECT sql FROM main.sqlite_schema WHERE sql IS NOT NULL"))
