"""Damaged files: the row is named, or nothing that is read has changed."""

import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from pos_bridge.journal import months
from pos_bridge.journal.errors import JournalCorruptError
from pos_bridge.journal.row import COLUMNS
from pos_bridge.journal.verify import verify
from tests.journal.makers import Clock, forge, opened

NAME = "2026-11.db"


def refused(folder: Path, clock: Clock) -> JournalCorruptError:
    with pytest.raises(JournalCorruptError) as caught:
        opened(folder, clock)
    return caught.value


@pytest.mark.parametrize("column", COLUMNS.split(", ")[1:])
def test_each_column_of_a_row_is_protected(closed, clock, column):
    connection = sqlite3.connect(closed / NAME)
    (kind,) = connection.execute(f"SELECT typeof({column}) FROM chain WHERE sequence = 5").fetchone()
    connection.close()
    new = {"integer": f"{column} + 1", "text": f"substr({column}, 1, length({column}) - 1)"}
    value = {"null": "1" if column in {"due", "approved"} else "'issuer'", "blob": f"zeroblob(length({column}))"} | new
    if kind == "null" and column in {"payment_digest", "signature"}:
        value["null"] = "zeroblob(32)" if column == "payment_digest" else "zeroblob(64)"
        value["null"] = value["null"].replace("zeroblob", "randomblob")
    forge(closed / NAME, f"UPDATE chain SET {column} = {value[kind]} WHERE sequence = 5")
    error = refused(closed, clock)
    assert (error.file, error.row) == (NAME, 5)
    assert "2026-11.db" in str(error)
    assert "row 5" in str(error)
    assert "quarantine" in str(error)


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("DELETE FROM chain WHERE sequence = 7", 7),
        ("UPDATE chain SET sequence = 900 WHERE sequence = 7", 7),
        ("UPDATE anchor SET hash = randomblob(32), sequence = 0", 1),
        ("UPDATE working SET cents = cents + 1 WHERE state = 'reversing'", 20),
        ("UPDATE working SET key = x'00112233445546778899aabbccddeeff' WHERE state = 'reversing'", 20),
        ("UPDATE working SET state = 'unresolved' WHERE state = 'reversing'", 20),
        ("UPDATE working SET approved = NULL WHERE state = 'capturing'", 21),
        ("DELETE FROM working WHERE state = 'capturing'", 21),
        ("UPDATE links SET salts = randomblob(32) WHERE last IS NULL", 19),
        ("UPDATE requests SET request = randomblob(32) WHERE key IS NULL", None),
        ("UPDATE requests SET hour = hour + 1", None),
        ("UPDATE requests SET void = 1 WHERE key = (SELECT key FROM working WHERE state = 'reversing')", None),
        ("UPDATE working SET begun_second = begun_second + 1 WHERE state = 'reversing'", 20),
        ("UPDATE working SET not_after_day = not_after_day + 1 WHERE state = 'refund_intent'", 22),
        ("UPDATE working SET doubted = 1 WHERE state = 'refund_intent'", 22),
        ("UPDATE working SET sale_key = key WHERE state = 'refund_intent'", 22),
        ("UPDATE links SET sale_key = key WHERE sale_key IS NOT NULL", 22),
        ("UPDATE links SET sale_key = NULL", 22),
        ("UPDATE working SET due = 1995 WHERE state = 'cash_due'", 23),
        ("UPDATE working SET kind = 'card_refund' WHERE kind = 'refund'", 22),
        ("UPDATE baskets SET due = due + 1", None),
        ("UPDATE baskets SET cancelling = 1", None),
        ("DELETE FROM baskets", None),
        ("DELETE FROM parts", None),
        ("UPDATE parts SET key = x'00112233445546778899aabbccddeeff'", None),
        ("UPDATE period SET number = number + 1", None),
        ("UPDATE period SET last = 0", None),
        ("DELETE FROM period", None),
        ("UPDATE days SET agreed = 1 - agreed", None),
        ("UPDATE days SET last = begun", None),
        ("UPDATE trust SET epoch = NULL", None),
        ("UPDATE trust SET last = last + 1", None),
        ("DELETE FROM trust", None),
        ("PRAGMA user_version = 1", None),
        ("PRAGMA user_version = 3", None),  # before a chip card had causes of its own
    ],
)
def test_what_does_not_fit_is_named(closed, clock, statement, row):
    forge(closed / NAME, statement)
    assert refused(closed, clock).row == row
    (report,) = verify(closed)
    assert isinstance(report, JournalCorruptError)
    assert report.row == row


def test_a_damaged_link_of_a_settled_leg_is_found_by_verify_and_never_believed(closed, clock):
    forge(closed / NAME, "UPDATE links SET salts = randomblob(32) WHERE last = 3")
    journal = opened(closed, clock)  # does not stop the till
    journal.close()
    (report,) = verify(closed)
    assert isinstance(report, JournalCorruptError)
    assert report.row == 3


def everything(folder: Path) -> list[object]:
    with months.read_only(folder / NAME) as connection:
        tables = ("anchor", "chain", "working", "requests", "baskets", "parts", "period", "days", "trust")
        return [connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in tables]


@pytest.mark.parametrize("seed", range(4))
def test_damage_anywhere_is_named_or_harmless(closed, clock, tmp_path, seed):
    """Ranges of the file are overwritten in turn: the engine refuses to start, or every row reads as it was written."""
    before = everything(closed)
    whole = (closed / NAME).read_bytes()
    rng = random.Random(seed)
    named = 0
    for at in range(seed * 64, len(whole), 4 * 64):
        damaged = bytearray(whole)
        damaged[at : at + 64] = rng.randbytes(64)
        folder = tmp_path / "damaged"
        folder.mkdir()
        (folder / NAME).write_bytes(damaged)
        try:
            opened(folder, clock).close()
        except JournalCorruptError as error:
            named += error.row is not None
        else:
            assert everything(folder) == before
        shutil.rmtree(folder)
    assert named > 10
