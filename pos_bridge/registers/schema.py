"""The audit trail's table: numbers from closed lists, the vault's random names and hashes. No text column at all.

Rows are only ever added, each behind the last: triggers refuse all else, also to a foreign hand. What gets past them
(whoever may write the file can take the triggers away) has no valid hash in the chain.
"""

import sqlite3
from datetime import date
from enum import Enum

from pos_bridge.domain.audit import MAX_OPERATOR, Act, Role
from pos_bridge.domain.identity import Purpose
from pos_bridge.domain.person import ID_LENGTH, PersonFault
from pos_bridge.shapes import between, digest, or_null

APPLICATION_ID = 0x504F5341  # "POSA"
VERSION = 1
MAX_SEQUENCE = 999_999_999  # nine digits: a telephone number has ten
EPOCH = date(1970, 1, 1)
FIRST_DAY, LAST_DAY = (date(2020, 1, 1) - EPOCH).days, (date(2099, 12, 31) - EPOCH).days


def _of(name: str, words: type[Enum]) -> str:
    return f"{name} IN ({', '.join(str(word.value) for word in words)})"


TABLES = {
    # One row an act, or a refusal of one. `person`: the vault's random name. `hash`: over the row and all before it.
    "trail": f"""CREATE TABLE trail (
    sequence INTEGER PRIMARY KEY CHECK ({between("sequence", 1, MAX_SEQUENCE)}),
    day INTEGER NOT NULL CHECK ({between("day", FIRST_DAY, LAST_DAY)}),
    role INTEGER NOT NULL CHECK ({_of("role", Role)}),
    operator INTEGER NOT NULL CHECK ({between("operator", 0, MAX_OPERATOR)}
        AND (operator = 0) = (role = {Role.SYSTEM.value})),
    act INTEGER NOT NULL CHECK ({_of("act", Act)}),
    purpose INTEGER CHECK ({or_null("purpose", _of("purpose", Purpose))}),
    person BLOB CHECK ({or_null("person", digest("person", ID_LENGTH))}),
    refused INTEGER CHECK ({or_null("refused", _of("refused", PersonFault))}),
    hash BLOB NOT NULL CHECK ({digest("hash")})
) STRICT""",
}

# A row that would replace another has its number, which is not the next one.
TRIGGERS = {
    "trail_goes_on": """CREATE TRIGGER trail_goes_on BEFORE INSERT ON trail
    WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM trail)
    BEGIN SELECT RAISE(ABORT, 'not the next'); END""",
    "trail_stays": """CREATE TRIGGER trail_stays BEFORE UPDATE ON trail
    BEGIN SELECT RAISE(ABORT, 'append only'); END""",
    "trail_is_kept": """CREATE TRIGGER trail_is_kept BEFORE DELETE ON trail
    BEGIN SELECT RAISE(ABORT, 'append only'); END""",
}


def create(connection: sqlite3.Connection) -> None:
    """Make the empty table in a new file."""
    for statement in (*TABLES.values(), *TRIGGERS.values()):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def is_ours(connection: sqlite3.Connection) -> bool:
    """Whether the file has this table and these triggers, and nothing else."""
    found = sorted(sql for (sql,) in connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL"))
    return found == sorted((*TABLES.values(), *TRIGGERS.values()))
