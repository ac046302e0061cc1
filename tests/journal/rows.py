"""Rows of every table that are taken, and how they are put in."""

import os
import sqlite3
import uuid

TABLES = ("chain", "working", "links", "requests", "baskets", "parts", "period", "days", "trust", "anchor")


def good(table: str) -> dict[str, object]:
    """A row that is taken, so that only the column under attack can be the reason for a refusal."""
    digest, key = os.urandom(32), uuid.uuid4().bytes
    facts = {"cents": 1234, "due": None, "flow": 1, "partial": 1, "approved": 1000, "cause": "issuer"}
    digests = {"commitment": os.urandom(32), "order_digest": os.urandom(32)}
    refund = {"kind": "card_refund", "partial": 0, "approved": None, "sale_key": uuid.uuid4().bytes}
    rows: dict[str, dict[str, object]] = {
        "chain": {
            "sequence": 1, "leg": key, "step": "captured", "kind": "sale", "tender": "card", **facts,
            "day": 20780, "hour": 14, **digests, "payment_digest": digest, "signature": os.urandom(64), "till": 7,
            "hash": digest,
        },
        "working": {
            "key": key, "leg": uuid.uuid4().bytes, "last": 1, "state": "reversing", **facts, **digests, **refund,
            "begun_day": 20780, "begun_second": 1, "not_after_day": 20780, "not_after_second": 2,
            "confirm_by_day": 20780, "confirm_by_second": 3, "doubted": 0, "seal": os.urandom(32),
        },
        "links": {
            "key": key, "leg": uuid.uuid4().bytes, "salts": os.urandom(32), "last": 1, "told": 0,
            "sale_key": uuid.uuid4().bytes,
        },
        "requests": {
            "request": digest, "content": os.urandom(32), "sale": os.urandom(32), "key": key, "void": 0, "day": 20780,
            "hour": 1, "seal": os.urandom(32),
        },
        "baskets": {
            "reference": digest, "due": 1234, "outside": 500, "cancelling": 0, "day": 20780, "hour": 1,
            "seal": os.urandom(32),
        },
        "parts": {"key": key, "reference": digest, "place": 1},
        "period": {"one": 1, "number": 12, "last": 1, "seal": digest},
        "days": {
            "number": 12, "begun": 0, "last": 1, "request": os.urandom(32), "agreed": 0, "day": 20780, "hour": 1,
            "seal": digest,
        },
        "trust": {
            "one": 1, "epoch": os.urandom(32), "last": 1, "refused": os.urandom(32), "accepted": os.urandom(32),
            "seal": digest,
        },
        "anchor": {"one": 1, "sequence": 5, "hash": digest},
    }  # fmt: skip
    return rows[table]


def insert(connection: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
    marks = ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))


def prepare(connection: sqlite3.Connection, table: str) -> None:
    if table in {"working", "links", "period", "days", "trust"}:
        insert(connection, "chain", good("chain"))  # what `last` may point at
    if table == "anchor":
        connection.execute("DROP TRIGGER anchor_stays")
        connection.execute("DELETE FROM anchor")
