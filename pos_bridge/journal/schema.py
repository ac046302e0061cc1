"""The tables of a month's file. Their constraints say what can be stored; nothing that names a person or a card can.

Words come from closed lists, integers have ceilings below any telephone or card number, text columns hold those
words and nothing else. Blobs are the outputs of our own hashes, signatures and random generators, and no code
writes anything else into them; against a foreign hand they are also checked for shape: a UUID is one of version 4,
and a digest is not text, not decimal digits, not padded, not repeated, not UTF-16. (True ones fail that less than
once in ten million rows; the sale is then refused, and the next try has other ones.) What a foreign hand smuggles
past the shape has no valid hash in the chain, or no commitment, and stops the next start by name.
The side tables have no hidden row number (WITHOUT ROWID), which would take any 64-bit integer.
"""

import sqlite3
from enum import Enum

from pos_bridge.domain.leg import SETTLED, Cause, Flow, State
from pos_bridge.domain.money import MAX_CENTS
from pos_bridge.journal.hours import DAY_CEILING, DAY_FLOOR, LAST_SECOND

APPLICATION_ID = 0x504F5342  # "POSB"
VERSION = 1
MAX_SEQUENCE = 999_999_999  # nine digits: a telephone number has ten
MAX_TILL = 999  # three digits: never the last four of a card
UNSETTLED = tuple(state for state in State if state not in SETTLED and state is not State.SENDING)
STORED = tuple(state for state in State if state is not State.SENDING)

_PRINTABLE = "".join(map(chr, range(0x20, 0x7F))) + "àâäçéèêëîïôöùûüÿœæÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆ’«»"  # noqa: RUF001 - as written
_QUOTED = _PRINTABLE.replace("'", "''")


def _text(name: str) -> str:
    """Made of nothing but printable characters, French ones included. Four bytes are looked at first: cheap."""
    starts_so = f"hex(substr({name}, 1, 4)) GLOB '[2-7CE]?[2-7CE89AB]?[2-7CE89AB]?[2-7CE89AB]?'"
    return f"({starts_so} AND trim(CAST({name} AS TEXT), '{_QUOTED}') = '')"


def _digest(name: str, length: int = 32) -> str:
    # The first or last six bytes come again: padding with whatever byte, or something short repeated.
    again = (
        f"instr(substr({name}, 2), substr({name}, 1, 6)) OR instr(substr({name}, 1, {length} - 1), substr({name}, -6))"
    )
    has_letters, ten_digits = f"hex({name}) GLOB '*[A-F]*'", f"hex({name}) GLOB '*{'3[0-9]' * 10}*'"
    utf16 = f"(instr({name}, x'00') AND hex({name}) GLOB '*{'00??' * 6}*')"
    return (
        f"length({name}) = {length} AND NOT ({again}) AND {has_letters} "
        f"AND NOT {ten_digits} AND NOT {utf16} AND NOT {_text(name)}"
    )


def _uuid4(name: str) -> str:
    version, variant = f"substr({name}, 7, 1) BETWEEN x'40' AND x'4F'", f"substr({name}, 9, 1) BETWEEN x'80' AND x'BF'"
    # Text could only have that ninth byte as the rest of a letter that begins with the eighth.
    text = f"(substr({name}, 8, 1) IN (x'C2', x'C3', x'C5', x'E2') AND {_text(name)})"
    return f"length({name}) = 16 AND {version} AND {variant} AND NOT {text}"


def _word(name: str, words: tuple[Enum, ...]) -> str:
    return f"{name} IN ({', '.join(repr(word.value) for word in words)})"


def _between(name: str, low: int, high: int) -> str:
    return f"{name} BETWEEN {low} AND {high}"


def _or_null(name: str, check: str) -> str:
    return f"{name} IS NULL OR ({check})"


_APPROVED = "approved IS NULL OR approved = cents OR (partial = 1 AND approved BETWEEN 1 AND cents)"
_NEEDS_APPROVAL = "({0} IN ('capturing', 'captured', 'capture_lost')) <= (approved IS NOT NULL)"
_DUE = "(cents + 2) / 5 * 5"  # domain.money.cash_due

_TABLES = f"""
CREATE TABLE anchor (  -- where this file continues: the last row of the file before; 0 and zeros for the first file
    one INTEGER PRIMARY KEY CHECK (one = 1),
    sequence INTEGER NOT NULL CHECK ({_between("sequence", 0, MAX_SEQUENCE)}),
    hash BLOB NOT NULL CHECK (CASE WHEN sequence = 0 THEN hash = zeroblob(32) ELSE {_digest("hash")} END)
) STRICT;

CREATE TABLE chain (  -- one row a durable step; never changed, never deleted
    sequence INTEGER PRIMARY KEY CHECK ({_between("sequence", 1, MAX_SEQUENCE)}),
    leg BLOB NOT NULL CHECK ({_uuid4("leg")}),
    step TEXT NOT NULL CHECK ({_word("step", STORED)}),
    kind TEXT NOT NULL CHECK (kind = 'sale'),
    tender TEXT NOT NULL CHECK (tender = CASE step WHEN 'cash_taken' THEN 'cash' ELSE 'card' END),
    cents INTEGER NOT NULL CHECK ({_between("cents", 1, MAX_CENTS)}),
    due INTEGER CHECK (CASE tender WHEN 'cash' THEN due IS NOT NULL AND due = {_DUE} ELSE due IS NULL END),
    flow INTEGER NOT NULL CHECK (flow IN ({", ".join(str(flow.value) for flow in Flow)})),
    partial INTEGER NOT NULL CHECK (partial IN (0, 1)),
    approved INTEGER CHECK (({_APPROVED}) AND {_NEEDS_APPROVAL.format("step")}),
    cause TEXT CHECK ({_or_null("cause", _word("cause", tuple(Cause)))}),
    day INTEGER NOT NULL CHECK ({_between("day", DAY_FLOOR, DAY_CEILING)}),
    hour INTEGER NOT NULL CHECK ({_between("hour", 0, 23)}),
    commitment BLOB NOT NULL CHECK ({_digest("commitment")}),
    order_digest BLOB NOT NULL CHECK ({_digest("order_digest")}),
    payment_digest BLOB CHECK ({_or_null("payment_digest", _digest("payment_digest"))}),
    signature BLOB CHECK ((signature IS NULL) = (payment_digest IS NULL)
                          AND ({_or_null("signature", _digest("signature", 64))})),
    till INTEGER NOT NULL CHECK ({_between("till", 1, MAX_TILL)}),
    hash BLOB NOT NULL CHECK ({_digest("hash")})
) STRICT;

CREATE TABLE working (  -- card legs that are not settled; deleted when they are
    key BLOB PRIMARY KEY CHECK ({_uuid4("key")}),
    leg BLOB NOT NULL CHECK ({_uuid4("leg")}),
    last INTEGER NOT NULL CHECK ({_between("last", 1, MAX_SEQUENCE)}),
    state TEXT NOT NULL CHECK ({_word("state", UNSETTLED)}),
    cents INTEGER NOT NULL CHECK ({_between("cents", 1, MAX_CENTS)}),
    flow INTEGER NOT NULL CHECK (flow IN ({", ".join(str(flow.value) for flow in Flow)})),
    partial INTEGER NOT NULL CHECK (partial IN (0, 1)),
    approved INTEGER CHECK (({_APPROVED}) AND {_NEEDS_APPROVAL.format("state")}),
    cause TEXT CHECK ({_or_null("cause", _word("cause", tuple(Cause)))}),
    commitment BLOB NOT NULL CHECK ({_digest("commitment")}),
    order_digest BLOB NOT NULL CHECK ({_digest("order_digest")}),
    begun_day INTEGER NOT NULL CHECK ({_between("begun_day", DAY_FLOOR, DAY_CEILING)}),
    begun_second INTEGER NOT NULL CHECK ({_between("begun_second", 0, LAST_SECOND)}),
    not_after_day INTEGER CHECK ({_or_null("not_after_day", _between("not_after_day", DAY_FLOOR, DAY_CEILING))}),
    not_after_second INTEGER CHECK ((not_after_second IS NULL) = (not_after_day IS NULL)
        AND ({_or_null("not_after_second", _between("not_after_second", 0, LAST_SECOND))}))
) STRICT, WITHOUT ROWID;

CREATE TABLE links (  -- from the processor's key to the chain; salts open the commitment and the order digest
    key BLOB PRIMARY KEY CHECK ({_uuid4("key")}),
    leg BLOB NOT NULL CHECK ({_uuid4("leg")}),
    salts BLOB NOT NULL CHECK ({_digest("salts")}),
    last INTEGER CHECK ({_or_null("last", _between("last", 1, MAX_SEQUENCE))}),
    told INTEGER NOT NULL CHECK (told IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE requests (  -- keyed hashes of what tills asked, for 48 h; `seal` is a hash of the row
    request BLOB PRIMARY KEY CHECK ({_digest("request")}),
    content BLOB CHECK ({_or_null("content", _digest("content"))}),
    sale BLOB CHECK ((sale IS NULL) = (content IS NULL) AND ({_or_null("sale", _digest("sale"))})),
    key BLOB CHECK ((key IS NULL) = (content IS NULL) AND ({_or_null("key", _uuid4("key"))})),
    day INTEGER NOT NULL CHECK ({_between("day", DAY_FLOOR, DAY_CEILING)}),
    hour INTEGER NOT NULL CHECK ({_between("hour", 0, 23)}),
    seal BLOB NOT NULL CHECK ({_digest("seal")})
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_by_sale ON requests (sale) WHERE sale IS NOT NULL;

CREATE TRIGGER anchor_once BEFORE INSERT ON anchor WHEN EXISTS (SELECT 1 FROM anchor)
    BEGIN SELECT RAISE(ABORT, 'a file has one anchor'); END;
CREATE TRIGGER anchor_kept BEFORE UPDATE ON anchor BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER anchor_stays BEFORE DELETE ON anchor BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER chain_next BEFORE INSERT ON chain
    WHEN NEW.sequence <> 1 + coalesce((SELECT max(sequence) FROM chain), (SELECT sequence FROM anchor), -1)
    BEGIN SELECT RAISE(ABORT, 'not the next row'); END;
CREATE TRIGGER chain_kept BEFORE UPDATE ON chain BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER chain_stays BEFORE DELETE ON chain BEGIN SELECT RAISE(ABORT, 'append only'); END;
"""  # noqa: S608 - a schema, put together from constants


def _bound_by_chain(table: str, name: str, action: str) -> str:
    newest = "coalesce((SELECT max(sequence) FROM chain), (SELECT sequence FROM anchor), 0)"
    return (
        f"CREATE TRIGGER {table}_{name} BEFORE {action} ON {table} WHEN NEW.last > {newest} "
        "BEGIN SELECT RAISE(ABORT, 'no such row'); END;\n"
    )


_BOUNDS = "".join(
    _bound_by_chain(table, name, action)
    for table in ("working", "links")
    for name, action in (("begins", "INSERT"), ("goes_on", "UPDATE OF last"))
)


def create(connection: sqlite3.Connection) -> None:
    """Make the empty tables in a new file."""
    connection.executescript(_TABLES + _BOUNDS)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
