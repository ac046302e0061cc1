"""`pos-bridge incident`: what is entered is listed, who was told, and the drafts of the notices."""

import os
import shlex
from datetime import date, timedelta
from pathlib import Path

import pytest

from hw_sim.cards import CARDS
from pos_bridge.registers.incident_file import NAME

FIELDS = {
    "information": "noms, adresses de livraison",
    "circumstances": "caisse volée, éteinte",
    "happened": "nuit du 20 au 21 novembre 2026",
    "because": "clés du coffre sur le même disque",
    "measures": "certificat révoqué, plainte déposée",
    "known": "2026-11-21",
    "persons": "12",
}


def words(*act: str, serious: bool = True, **changes: str) -> list[str]:
    told = {**FIELDS, **changes}
    options = [word for name, text in told.items() for word in (f"--{name}", text)]
    return ["incident", *act, "--operator", "12", *options, "--serious" if serious else "--no-serious"]


def test_from_the_first_entry_to_its_end(command, config):
    assert command("incident", "list")[1] == "Aucun incident n'est inscrit.\n"
    status, said, _ = command(*words("add"))
    assert status == 0
    assert said.startswith("Incident 1 inscrit.\nRisque sérieux : avisez")
    assert command(*words("add", serious=False))[1] == "Incident 2 inscrit.\n"
    noted = command("incident", "told", "1", "--operator", "12", "--whom", "commission", "--on", "2026-11-22")
    assert noted == (0, "Noté à l'incident 1.\n", "")
    assert command(*words("change", "1", persons="13"))[0] == 0
    assert command("incident", "close", "2", "--operator", "12")[0] == 0
    _, said, _ = command("incident", "list", "--lang", "en")
    first, second = said.split("Incident no. 2")
    assert first.startswith("Incident no. 1, open, to be kept until 2031-11-21 at least\n")
    for text in (*FIELDS.values(), "13"):
        assert text in first or text == "12"
    assert "7. told: the Commission (CAI), 2026-11-22" in first
    assert ", closed on 20" in second
    assert (config.state / NAME).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("to", ["commission", "persons"])
def test_a_draft_says_what_was_entered_and_leaves_the_rest_open(command, to, language):
    command(*words("add"))
    status, said, _ = command("incident", "notice", "1", "--to", to, "--lang", language)
    assert status == 0
    for name in ("information", "circumstances", "happened", "measures"):
        assert FIELDS[name] in said
    assert "[" in said
    assert "{" not in said


@pytest.mark.parametrize("text", [CARDS["visa"].number, "a@b.ca", "514 555-0100 ", "\x1b[2J", "x" * 1001, "", "\udc80"])
def test_what_must_not_stand_there_is_refused(command, config, text):
    status, said, wrong = command(*words("add", circumstances=text))
    assert (status, said) == (1, "")
    assert "Rien n'est inscrit" in wrong
    assert text == "" or text not in wrong
    assert not (config.state / NAME).exists()


@pytest.mark.parametrize("days", [1, 2, 400])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_day_that_is_still_to_come(command, config, monkeypatch, days, language):
    today = date(2026, 11, 23)
    monkeypatch.setattr("pos_bridge.clock.today", lambda: today)
    day = str(today + timedelta(days=days))
    assert command(*words("add", known=str(today)))[0] == 0, "today is not"
    before = (config.state / NAME).read_bytes()
    telling = ("incident", "told", "1", "--operator", "12", "--whom", "public", "--on", day)
    for act in (words("add", known=day), words("change", "1", known=day), telling):
        status, said, wrong = command(*act, "--lang", language)
        assert (status, said) == (1, "")
        assert {"fr": "à venir", "en": "still to come"}[language] in wrong
        assert day in wrong
        assert str(today) in wrong
    assert (config.state / NAME).read_bytes() == before


def test_nothing_is_noted_of_one_that_is_not_there(command):
    for act in (["close", "1", "--operator", "12"], ["told", "1", "--operator", "12", "--whom", "public"]):
        status, _, wrong = command("incident", *act)
        assert status == 1
        assert "Aucun incident 1" in wrong
    assert command("incident", "notice", "7", "--to", "persons")[0] == 1
    assert command(*words("change", "1"))[0] == 1


@pytest.mark.parametrize("operator", ["0", "10000", "-1"])
def test_an_operator_has_a_number(command, operator):
    status, _, wrong = command(*words("add"), "--operator", operator)
    assert status == 1
    assert "9999" in wrong


def test_a_register_that_another_hand_changed(command, config):
    command(*words("add"))
    path = config.state / NAME
    path.write_bytes(path.read_bytes().replace(b"2026-11-21", b"2026-11-01"))
    for act in (words("add"), ["incident", "list"]):
        status, _, wrong = command(*act)
        assert status == 1
        assert "n'est pas ce qui a été inscrit" in wrong


def test_another_user_than_the_services(command, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 12_345)
    status, _, wrong = command("incident", "list")
    assert status == 1
    assert "runuser -u posb" in wrong


def test_the_manuals_commands_as_they_are_written(command):
    """docs/privacy/incident-register.md, step by step, as the service's user."""
    manual = (Path(__file__).parents[2] / "docs" / "privacy" / "incident-register.md").read_text(encoding="utf-8")
    text = "".join(line for line in manual.splitlines(keepends=True) if line.startswith("    ")).replace("\\\n", "")
    typed = [shlex.split(line) for line in text.splitlines()]
    as_service = ["runuser", "-u", "posb", "--", "pos-bridge"]
    assert [each[:5] for each in typed] == [as_service] * 4
    said = [command(*each[5:]) for each in typed]
    assert [(status, wrong) for status, _, wrong in said] == [(0, "")] * 4
    assert "12" in said[1][1]
    assert "2026-11-22" in said[-1][1]
