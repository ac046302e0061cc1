"""What the domain and the journal know has a word each, and an outcome is told in the words of its kind."""

import sqlite3

import pytest

from pos_bridge.cli.day_end_words import DO_DIFFERENT, STANDINGS
from pos_bridge.cli.explain_words import COLUMNS, TABLES
from pos_bridge.cli.journal_advice import ADVICE, Advice
from pos_bridge.cli.journal_words import money
from pos_bridge.domain.basket import BasketState
from pos_bridge.domain.happening import Standing
from pos_bridge.domain.leg import Cause, Kind, State, Tender
from pos_bridge.domain.totals import Gap
from pos_bridge.journal import schema
from pos_bridge.leg_words import BASKETS, CAUSES, KINDS, OF_REFUNDS, STATES, TENDERS, outcome


def test_every_word_of_the_domain_is_said():
    assert set(STATES) == set(State)
    assert set(CAUSES) == set(Cause)
    assert set(TENDERS) == set(Tender)
    assert set(KINDS) == set(Kind)
    assert set(BASKETS) == set(BasketState)
    assert set(ADVICE) == set(Advice)
    assert set(STANDINGS) == set(Standing)
    assert set(DO_DIFFERENT) == set(Gap)


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


@pytest.mark.parametrize(
    ("cents", "fr", "en"),
    [(1, "0,01 $", "$0.01"), (1235, "12,35 $", "$12.35"), (99_999_999, "999999,99 $", "$999999.99")],
)
def test_money(cents, fr, en):
    assert (money(cents, "fr"), money(cents, "en")) == (fr, en)
