"""The report for a computer: every name documented, one shape, whatever stands in it."""

import json
import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.checkup.finding import Weight
from pos_bridge.evidence.seal import Signer
from pos_bridge.evidence.structured import FORMAT, to_bytes
from pos_bridge.words import Words
from tests.evidence.makers import NASTY, USUAL, found, report

DOCUMENT = Path(__file__).parents[2] / "docs" / "evidence.md"


def names(told: object) -> set[str]:
    if isinstance(told, dict):
        return set(told) | {name for value in told.values() for name in names(value)}
    if isinstance(told, list):
        return {name for value in told for name in names(value)}
    return set()


def test_each_name_is_documented_and_no_other():
    told = json.loads(to_bytes(report(*USUAL, signer=Signer("cd" * 32))))
    section = DOCUMENT.read_text().partition("## The JSON file")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == names(told)
    assert FORMAT in section


def test_what_a_row_tells():
    told = json.loads(to_bytes(report(*USUAL)))
    assert [row["state"] for row in told["requirements"]] == ["shown", "not_shown", "not_checked", "not_checked"]
    assert told["requirements"][3]["not_looked_at"] == ["delta"], "what spoils a row need not come"
    assert told["signer"] is None
    assert told["day"] == "2026-11-23"


@given(st.text(max_size=60) | st.just(NASTY))
def test_any_text_comes_through_as_it_is(anything):
    made = report(found("alpha", Weight.MEND, Words("{x} fr", "{x} en"), x=anything))
    told = json.loads(to_bytes(made))
    assert told["findings"][0]["fr"] == f"{anything} fr"
    assert told["requirements"][0]["findings"][0]["en"] == f"{anything} en"
