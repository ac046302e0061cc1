"""`pos-bridge doctor`: a line a finding, in both languages; fields for a program; a code by the heaviest."""

import json

import pytest

from pos_bridge.checkup import engine, firewall, pcscd, readers
from pos_bridge.checkup.finding import Finding, Weight
from pos_bridge.cli import doctor

RUNS = engine.RUNS(port="8443")


@pytest.fixture
def found(monkeypatch):
    """Says what the looks find."""

    def find(*findings: Finding) -> None:
        monkeypatch.setattr(doctor, "examine", lambda _: iter(findings))

    return find


@pytest.mark.parametrize(("lang", "line"), [("fr", "ARRÊT : "), ("en", "STOP: ")])
def test_the_command_says_a_line_a_finding_and_ends_by_them(command, lang, line):
    """On a till of which nothing is there yet, and so not all can be looked at."""
    code, said, _ = command("doctor", "--lang", lang)
    assert code == 7
    assert any(each.startswith(line) for each in said.splitlines())


def test_a_till_that_is_well(command, found):
    found(RUNS)
    assert command("doctor", "--lang", "en") == (0, "GOOD: pos-bridge runs and answers on port 8443.\n", "")


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ((), 0),
        ((RUNS, readers.UNCERTIFIED_CHIP(reader="chip")), 0),
        ((engine.READER_DOWN(reader="chip"), RUNS), 1),
        ((RUNS, firewall.NOT_SEEN()), 4),
        ((firewall.NOT_SEEN(), engine.READER_DOWN(reader="chip"), firewall.NOT_SEEN()), 5),
        ((engine.JOURNAL_DOWN(), firewall.NOT_SEEN()), 7),
        ((pcscd.LOGS(reader="chip", socket="/run/x"), engine.READER_DOWN(reader="chip"), RUNS), 3),
    ],
)
def test_the_code_is_by_the_heaviest_and_whether_all_was_seen(command, found, lines, code):
    found(*lines)
    assert command("doctor")[0] == code
    assert command("doctor", "--json")[0] == code
    assert set(doctor.CODES) == set(Weight)


def test_fields_for_a_program(command, found):
    found(RUNS, engine.JOURNAL_DOWN())
    code, said, _ = command("doctor", "--json")
    first, second = json.loads(said)
    assert code == 3
    assert first == {
        "check": "engine",
        "weight": "good",
        "fr": "pos-bridge tourne et répond sur le port 8443.",
        "en": "pos-bridge runs and answers on port 8443.",
    }
    assert (second["check"], second["weight"]) == ("engine_journal", "stop")
