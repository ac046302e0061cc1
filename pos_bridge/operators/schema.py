"""The operator store's tables. A password is in it as its argon2id hash only; no time of day, and nothing about a sale.

`tries` has a row for a number that was tried at a door, whether there is such an operator or not: 9999 rows a door at
most. A file of a version before (the first knew no doors, the second not the counter's) is renewed where it is opened.
"""

import sqlite3
from enum import Enum

from pos_bridge.domain.audit import MAX_OPERATOR
from pos_bridge.domain.operator import HELD
from pos_bridge.storage.shapes import between, or_null, uuid4

APPLICATION_ID = 0x504F534F  # "POSO"
VERSION = 3
MOST_FAILURES = 20  # counted no further: the longest delay was reached long before
MOST_CENTS = 99_999_999
MOST_MS = 1_000_000_000_000  # thirty years without a restart


class Door(Enum):
    """Where a password is given. At each a number waits by itself, so that nobody is kept out of one from another."""

    PAGE = 1  # the status page: anybody at the machine
    COMMAND = 2  # `pos-bridge operator`: root and the engine's user
    TILL = 3  # the native services: whoever has a credential
    COUNTER = 4  # the administration socket: members of the groups in `admin.counter`


_ROLES = ", ".join(str(role.value) for role in sorted(HELD, key=lambda role: role.value))
_NUMBER = between("number", 1, MAX_OPERATOR)
_BOOT = "length(boot) = 16"
_AT = between("at_ms", 0, MOST_MS)

TABLES = {
    # `removed`: the day (from 1970) on which this operator was taken away; the password is gone then.
    "operators": f"""CREATE TABLE operators (
    number INTEGER PRIMARY KEY CHECK ({_NUMBER}),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    password TEXT CHECK ({or_null("password", "length(password) <= 200 AND password GLOB '$argon2id$v=19$*'")}),
    removed INTEGER CHECK ({or_null("removed", between("removed", 18262, 47481))}),
    CHECK ((password IS NULL) = (removed IS NOT NULL))
) STRICT""",
    "roles": f"""CREATE TABLE roles (
    number INTEGER NOT NULL REFERENCES operators CHECK ({_NUMBER}),
    role INTEGER NOT NULL CHECK (role IN ({_ROLES})),
    PRIMARY KEY (number, role)
) STRICT, WITHOUT ROWID""",
    "tries": f"""CREATE TABLE tries (
    number INTEGER NOT NULL CHECK ({_NUMBER}),
    door INTEGER NOT NULL CHECK (door IN ({", ".join(str(door.value) for door in Door)})),
    failures INTEGER NOT NULL CHECK ({between("failures", 1, MOST_FAILURES)}),
    boot BLOB NOT NULL CHECK ({_BOOT}),
    at_ms INTEGER NOT NULL CHECK ({_AT}),
    PRIMARY KEY (number, door)
) STRICT, WITHOUT ROWID""",
    # A refund without its sale, approved once: `request` is the keyed hash of the refund that it is for, and `head` the
    # hash of the journal's newest row when that refund took it.
    "approvals": f"""CREATE TABLE approvals (
    id BLOB PRIMARY KEY CHECK ({uuid4("id")}),
    number INTEGER NOT NULL CHECK ({_NUMBER}),
    cents INTEGER NOT NULL CHECK ({between("cents", 1, MOST_CENTS)}),
    boot BLOB NOT NULL CHECK ({_BOOT}),
    at_ms INTEGER NOT NULL CHECK ({_AT}),
    request BLOB UNIQUE CHECK ({or_null("request", "length(request) = 32")}),
    head BLOB CHECK ({or_null("head", "length(head) = 32 AND request IS NOT NULL")})
) STRICT, WITHOUT ROWID""",
}
_FORMER = {  # each version before, with what it had otherwise
    1: {
        "tries": f"""CREATE TABLE tries (
    number INTEGER PRIMARY KEY CHECK ({_NUMBER}),
    failures INTEGER NOT NULL CHECK ({between("failures", 1, MOST_FAILURES)}),
    boot BLOB NOT NULL CHECK ({_BOOT}),
    at_ms INTEGER NOT NULL CHECK ({_AT})
) STRICT""",
        "approvals": f"""CREATE TABLE approvals (
    id BLOB PRIMARY KEY CHECK ({uuid4("id")}),
    number INTEGER NOT NULL CHECK ({_NUMBER}),
    cents INTEGER NOT NULL CHECK ({between("cents", 1, MOST_CENTS)}),
    boot BLOB NOT NULL CHECK ({_BOOT}),
    at_ms INTEGER NOT NULL CHECK ({_AT}),
    request BLOB UNIQUE CHECK ({or_null("request", "length(request) = 32")})
) STRICT, WITHOUT ROWID""",
    },
    2: {
        "tries": f"""CREATE TABLE tries (
    number INTEGER NOT NULL CHECK ({_NUMBER}),
    door INTEGER NOT NULL CHECK (door IN (1, 2, 3)),
    failures INTEGER NOT NULL CHECK ({between("failures", 1, MOST_FAILURES)}),
    boot BLOB NOT NULL CHECK ({_BOOT}),
    at_ms INTEGER NOT NULL CHECK ({_AT}),
    PRIMARY KEY (number, door)
) STRICT, WITHOUT ROWID""",
    },
}


_WAITS = {  # as rows of `tries` today
    1: "SELECT number, door.column1, failures, boot, at_ms FROM tries, (VALUES (1), (2), (3), (4)) AS door",
    2: "SELECT number, door, failures, boot, at_ms FROM tries",
}


def create(connection: sqlite3.Connection) -> None:
    for statement in TABLES.values():
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def is_ours(connection: sqlite3.Connection) -> bool:
    """Whether the file has these tables, in this version, and nothing else."""
    return _has(connection, TABLES, VERSION)


def version_before(connection: sqlite3.Connection) -> int | None:
    """Which of the versions before it is a file of. None: of this one, or none of ours."""
    return next((version for version, had in _FORMER.items() if _has(connection, TABLES | had, version)), None)


def renew(connection: sqlite3.Connection, version: int) -> None:
    """A file of that version before becomes one of this, in the caller's transaction.

    Whoever had to wait waits where they had to; the first version, which knew no doors, made them wait at every one.
    What was approved in the last minutes by that version is approved no more: whether it was taken, and paid, it did
    not write down.
    """
    waits = connection.execute(_WAITS[version]).fetchall()
    for name in _FORMER[version]:
        connection.execute(f"DROP TABLE {name}")
        connection.execute(TABLES[name])
    connection.executemany("INSERT INTO tries VALUES (?, ?, ?, ?, ?)", waits)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _has(connection: sqlite3.Connection, tables: dict[str, str], version: int) -> bool:
    found = sorted(sql for (sql,) in connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL"))
    numbered: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found == sorted(tables.values()) and numbered == version
