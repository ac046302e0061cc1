"""Each sentence of `day-end` and `decide` exists in French and in English, and each is used."""

import ast
from pathlib import Path

import pytest

from pos_bridge.cli import day_end_words
from pos_bridge.cli.day_end_words import DO_DIFFERENT, STANDINGS, WORDS
from pos_bridge.cli.journal_words import Said
from pos_bridge.domain.happening import Standing
from pos_bridge.domain.totals import Gap
from tests.cli.test_journal_words import fields

EVERYTHING: list[tuple[str, Said]] = [
    (str(name), said) for table in (WORDS, STANDINGS, DO_DIFFERENT) for name, said in table.items()
]
SOURCES = [Path(day_end_words.__file__).with_name(name) for name in ("day_end.py", "day_end_view.py", "decide.py")]


@pytest.mark.parametrize(("name", "said"), EVERYTHING, ids=[name for name, _ in EVERYTHING])
def test_both_languages(name, said):
    assert said.fr.strip()
    assert said.en.strip()
    assert fields(said.fr) == fields(said.en)


def test_every_word_of_the_domain_is_said():
    assert set(STANDINGS) == set(Standing)
    assert set(DO_DIFFERENT) == set(Gap)


def test_every_sentence_is_used():
    used = {
        node.value
        for source in SOURCES
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(WORDS) <= used
