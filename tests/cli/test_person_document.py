"""docs/privacy/rights.md, executed as it is written: each command at a terminal, in order, with what it answers."""

import os
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from pos_bridge.cli.person_words import say
from pos_bridge.domain.identity import Purpose
from pos_bridge.domain.person import Refusal, Whose
from tests.cli.people import Office

DOCUMENT = Path(__file__).parents[2] / "docs" / "privacy" / "rights.md"
LIKE_THIS = "$ runuser -u posb -- pos-bridge "
PROMPTS = (say("ask_number", "fr"), say("ask_erase", "fr"), "> ")
QUESTIONS = (*PROMPTS, say("ask_changes", "fr", fields="nom")[:12])


def commands() -> Iterator[tuple[str, list[str], list[str]]]:
    """What is run, typed and answered: of each indented block that runs the command."""
    for block in re.findall(r"(?:^    .*\n)+", DOCUMENT.read_text(), re.MULTILINE):
        lines = [line[4:] for line in block.splitlines()]
        while lines and not lines[0].startswith(LIKE_THIS):
            lines.pop(0)
        if not lines:
            continue
        command, *rest = lines
        typed = [line.removeprefix(prompt) for line in rest for prompt in PROMPTS if line.startswith(prompt.rstrip())]
        answered = [line for line in rest if not line.startswith(tuple(each.rstrip() for each in QUESTIONS))]
        yield command.removeprefix(LIKE_THIS), typed, answered


def without_days(text: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\d", "DAY", text)


@pytest.fixture
def shop(office: Office, tmp_path: Path) -> Office:
    """With everybody of the document: a member, and a gift's recipient; and a copy of the ledger off the till."""
    office.enrol(Purpose.PROGRAMME, Purpose.OFFERS)
    office.deliver(Whose.RECIPIENT)
    assert office.config.identity is not None
    (tmp_path / "share").mkdir()
    identity = msgspec.structs.replace(office.config.identity, erasures_copy="share/erasures")
    return replace(office, config=replace(office.config, identity=identity))


def test_there_is_a_command_for_each_right():
    acts = [command.split()[1] for command, _, _ in commands()]
    assert acts == ["receive", "due", "access", "show", "rectify", "withdraw", "erase", "proof", "refuse"]


def test_as_it_is_written(shop: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for command, typed, answered in commands():
        if command.startswith("person refuse"):
            shop.enrol()  # they came back
        words = command.replace("/run/for-them", str(tmp_path / "for-them"))
        master, slave = os.openpty()
        try:
            with os.fdopen(slave, encoding="utf-8") as terminal:
                os.write(master, "".join(f"{line.strip()}\n" for line in typed).encode())
                monkeypatch.setattr("sys.stdin", terminal)
                status, out, err = shop.command(*shlex.split(words), loaded=shop.config)
        finally:
            os.close(master)
        assert status == 0, (command, err)
        said = out.replace(str(tmp_path / "for-them"), "/run/for-them")
        assert without_days(said) == without_days("".join(f"{line}\n" for line in answered)), command
    assert (tmp_path / "for-them" / "1" / "access.html").exists()


def test_each_word_of_the_commands_is_documented():
    text = DOCUMENT.read_text()
    for word in ("--purpose", "--all", "--channel", "--on", "--because", "--to", "--page", "--json", "--operator"):
        assert f"{word}" in text


def test_the_refusals_are_all_there():
    rows = re.findall(r"^\| `([a-z-]+)` \|", DOCUMENT.read_text(), re.MULTILINE)
    assert {refusal.name.lower().replace("_", "-") for refusal in Refusal} <= set(rows)
