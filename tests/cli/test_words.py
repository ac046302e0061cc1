"""Each sentence exists in French and in English, and says the same things."""

import ast
import sqlite3
import string
from pathlib import Path

import pytest

from pos_bridge.cli import journal_words
from pos_bridge.cli.explain_words import COLUMNS, TABLES
from pos_bridge.cli.journal_advice import ADVICE, Advice
from pos_bridge.cli.journal_words import WORDS, Said, money
from pos_bridge.cli.leg_words import BASKETS, CAUSES, KINDS, OF_REFUNDS, STATES, TENDERS, outcome
from pos_bridge.domain.basket import BasketState
from pos_bridge.domain.leg import Cause, Kind, State, Tender
from pos_bridge.journal import schema

EVERYTHING: list[tuple[str, Said]] = [
    (str(name), said)
    for table in (WORDS, TABLES, COLUMNS, TENDERS, KINDS, STATES, OF_REFUNDS, CAUSES, BASKETS, ADVICE)
    for name, said in table.items()
]
SOURCES = [
    Path(journal_words.__file__).with_name(name)
    for name in ("journal.py", "journal_view.py", "explain.py", "quarantine.py")
]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize(("name", "said"), EVERYTHING, ids=[name for name, _ in EVERYTHING])
def test_both_languages(name, said):
    assert said.fr.strip()
    assert said.en.strip()
    assert fields(said.fr) == fields(said.en)


def test_every_word_of_the_domain_is_said():
    assert set(STATES) == set(State)
    assert set(CAUSES) == set(Cause)
    assert set(TENDERS) == set(Tender)
    assert set(KINDS) == set(Kind)
    assert set(BASKETS) == set(BasketState)
    assert set(ADVICE) == set(Advice)


def test_a_refund_is_not_told_in_the_words_of_a_sale():
    for state in OF_REFUNDS:
        for language in ("fr", "en"):
            assert outcome(state, Kind.SALE, language) != outcome(state, Kind.CARD_REFUND, language)


def test_every_column_of_a_sale_is_accounted_for():
    connection = sqlite3.connect(":memory:")
    schema.create(connection)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    there = {(table, row[1]) for table in tables for row in connection.execute(f"PRAGMA table_info({table})")}
    connection.close()
    of_no_sale = {"anchor", "period", "days", "trust"}
    assert {(table, name) for table, name in there if table not in of_no_sale} == set(COLUMNS)
    assert {table for table, _ in COLUMNS} == set(TABLES)


def test_every_sentence_that_is_used_exists_and_is_used():
    used = set()
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                used.add(node.value)
    assert set(WORDS) - used == set()
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                names = [c.value for c in ast.walk(node.args[0]) if isinstance(c, ast.Constant)]
                assert all(name in WORDS for name in names), ast.dump(node)


@pytest.mark.parametrize(
    ("cents", "fr", "en"),
    [(1, "0,01 $", "$0.01"), (1235, "12,35 $", "$12.35"), (99_999_999, "999999,99 $", "$999999.99")],
)
def test_money(cents, fr, en):
    assert (money(cents, "fr"), money(cents, "en")) == (fr, en)
