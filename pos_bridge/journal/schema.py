"""The tables of a month's file. Their constraints say what can be stored; nothing that names a person or a card can.

Words come from closed lists, integers have ceilings below any telephone or card number, text columns hold those
words and nothing else. Blobs are the outputs of our own hashes, signatures and random generators, and no code
writes anything else into them; against a foreign hand their shape is checked (storage/shapes.py). What it smuggles
past the shape has no valid hash in the chain, or no commitment, or no seal, and stops the next start by name.
The side tables have no hidden row number (WITHOUT ROWID), which would take any 64-bit integer.
"""

import sqlite3

from pos_bridge.domain.leg import IN_MEMORY, SETTLED, STORED_CAUSES, Flow, Kind, State, Tender
from pos_bridge.domain.money import MAX_CENTS
from pos_bridge.journal.hours import DAY_CEILING, DAY_FLOOR, LAST_SECOND
from pos_bridge.journal.seals import period_seal, trust_seal
from pos_bridge.storage.shapes import between, digest, or_null, uuid4, word

APPLICATION_ID = 0x504F5342  # "POSB"
# Of everything below, and of the words from other rooms in it: a test compares them with a sum of each version.
VERSION = 6
BEFORE = 5  # had the same tables, and all of these words but one: its files are read, and `renewal` goes on with them
MAX_SEQUENCE = 999_999_999  # nine digits: a telephone number has ten
MAX_TILL = 999  # three digits: never the last four of a card
MAX_PLACE = 999  # legs of one basket, declined ones too
MAX_PERIOD = 99_999
STORED = tuple(state for state in State if state not in IN_MEMORY)
UNSETTLED = tuple(state for state in STORED if state not in SETTLED)

STEPS = {  # what can be written down about each kind of movement
    (Tender.CARD, Kind.SALE): (
        State.INTENT,
        State.DECLINED,
        State.ENDED,
        State.AUTHORISED,
        State.CAPTURING,
        State.CAPTURED,
        State.CAPTURE_LOST,
        State.REVERSING,
        State.REVERSED,
        State.GIVING_BACK,
        State.GIVEN_BACK,
        State.UNRESOLVED,
    ),
    (Tender.CARD, Kind.REFUND): (State.REFUND_INTENT, State.REFUNDED, State.REFUND_DECLINED, State.UNRESOLVED),
    (Tender.CARD, Kind.CARD_REFUND): (
        State.REFUND_INTENT,
        State.ENDED,
        State.REFUNDED,
        State.REFUND_DECLINED,
        State.REVERSING,
        State.REVERSED,
        State.UNRESOLVED,
    ),
    (Tender.CASH, Kind.SALE): (State.CASH_DUE, State.CASH_TAKEN, State.CASH_CANCELLED),
    (Tender.CASH, Kind.REFUND): (State.CASH_REFUNDED,),
}


def _allowed(tender: str, state: str) -> str:
    words = (f"'{held.value} {kind.value} {step.value}'" for (held, kind), steps in STEPS.items() for step in steps)
    return f"{tender} || ' ' || kind || ' ' || {state} IN ({', '.join(words)})"


_BY_DUE = "CASE WHEN due IS NULL THEN 'card' ELSE 'cash' END"
_DUE = "due IN (cents, (cents + 2) / 5 * 5)"  # domain.money.cash_due; in a split tender only the last part is rounded
# What goes back of a sale in parts is rounded together: before and after a part that is up to 2 cents, either way.
_HANDED = "(kind = 'refund' AND due >= 0 AND due BETWEEN cents - 4 AND cents + 4)"
_FLOW = f"flow IN ({', '.join(str(flow.value) for flow in Flow)})"
_PARTIAL = "partial IN (0, 1) AND (partial = 0 OR kind = 'sale')"


def _approved(state: str) -> str:
    wanted = "'authorised', 'capturing', 'captured', 'capture_lost', 'refunded'"
    return (
        "(approved IS NULL OR approved = cents OR (partial = 1 AND approved BETWEEN 1 AND cents)) "
        "AND (approved IS NULL OR due IS NULL) "
        f"AND ({state} IN ({wanted})) <= (approved IS NOT NULL) "
        f"AND ({state} IN ('intent', 'refund_intent')) <= (approved IS NULL)"
    )


def _exact(name: str) -> str:
    """Day and second of a time that may be absent."""
    day, second = f"{name}_day", f"{name}_second"
    return f"""{day} INTEGER CHECK ({or_null(day, between(day, DAY_FLOOR, DAY_CEILING))}),
    {second} INTEGER CHECK (({second} IS NULL) = ({day} IS NULL)
        AND ({or_null(second, between(second, 0, LAST_SECOND))}))"""


_TABLES = f"""
CREATE TABLE anchor (  -- where this file continues: the last row of the file before; 0 and zeros for the first file
    one INTEGER PRIMARY KEY CHECK (one = 1),
    sequence INTEGER NOT NULL CHECK ({between("sequence", 0, MAX_SEQUENCE)}),
    hash BLOB NOT NULL CHECK (CASE WHEN sequence = 0 THEN hash = zeroblob(32) ELSE {digest("hash")} END)
) STRICT;

CREATE TABLE chain (  -- one row a durable step; never changed, never deleted
    sequence INTEGER PRIMARY KEY CHECK ({between("sequence", 1, MAX_SEQUENCE)}),
    leg BLOB NOT NULL CHECK ({uuid4("leg")}),
    step TEXT NOT NULL CHECK ({word("step", STORED)}),
    kind TEXT NOT NULL CHECK ({word("kind", tuple(Kind))}),
    tender TEXT NOT NULL CHECK ({_allowed("tender", "step")}),
    cents INTEGER NOT NULL CHECK ({between("cents", 1, MAX_CENTS)}),
    due INTEGER CHECK ((due IS NOT NULL) = (tender = 'cash') AND ({or_null("due", f"{_DUE} OR {_HANDED}")})),
    flow INTEGER NOT NULL CHECK ({_FLOW}),
    partial INTEGER NOT NULL CHECK ({_PARTIAL}),
    approved INTEGER CHECK ({_approved("step")}),
    cause TEXT CHECK ({or_null("cause", word("cause", STORED_CAUSES))}),
    day INTEGER NOT NULL CHECK ({between("day", DAY_FLOOR, DAY_CEILING)}),
    hour INTEGER NOT NULL CHECK ({between("hour", 0, 23)}),
    commitment BLOB NOT NULL CHECK ({digest("commitment")}),
    order_digest BLOB NOT NULL CHECK ({digest("order_digest")}),
    payment_digest BLOB CHECK (payment_digest IS NULL
                               OR (tender = 'card' AND kind <> 'refund' AND {digest("payment_digest")})),
    signature BLOB CHECK ((signature IS NULL) = (payment_digest IS NULL)
                          AND ({or_null("signature", digest("signature", 64))})),
    till INTEGER NOT NULL CHECK ({between("till", 1, MAX_TILL)}),
    hash BLOB NOT NULL CHECK ({digest("hash")})
) STRICT;

CREATE TABLE working (  -- legs that are not settled; deleted when they are. `seal`: of what no chain row says
    key BLOB PRIMARY KEY CHECK ({uuid4("key")}),
    leg BLOB NOT NULL CHECK ({uuid4("leg")}),
    last INTEGER NOT NULL CHECK ({between("last", 1, MAX_SEQUENCE)}),
    state TEXT NOT NULL CHECK ({word("state", UNSETTLED)} AND {_allowed(_BY_DUE, "state")}),
    kind TEXT NOT NULL CHECK ({word("kind", tuple(Kind))}),
    cents INTEGER NOT NULL CHECK ({between("cents", 1, MAX_CENTS)}),
    due INTEGER CHECK ({or_null("due", _DUE)}),
    flow INTEGER NOT NULL CHECK ({_FLOW}),
    partial INTEGER NOT NULL CHECK ({_PARTIAL}),
    approved INTEGER CHECK ({_approved("state")}),
    cause TEXT CHECK ({or_null("cause", word("cause", STORED_CAUSES))}),
    commitment BLOB NOT NULL CHECK ({digest("commitment")}),
    order_digest BLOB NOT NULL CHECK ({digest("order_digest")}),
    sale_key BLOB CHECK ((sale_key IS NULL) = (kind = 'sale') AND ({or_null("sale_key", uuid4("sale_key"))})),
    begun_day INTEGER NOT NULL CHECK ({between("begun_day", DAY_FLOOR, DAY_CEILING)}),
    begun_second INTEGER NOT NULL CHECK ({between("begun_second", 0, LAST_SECOND)}),
    {_exact("not_after")},
    {_exact("confirm_by")},
    doubted INTEGER NOT NULL CHECK (doubted IN (0, 1)),
    seal BLOB NOT NULL CHECK ({digest("seal")})
) STRICT, WITHOUT ROWID;

CREATE TABLE links (  -- from the processor's key to the chain; salts open the commitment and the order digest
    key BLOB PRIMARY KEY CHECK ({uuid4("key")}),
    leg BLOB NOT NULL CHECK ({uuid4("leg")}),
    salts BLOB NOT NULL CHECK ({digest("salts")}),
    last INTEGER CHECK ({or_null("last", between("last", 1, MAX_SEQUENCE))}),
    told INTEGER NOT NULL CHECK (told IN (0, 1)),
    sale_key BLOB CHECK ({or_null("sale_key", uuid4("sale_key"))})
) STRICT, WITHOUT ROWID;
CREATE INDEX links_by_sale ON links (sale_key) WHERE sale_key IS NOT NULL;

CREATE TABLE requests (  -- keyed hashes of what tills asked, for 48 h; `seal` is a hash of the row
    request BLOB PRIMARY KEY CHECK ({digest("request")}),
    content BLOB CHECK ({or_null("content", digest("content"))}),
    sale BLOB CHECK ((sale IS NULL) = (content IS NULL) AND ({or_null("sale", digest("sale"))})),
    key BLOB CHECK ((key IS NULL) = (content IS NULL) AND ({or_null("key", uuid4("key"))})),
    void INTEGER NOT NULL CHECK (void IN (0, 1) AND (void = 0 OR key IS NOT NULL)),
    day INTEGER NOT NULL CHECK ({between("day", DAY_FLOOR, DAY_CEILING)}),
    hour INTEGER NOT NULL CHECK ({between("hour", 0, 23)}),
    seal BLOB NOT NULL CHECK ({digest("seal")})
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_by_sale ON requests (sale) WHERE sale IS NOT NULL;

CREATE TABLE baskets (  -- split tenders until they end, and 48 h more; `seal` is a hash of the row and of its parts
    reference BLOB PRIMARY KEY CHECK ({digest("reference")}),
    due INTEGER NOT NULL CHECK ({between("due", 1, MAX_CENTS)}),
    outside INTEGER NOT NULL CHECK (outside >= 0 AND outside < due),
    cancelling INTEGER NOT NULL CHECK (cancelling IN (0, 1)),
    day INTEGER NOT NULL CHECK ({between("day", DAY_FLOOR, DAY_CEILING)}),
    hour INTEGER NOT NULL CHECK ({between("hour", 0, 23)}),
    seal BLOB NOT NULL CHECK ({digest("seal")})
) STRICT, WITHOUT ROWID;

CREATE TABLE parts (  -- which legs pay a basket, in the order in which they were opened
    key BLOB PRIMARY KEY CHECK ({uuid4("key")}),
    reference BLOB NOT NULL CHECK ({digest("reference")}),
    place INTEGER NOT NULL CHECK ({between("place", 1, MAX_PLACE)})
) STRICT, WITHOUT ROWID;

CREATE TABLE period (  -- how many day ends there were, and the last row before the newest of them
    one INTEGER PRIMARY KEY CHECK (one = 1),
    number INTEGER NOT NULL CHECK ({between("number", 0, MAX_PERIOD)}),
    last INTEGER NOT NULL CHECK ({between("last", 0, MAX_SEQUENCE)}),
    seal BLOB NOT NULL CHECK ({digest("seal")})
) STRICT;

CREATE TABLE days (  -- day ends: the rows of each day, who asked (a keyed hash, 48 h), whether the processor agreed
    number INTEGER PRIMARY KEY CHECK ({between("number", 0, MAX_PERIOD)}),
    begun INTEGER NOT NULL CHECK (begun BETWEEN 0 AND last),
    last INTEGER NOT NULL CHECK ({between("last", 0, MAX_SEQUENCE)}),
    request BLOB CHECK ({or_null("request", digest("request"))}),
    agreed INTEGER NOT NULL CHECK (agreed IN (0, 1)),
    day INTEGER NOT NULL CHECK ({between("day", DAY_FLOOR, DAY_CEILING)}),
    hour INTEGER NOT NULL CHECK ({between("hour", 0, 23)}),
    seal BLOB NOT NULL CHECK ({digest("seal")})
) STRICT, WITHOUT ROWID;

CREATE TABLE trust (  -- hashes: the processor's ledger epoch (since which row); heads it showed, refused or accepted
    one INTEGER PRIMARY KEY CHECK (one = 1),
    epoch BLOB CHECK ({or_null("epoch", digest("epoch"))}),
    last INTEGER NOT NULL CHECK ({between("last", 0, MAX_SEQUENCE)}),
    refused BLOB CHECK ({or_null("refused", digest("refused"))}),
    accepted BLOB CHECK ({or_null("accepted", digest("accepted"))}),
    seal BLOB NOT NULL CHECK ({digest("seal")})
) STRICT;

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
    for table in ("working", "links", "period", "days", "trust")
    for name, action in (("begins", "INSERT"), ("goes_on", "UPDATE OF last"))
)


FIRST_ROWS: dict[str, tuple[int | bytes | None, ...]] = {  # no day end yet, and a processor that was never seen
    "period": (1, 0, 0, period_seal(0, 0)),
    "trust": (1, None, 0, None, None, trust_seal(None, 0, None, None)),
}


def create(connection: sqlite3.Connection) -> None:
    """Make the empty tables in a new file."""
    connection.executescript(_TABLES + _BOUNDS)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
