"""The looks together: each sentence is one in both languages, and a look that fails is told."""

import string
from pathlib import Path
from types import ModuleType

import pytest

from pos_bridge.checkup import table
from pos_bridge.checkup.finding import Finding, Line, Weight
from pos_bridge.words import Words
from tests.checkup.finds import line

LINES = [*(each for topic in table.LOOKS for each in table.lines(topic)), *table.FAILED]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("told", LINES, ids=lambda told: f"{told.check}-{told.words.en[:20]}")
def test_a_line_is_a_sentence_in_each_language(told: Line):
    assert told.words.fr != told.words.en
    assert all(text.endswith((".", "?")) for text in (told.words.fr, told.words.en))
    assert fields(told.words.fr) == fields(told.words.en)
    assert told.check.replace("_", "").isalnum()


@pytest.mark.parametrize(
    ("fault", "said", "text"),
    [
        (ValueError, table.NOT_LOOKED, "failing: could not be looked at (ValueError)."),
        (PermissionError, table.NOT_ALLOWED, "failing: could not be looked at, for it is not open to whoever"),
    ],
)
def test_a_look_that_fails_is_told_and_the_others_are_taken(config, monkeypatch, fault, said, text):
    failing, fine = ModuleType("pos_bridge.checkup.failing"), ModuleType("pos_bridge.checkup.fine")
    seen = Finding("fine", Weight.GOOD, Words("bon.", "good."))

    def fail(_):
        yield seen
        raise fault("what nobody is told")

    vars(failing)["look"] = fail
    vars(fine)["look"] = lambda _: iter([seen])
    monkeypatch.setattr(table, "LOOKS", (failing, fine))
    first, second, third = table.examine(config)
    assert (first, third) == (seen, seen)
    assert line(second) == said
    assert second.text("en").startswith(text)


def test_the_document_has_every_line_in_its_order():
    """docs/doctor.md: what is looked at, how much it can weigh, and what to do."""
    document = (Path(__file__).parents[2] / "docs" / "doctor.md").read_text(encoding="utf-8")
    rows = [row for row in document.partition("## Every check")[2].splitlines() if row.startswith("| `")]
    assert rows == [f"| `{told.check}` | {told.weight.value.en} | {told.words.en} |" for told in LINES]


def test_a_check_is_of_one_topic():
    """So that a program can tell by its name what was looked at."""
    topics: dict[str, str] = {}
    for topic in table.LOOKS:
        for told in table.lines(topic):
            assert topics.setdefault(told.check, table.name(topic)) == table.name(topic)


def test_no_look_is_left_out():
    """Each room of the package with a `look` is in the table."""
    rooms = {path.stem for path in Path(str(table.__file__)).parent.glob("*.py") if "\ndef look(" in path.read_text()}
    assert rooms == {table.name(topic) for topic in table.LOOKS}
