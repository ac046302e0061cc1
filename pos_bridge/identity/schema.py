"""The vault's tables. Every column but one is a BLOB of stated lengths: a name (HMAC or random) or a box (AES-GCM).

No row has a number, a time or an order: tables are sorted by names that are random to whoever lacks the key, and what
is left after a deletion says nothing of when it happened. No code writes anything but its own HMACs, ciphertexts and
random bytes; against a foreign hand each BLOB is also checked for shape: it is not text, not decimal digits, not
padded, not repeated, not UTF-16. (True ones fail that less than once in a billion.)
"""

import sqlite3

from pos_bridge.identity.earned import POINTS_SIZES
from pos_bridge.identity.keys import LENGTH, OVERHEAD
from pos_bridge.identity.person_record import RECORD_SIZES
from pos_bridge.identity.proof import PROOF_SIZES
from pos_bridge.identity.record import HELD_SIZE, LINK_SIZE, RETURN_SIZE
from pos_bridge.storage.database import transaction

APPLICATION_ID = 0x504F5356  # "POSV"
VERSION = 3  # 1 had no points, 2 no proofs and nothing of a person but consents
HEAD_SIZE = 8 + 32  # a count and a hash
HEAD_NAME = b"head"  # its box is bound to this

_LETTERS = "".join(map(chr, range(0x20, 0x7F))) + "àâäçéèêëîïôöùûüÿœæÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆ’«»"  # noqa: RUF001 - as written
_QUOTED = _LETTERS.replace("'", "''")


def _random(name: str, *lengths: int) -> str:
    hexed = f"hex({name})"
    last = f"length({name})"
    text = (  # four bytes are looked at first: cheap
        f"hex(substr({name}, 1, 4)) GLOB '[2-7CE]?[2-7CE89AB]?[2-7CE89AB]?[2-7CE89AB]?' "
        f"AND trim(CAST({name} AS TEXT), '{_QUOTED}') = ''"
    )
    shapes = (
        f"instr(substr({name}, 2), substr({name}, 1, 6))",  # its first six bytes again: padded or repeated
        f"instr(substr({name}, 1, {last} - 1), substr({name}, -6))",  # its last six
        f"{hexed} NOT GLOB '*[A-F]*'",  # packed digits
        f"{hexed} GLOB '*{'3[0-9]' * 10}*'",  # ten digits
        f"(instr({name}, x'00') AND {hexed} GLOB '*{'00??' * 6}*')",  # UTF-16
        f"({text})",
    )
    return f"{last} IN ({', '.join(map(str, lengths))}) AND NOT ({' OR '.join(shapes)})"


_NAME = f"name BLOB PRIMARY KEY CHECK ({_random('name', LENGTH)})"


def _box(column: str, *sizes: int) -> str:
    return f"{column} BLOB NOT NULL CHECK ({_random(column, *(size + OVERHEAD for size in sizes))})"


TABLES = {
    # Whether the vault key is the one this file was made with. `salt` goes into every key.
    "verifier": f"""CREATE TABLE verifier (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    salt BLOB NOT NULL CHECK ({_random("salt", LENGTH)}),
    {_box("box", 0)}
) STRICT, WITHOUT ROWID""",
    # Chosen before money moved; nobody's yet. Named by HMAC of the leg.
    "held": f"""CREATE TABLE held (
    {_NAME},
    {_box("box", HELD_SIZE)}
) STRICT, WITHOUT ROWID""",
    # One a person, by a random name; `find` is the HMAC of what they gave, `wrapped` the person's own key.
    "persons": f"""CREATE TABLE persons (
    {_NAME},
    find BLOB NOT NULL UNIQUE CHECK ({_random("find", LENGTH)}),
    {_box("wrapped", LENGTH)},
    {_box("box", *RECORD_SIZES)}
) STRICT, WITHOUT ROWID""",
    # From a sale to a person, one for each kind of choice. Named by HMAC of leg and kind.
    "links": f"""CREATE TABLE links (
    {_NAME},
    {_box("box", LINK_SIZE)}
) STRICT, WITHOUT ROWID""",
    # What a sale gave the member that it is linked to. Named by HMAC of the leg; the box is under the person's own key.
    "points": f"""CREATE TABLE points (
    {_NAME},
    {_box("box", *POINTS_SIZES)}
) STRICT, WITHOUT ROWID""",
    # Sales whose money is on its way back, and whose points follow it. Named by HMAC of the leg.
    "returns": f"""CREATE TABLE returns (
    {_NAME},
    {_box("box", RETURN_SIZE)}
) STRICT, WITHOUT ROWID""",
    # What stays of a consent when the person is gone. Named by HMAC of what they gave.
    "proofs": f"""CREATE TABLE proofs (
    {_NAME},
    {_box("box", *PROOF_SIZES)}
) STRICT, WITHOUT ROWID""",
    # How many erasures this vault knows of, and the hash of the last: absent before the first.
    "head": f"""CREATE TABLE head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    {_box("box", HEAD_SIZE)}
) STRICT, WITHOUT ROWID""",
}
WAITING = ("held", "links", "points", "returns")  # whose names change with the vault's keys
_SINCE = {"points": 2, "returns": 2, "proofs": 3, "head": 3}  # the others are as old as the vault


def create(connection: sqlite3.Connection) -> None:
    """Make the empty tables in a new file."""
    for statement in TABLES.values():
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def create_waiting(connection: sqlite3.Connection, database: str) -> None:
    """In an attached database, where rows wait in the order of their names. They are checked when they leave."""
    for name in WAITING:
        begins, _, _ = TABLES[name].partition("(")
        begins = begins.replace("TABLE ", f"TABLE {database}.")
        connection.execute(f"{begins} (name BLOB PRIMARY KEY, box BLOB NOT NULL) WITHOUT ROWID")


def version_of(connection: sqlite3.Connection) -> int | None:
    """The version of which these tables are as they were made, and nothing else: no trigger, no view, no other check.

    None for any other file.
    """
    found = sorted(sql for (sql,) in connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL"))
    for version in range(VERSION, 0, -1):
        if found == sorted(sql for name, sql in TABLES.items() if _SINCE.get(name, 1) <= version):
            return version
    return None


def bring_up(connection: sqlite3.Connection) -> None:
    """A file of an earlier version to this one, whole or not at all. Rows stay: a record says how old it is."""
    before = version_of(connection)
    if before is None:
        raise ValueError("no vault")
    with transaction(connection):
        for name, since in _SINCE.items():
            if since > before:
                connection.execute(TABLES[name])
        connection.execute(f"PRAGMA user_version = {VERSION}")
