"""docs/data-map.md and the program have the same fields: tables, messages, events, answers, settings, files."""

import importlib
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from google.protobuf.descriptor import Descriptor

import pos_bridge
from pos_bridge.admin.calls import TAKES
from pos_bridge.config import settings
from pos_bridge.domain import authorisation, identity, outcome, points
from pos_bridge.domain.card import CardFacts
from pos_bridge.domain.details import Details
from pos_bridge.domain.identity import ConsentEnd
from pos_bridge.domain.person import Person, RightRequest
from pos_bridge.domain.points import Earned, Withdrawal
from pos_bridge.identity.proof import Proof
from pos_bridge.identity.record import Link
from pos_bridge.log.events import EVENTS
from pos_bridge.pos_api.kept import Kept
from pos_bridge.pos_api.loyalty_kept import LoyaltyKept
from pos_bridge.protocol import processor_v1_pb2, till_v1_pb2
from pos_bridge.wire import cardlink
from pos_bridge.wire.nexo import (
    device_request,
    device_response,
    event,
    loyalty_request,
    loyalty_response,
    payment_response,
    request,
    response,
    status_response,
    terminal_response,
    totals_response,
)
from pos_bridge.wire.nexo import fields as fields_of_requests
from tests.house.data_map import (
    DOCUMENT,
    dataclass_fields,
    documented,
    reachable,
    sections,
    settings_of,
    spelled_fields,
    spoken_of,
    structs_of,
)

PACKAGE = Path(pos_bridge.__file__).parent

# Where the tables of each module that makes some are documented. A module that is not here has no place in the map.
SCHEMAS = {
    "pos_bridge.journal.schema": "The journal",
    "pos_bridge.journal.answers": "The answers file",
    "pos_bridge.identity.schema": "The vault",
    "pos_bridge.registers.schema": "The audit trail",
    "pos_bridge.operators.schema": "The operator store",
}

# What the encrypted columns of a place hold.
BOXES: dict[str, tuple[type, ...]] = {
    "The answers file": (Kept, LoyaltyKept),
    "The vault": (Person, Details, ConsentEnd, RightRequest, Proof, Link, Earned, Withdrawal),
}


# ---- what is documented ----


def compare(title: str, real: Iterable[str]) -> None:
    told, there = documented(title), set(real)
    assert there - set(told) == set(), f"docs/data-map.md, {title}: undocumented"
    assert set(told) - there == set(), f"docs/data-map.md, {title}: documented, and does not exist"
    assert len(told) == len(set(told)), f"docs/data-map.md, {title}: documented twice"


@pytest.mark.parametrize("title", [title for title in sections() if title != "In short"])
def test_each_row_answers_every_question_of_its_table(title):
    head, *rows = sections()[title]
    rows = [row for row in rows if not set("".join(row)) <= {"-"}]
    assert rows
    for row in rows:
        assert len(row) == len(head), row
        holds_others = "hold the fields" in row[1]
        assert all(row) or holds_others, row


# ---- what there is ----


def modules_with_tables() -> dict[str, Path]:
    return {
        ".".join(("pos_bridge", *path.relative_to(PACKAGE).with_suffix("").parts)): path
        for path in sorted(PACKAGE.rglob("*.py"))
        if "CREATE TABLE" in path.read_text()
    }


def columns_made_by(name: str) -> set[str]:
    """Every `table.column` that the module's own SQL makes."""
    module = importlib.import_module(name)
    connection = sqlite3.connect(":memory:", isolation_level=None)
    if hasattr(module, "create"):
        module.create(connection)
    else:
        for value in vars(module).values():
            if isinstance(value, str) and "CREATE TABLE" in value:
                connection.executescript(value)
    return columns(connection)


def columns(connection: sqlite3.Connection) -> set[str]:
    tables = [table for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    found = {f"{table}.{row[1]}" for table in tables for row in connection.execute(f"PRAGMA table_xinfo({table})")}
    connection.close()
    return found


@pytest.mark.parametrize("name", modules_with_tables())
def test_every_column_of_every_table(name):
    assert name in SCHEMAS, "this module makes tables that have no place in the data map"
    made = columns_made_by(name)
    written = set(re.findall(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+)", modules_with_tables()[name].read_text()))
    assert written == {column.split(".")[0] for column in made}, "a table is made that this test did not see"
    of_boxes = {name for name in documented(SCHEMAS[name]) if name[0].isupper()}
    compare(SCHEMAS[name], made | of_boxes)


def test_a_section_of_tables_has_a_module_that_makes_them():
    assert {title for title in SCHEMAS.values() if title in sections()} == {
        SCHEMAS[name] for name in modules_with_tables()
    }


@pytest.mark.parametrize("title", BOXES)
def test_what_lies_encrypted_in_their_boxes(title):
    told = {name for name in documented(title) if name[0].isupper()}
    assert told == {f"{kind.__name__}.{name}" for kind in BOXES[title] for name in get_type_hints(kind)}


def descriptors() -> Iterator[Descriptor]:
    for message in processor_v1_pb2.DESCRIPTOR.message_types_by_name.values():
        yield message
        assert not message.nested_types, "nested messages have no place in the data map yet"


def test_every_field_of_the_processor_protocol():
    compare(
        "The processor protocol",
        (f"{message.name}.{field.name}" for message in descriptors() for field in message.fields),
    )


def test_every_field_of_an_event():
    compare("The log", (f"{kind.__name__}.{field.name}" for kind in EVENTS for field in fields(kind)))


def test_every_event_without_fields_is_named():
    told = DOCUMENT.read_text()
    assert [kind.__name__ for kind in EVENTS if not fields(kind) and f"`{kind.__name__}`" not in told] == []


def test_every_setting():
    compare("Settings and secrets", set(settings_of(settings.Document)))


def test_every_field_of_the_card_link():
    kinds = reachable(*get_args(cardlink.Request), *get_args(cardlink.Report))
    assert CardFacts in kinds
    compare("The card link", dataclass_fields(kinds))


def test_every_field_that_the_engine_holds_of_a_sale():
    asks = (outcome.SaleAsk, outcome.RefundAsk, outcome.GiveBackAsk, points.AwardAsk, points.AwardRefundAsk)
    outcomes = (*get_args(outcome.Outcome), *get_args(outcome.RefundOutcome), *get_args(points.PointsOutcome))
    roots = (*asks, *outcomes, authorisation.ReceiptFacts, identity.Consent)
    compare("The engine's memory", dataclass_fields(reachable(*roots) - reachable(CardFacts)))


def test_every_field_of_a_tills_request():
    envelopes = ("Envelope", "HeaderEnvelope", "HeaderOnly", "SaleToPOIRequest")
    kinds = structs_of(request, *envelopes) | structs_of(fields_of_requests, "Fields") | structs_of(loyalty_request)
    kinds |= structs_of(device_request)
    compare("What a till sends", spelled_fields(kinds))


def test_every_field_of_an_answer():
    told = (payment_response, loyalty_response, totals_response, terminal_response, status_response, device_response)
    kinds = set().union(*map(structs_of, (response, *told, event)))
    kinds |= {request.TransactionID, request.MessageReference, request.OriginalPOITransaction}
    compare("The answer to the till", spelled_fields(kinds))


def test_every_field_of_a_native_till():
    compare("What a native till sends", spoken_of("Till", asked=True))
    compare("The answer to a native till", spoken_of("Till", asked=False))


def test_every_field_about_people():
    services = set(till_v1_pb2.DESCRIPTOR.services_by_name)
    assert services == {"Till", "People", "Rights"}, "a service without a place in the map"
    compare("What is asked about people", spoken_of("People", "Rights", asked=True))
    compare("The answer about people", spoken_of("People", "Rights", asked=False))


def test_every_field_of_an_administration_call():
    compare("What is asked of the running engine", spelled_fields(TAKES.values()))


# ---- what really lies on a till's disk ----


CHOUCHOUS = {
    "LoyaltyData": [{"LoyaltyAccountID": {"LoyaltyID": "CH-0042", "IdentificationType": "AccountNumber"}}],
    "PaymentTransaction": {
        "TransactionConditions": {"LoyaltyHandling": "Required", "AllowedLoyaltyBrand": ["Chouchous"]},
    },
}


def as_documented(path: str) -> str:
    name = re.sub(r"\b\d{4}-\d\d\b", "YYYY-MM", path)
    return re.sub(r"day-\d{5}", "day-NNNNN", name)


def test_every_file_and_table_of_a_till_that_has_sold(store):
    with store.customer("visa"):
        assert store.till().pay("12.34").result == "Success"
    assert store.till().pay("12.34", cash=True, extra=CHOUCHOUS).result == "Success"
    state = store.folder / "engine" / "state"
    files = {path.relative_to(state).as_posix() for path in state.rglob("*") if path.is_file()}
    assert "vault.db" in files
    assert {as_documented(name) for name in files} - set(documented("Files in the state folder")) == set()
    tables = {column for name in modules_with_tables() for column in columns_made_by(name)}
    for path in state.rglob("*.db"):
        assert columns(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) <= tables, path.name
