"""Every sentence of every command exists in French and in English, says the same things in both, and is used."""

import ast
import string
from pathlib import Path
from types import ModuleType

import pytest

from pos_bridge import leg_words
from pos_bridge.cli import (
    backup_acts,
    backup_words,
    certificate,
    certificate_words,
    day_end,
    day_end_view,
    day_end_words,
    decide,
    explain,
    explain_words,
    journal,
    journal_advice,
    journal_view,
    journal_words,
    person,
    person_access,
    person_due,
    person_erase,
    person_input,
    person_open,
    person_proof,
    person_rectify,
    person_request,
    person_show,
    person_withdraw,
    person_words,
    quarantine,
    statistics,
    statistics_words,
)
from pos_bridge.dossier import names, page, page_words
from pos_bridge.words import Words

_PERSON = (
    *(person, person_access, person_due, person_erase, person_input, person_open, person_proof, person_rectify),
    *(person_request, person_show, person_withdraw),
)
# The sentences that are told by name, and the rooms that tell them.
TOLD: dict[str, tuple[dict[str, Words], tuple[ModuleType, ...]]] = {
    "journal": (journal_words.WORDS, (journal, journal_view, explain, quarantine)),
    "day-end": (day_end_words.WORDS, (day_end, day_end_view, decide)),
    "statistics": (statistics_words.WORDS, (statistics,)),
    "certificate": (certificate_words.WORDS, (certificate,)),
    "backup": (backup_words.WORDS, (backup_acts,)),
    "person": (person_words.WORDS, _PERSON),
    "person-help": (person_words.HELP, _PERSON),
    "page": (page_words.WORDS, (page,)),
}
SAID_BY = {"say", "WrongWordsError", "_CannotOpenError"}
# The words for values of the domain and for columns of the journal.
OF_VALUES = (
    *(explain_words.TABLES, explain_words.COLUMNS),
    *(leg_words.TENDERS, leg_words.KINDS, leg_words.STATES, leg_words.OF_REFUNDS, leg_words.CAUSES, leg_words.BASKETS),
    *(person_words.FAULTS, person_words.VAULT_FAULTS, names.FIELDS, names.UNFIT, names.KINDS, names.PURPOSES),
    *(names.CHANNELS, names.GIVEN_BY, names.RIGHTS, names.REFUSALS, names.OUTCOMES),
    *(journal_advice.ADVICE, day_end_words.STANDINGS, day_end_words.DO_DIFFERENT),
)
EVERYTHING: list[tuple[str, Words]] = [
    *((f"{command}-{name}", words) for command, (told, _) in TOLD.items() for name, words in told.items()),
    *((str(value), words) for table in OF_VALUES for value, words in table.items()),
]
SENTENCES = list(TOLD["certificate"][0].values())


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def texts_in(module: ModuleType) -> set[str]:
    return {
        node.value
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


@pytest.mark.parametrize(("name", "said"), EVERYTHING, ids=[name for name, _ in EVERYTHING])
def test_both_languages(name, said):
    assert said.fr.strip()
    assert said.en.strip()
    assert fields(said.fr) == fields(said.en)


@pytest.mark.parametrize("said", SENTENCES, ids=lambda said: said.en[:30])
def test_a_line_of_its_own_is_a_sentence_in_each_language(said):
    assert said.fr != said.en
    assert all(text.endswith(".") for text in (said.fr, said.en))


@pytest.mark.parametrize("command", TOLD)
def test_every_sentence_is_used(command):
    told, rooms = TOLD[command]
    assert set(told) <= set().union(*map(texts_in, rooms))


@pytest.mark.parametrize("command", ["journal", "person", "page"])
def test_every_sentence_that_is_used_exists(command):
    told, rooms = TOLD[command]
    for room in rooms:
        for node in ast.walk(ast.parse(Path(str(room.__file__)).read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAID_BY:
                told_by = [c.value for c in ast.walk(node.args[0]) if isinstance(c, ast.Constant)]
                asked = [name for name in told_by if name is not None]
                assert all(name in told for name in asked), ast.dump(node)
