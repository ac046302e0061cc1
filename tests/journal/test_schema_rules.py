"""What the tables' constraints say about each kind of movement: rows that contradict themselves are not taken."""

import os
import sqlite3
import uuid
from contextlib import nullcontext

import pytest

from pos_bridge.domain.leg import IN_MEMORY, SETTLED, STORED_CAUSES, TOLD_ONLY, Kind, State, Tender
from pos_bridge.journal import schema
from tests.journal.rows import good, insert, prepare


@pytest.mark.parametrize("cents", [0, -1, 100_000_000, 5_145_551_234])
def test_cents_have_a_ceiling(connection, cents):
    with pytest.raises(sqlite3.IntegrityError):
        insert(connection, "chain", {**good("chain"), "cents": cents, "approved": cents})


@pytest.mark.parametrize(("column", "value"), [("till", 1000), ("day", 18261), ("day", 47482), ("hour", 24)])
def test_small_numbers_are_small(connection, column, value):
    with pytest.raises(sqlite3.IntegrityError):
        insert(connection, "chain", {**good("chain"), column: value})


CASH = {"step": "cash_taken", "tender": "cash", "due": 1235, "approved": None}
NO_CARD = {"payment_digest": None, "signature": None}
CASH_BACK = {**CASH, **NO_CARD, "step": "cash_refunded", "kind": "refund", "partial": 0}
REFUND = {"step": "refunded", "kind": "refund", "partial": 0, "approved": 1234, **NO_CARD}


@pytest.mark.parametrize(
    "change",
    [
        {"tender": "cash"},
        {**CASH, **NO_CARD, "due": 1236},  # neither exact nor rounded
        {**CASH, **NO_CARD, "due": None},
        {**CASH_BACK, "due": 1239},
        {**CASH_BACK, "due": 1229},
        {**CASH_BACK, "cents": 3, "due": -1},
        {**CASH, **NO_CARD, "approved": 1234},  # nobody approves cash
        CASH,  # which card was that?
        {"due": 1235},  # a card owes no cash
        {"approved": 1235},  # more than asked
        {"approved": 1000, "partial": 0},  # less, and not allowed
        {"approved": None},  # captured, of what?
        {"step": "authorised", "approved": None},
        {"step": "intent"},  # approved before it was asked
        {**REFUND, "approved": 1000},  # refunds are whole
        {**REFUND, "approved": 1000, "partial": 1},
        {**REFUND, "approved": None},
        {**REFUND, "payment_digest": os.urandom(32), "signature": os.urandom(64)},  # by reference: there was no card
        {"signature": None},
        {"payment_digest": None},
        {"sequence": 2},
    ],
)
def test_rows_that_contradict_themselves(connection, change):
    with pytest.raises(sqlite3.IntegrityError):
        insert(connection, "chain", {**good("chain"), **change})


@pytest.mark.parametrize(
    "change",
    [
        REFUND,
        {**CASH, **NO_CARD},
        {**CASH, **NO_CARD, "due": 1234},
        *({**CASH_BACK, "due": due} for due in (1230, 1238)),
    ],
)
def test_rows_that_do_not(connection, change):
    insert(connection, "chain", {**good("chain"), **change})


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("tender", Tender)
@pytest.mark.parametrize("state", State)
def test_each_kind_of_movement_has_its_own_steps(connection, tender, kind, state):
    opens = state in {State.INTENT, State.REFUND_INTENT}
    approved = None if tender is Tender.CASH or opens else 1234
    due = 1235 if tender is Tender.CASH else None
    facts = {"kind": kind.value, "due": due, "partial": 0, "approved": approved}
    rows = {"chain": {**good("chain"), **facts, **NO_CARD, "step": state.value, "tender": tender.value}}
    if state not in SETTLED and not (tender is Tender.CASH and kind is not Kind.SALE):
        sale_key = None if kind is Kind.SALE else uuid.uuid4().bytes
        rows["working"] = {**good("working"), **facts, "state": state.value, "sale_key": sale_key}
    taken = state in schema.STEPS.get((tender, kind), ())
    if not taken:
        prepare(connection, "working")
        rows["chain"]["sequence"] = 2
    for table, row in rows.items():
        with nullcontext() if taken else pytest.raises(sqlite3.IntegrityError):
            insert(connection, table, row)


def test_every_state_that_is_stored_is_a_step_of_something():
    assert {state for steps in schema.STEPS.values() for state in steps} == set(schema.STORED) == set(State) - IN_MEMORY


@pytest.mark.parametrize(
    "change",
    [
        {"sale_key": None},  # a refund of what?
        {"kind": "sale"},  # a sale of another sale
        {"state": "refunded"},  # settled
        {"not_after_day": None},
        {"confirm_by_second": None},
        {"doubted": 2},
        {"last": 2},
    ],
)
def test_working_rows_that_contradict_themselves(connection, change):
    prepare(connection, "working")
    with pytest.raises(sqlite3.IntegrityError):
        insert(connection, "working", {**good("working"), **change})


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("requests", {"void": 1, "content": None, "sale": None, "key": None}),  # closed, and it took something back
        ("requests", {"key": None}),
        ("baskets", {"outside": 1234}),  # nothing of it is due
        ("parts", {"place": 0}),
        ("period", {"one": 2}),
        ("days", {"begun": 2}),  # it began after its end
        ("days", {"agreed": 2}),
        ("trust", {"one": 2}),
    ],
)
def test_other_rows_that_contradict_themselves(connection, table, change):
    prepare(connection, table)
    with pytest.raises(sqlite3.IntegrityError):
        insert(connection, table, {**good(table), **change})


def test_every_cause_can_be_stored(connection):
    for number, cause in enumerate(STORED_CAUSES, start=1):
        insert(connection, "chain", {**good("chain"), "sequence": number, "cause": cause.value})
    for cause in TOLD_ONLY:
        with pytest.raises(sqlite3.IntegrityError):
            insert(connection, "chain", {**good("chain"), "sequence": 900, "cause": cause.value})
