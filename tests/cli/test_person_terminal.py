"""At a real terminal: what is asked, in which order, and that nothing is done by a mistake."""

import os
from collections.abc import Callable, Iterator

import pytest

from pos_bridge.cli.person_words import WORDS
from pos_bridge.domain.details import Field
from tests.cli.people import Office

Typing = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Typing]:
    """Runs a command at a terminal on which these lines are typed."""
    ends: list[int] = []

    def run(act: str, *words: str, lines: str, language: str = "fr") -> tuple[int, str, str]:
        master, slave = os.openpty()
        ends.append(master)
        with os.fdopen(slave, encoding="utf-8") as terminal:
            os.write(master, lines.encode("utf-8", "surrogateescape"))
            monkeypatch.setattr("sys.stdin", terminal)
            return office.command("person", act, "--operator", "12", "--lang", language, *words)

    yield run
    for end in ends:
        os.close(end)


def test_the_number_is_asked_for_on_standard_error(office: Office, typed: Typing):
    office.enrol()
    status, out, err = typed("show", "--purpose", "offers", lines="membre CH-1001\n")
    assert status == 0
    assert "courriel : zoe@example.com" in out
    assert err == "Numéro (`membre CH-123` ou `commande WEB/1`) : "


def test_corrections_are_asked_for_until_an_empty_line(office: Office, typed: Typing):
    office.enrol()
    status, _, err = typed("rectify", lines="membre CH-1001\nmettre ville Laval\nvider courriel\n\n")
    assert status == 0
    assert "mois_enfant" in err
    known = office.known()
    assert known is not None
    assert known.details.get(Field.CITY) == "Laval"
    assert known.details.get(Field.EMAIL) is None


@pytest.mark.parametrize("word", ["EFFACER", "effacer", "ERASE"])
def test_erasing_wants_a_word(office: Office, typed: Typing, word):
    office.enrol()
    status, out, _ = typed("erase", lines=f"membre CH-1001\n{word}\n")
    assert status == 0
    assert "illisible dès maintenant, hors des sauvegardes en 30 jours" in out
    assert office.known() is None


@pytest.mark.parametrize("word", ["", "oui", "y", "\x04"])
def test_another_word_erases_nothing(office: Office, typed: Typing, word):
    person = office.enrol()
    status, out, err = typed("erase", lines=f"membre CH-1001\n{word}\n")
    assert (status, out) == (1, "")
    assert "rien n'a été effacé" in err
    assert office.known() == person
    assert not (office.config.state / "audit.db").exists()


def test_nothing_typed_is_no_number(office: Office, typed: Typing):
    assert typed("access", "--to", "x", lines="\x04", language="en")[0] == 2


def test_bytes_that_are_no_text(office: Office, typed: Typing):
    assert typed("access", "--to", "x", lines="membre \udcff\n", language="en")[::2] == (
        2,
        WORDS["ask_number"].en + WORDS["too_much"].en + "\n",
    )


def test_interrupted_it_is_told_where_to_look(office: Office, monkeypatch: pytest.MonkeyPatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pos_bridge.cli.person_show.given", interrupted)
    status, _, err = office.person("show", "--purpose", "offers")
    assert status == 1
    assert "person due" in err
