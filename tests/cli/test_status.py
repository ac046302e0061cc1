"""`pos-bridge status`: what is not known yet is said so, in both forms, and is no 0."""

import json
from dataclasses import replace

import pytest

from pos_bridge.cli import status
from pos_bridge.cli.status_words import WORDS
from pos_bridge.config.upkeep import Admin
from tests.page.till import OVERVIEW

WELL = {
    **OVERVIEW,
    "readers": OVERVIEW["readers"][:1],
    "certificates": OVERVIEW["certificates"][:1],
    "unresolved": {"count": 0, "legs": []},
}


@pytest.mark.parametrize(
    "case",
    [
        (True, "reachable", status.OK),
        (False, "unreachable", status.NOT_WELL),
        (None, "not_looked_yet", status.NOT_WELL),
    ],
)
def test_the_processor(command, config, monkeypatch, case):
    reachable, word, code = case
    told = {**WELL, "processor": {"reachable": reachable, "session_opened": None}}
    monkeypatch.setattr(status, "ask", lambda *_: told)
    asking = replace(config, admin=Admin(socket="admin.sock"))
    for language in ("fr", "en"):
        done, said, wrong = command("status", "--lang", language, loaded=asking)
        assert (done, wrong) == (code, "")
        assert f"  {WORDS[word].to(language)}\n" in said
    done, said, _ = command("status", "--json", loaded=asking)
    assert (done, json.loads(said)["processor"]["reachable"]) == (code, reachable)


def test_each_language_writes_names_and_amounts_its_own_way(command, config, monkeypatch):
    sale = {"day": "2026-11-23", "hour": 9, "tender": "card", "kind": "sale", "cents": 4750, "outcome": "captured"}
    monkeypatch.setattr(status, "ask", lambda *_: {**WELL, "sales": [sale]})
    asking = replace(config, admin=Admin(socket="admin.sock"))
    _, french, _ = command("status", "--lang", "fr", loaded=asking)
    _, english, _ = command("status", "--lang", "en", loaded=asking)
    reader = WELL["readers"][0]["name"]
    assert (f"  {reader} : " in french, "  47,50 $  " in french) == (True, True)
    assert (f"  {reader}: " in english, "  $47.50  " in english) == (True, True)
