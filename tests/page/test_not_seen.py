"""What is not known yet, or was not looked at, is neither well nor ill on the page."""

from typing import Any

import msgspec
import pytest

from pos_bridge.admin.told import Overview
from pos_bridge.checkup import engine, firewall
from pos_bridge.checkup.finding import Finding
from pos_bridge.page.facts import Findings
from pos_bridge.page.frame import Frame
from pos_bridge.page.overview import overview
from pos_bridge.page.words import WORDS
from pos_bridge.words import LANGUAGES, Language
from tests.page.till import OVERVIEW

WELL: dict[str, Any] = {
    **OVERVIEW,
    "readers": OVERVIEW["readers"][:1],
    "certificates": OVERVIEW["certificates"][:1],
    "unresolved": {"count": 0, "legs": []},
}
NOT_YET = {**WELL, "processor": {"reachable": None, "session_opened": None}}
RUNS = engine.RUNS(port="8443")


def shown(language: Language, told: dict[str, Any], *found: Finding) -> str:
    return str(overview(Frame(language, ""), msgspec.convert(told, Overview), Findings(found, 1.0)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_processor_that_was_not_looked_at_yet(language):
    page = shown(language, NOT_YET, RUNS)
    assert WORDS["not_looked_yet"].to(language) in page
    for wrong in ("unreached", "reached", "all_well"):
        assert f">{WORDS[wrong].to(language)}<" not in page
    assert 'class="stop"' not in page
    assert 'class="unseen"' in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_could_not_be_looked_at_from_here(language):
    hidden = firewall.NOT_SEEN()
    page = shown(language, WELL, RUNS, hidden)
    assert hidden.weight.value.to(language) in page
    assert WORDS["none_ill"].to(language) not in page
    assert WORDS["all_well"].to(language) not in page
    assert WORDS["all_well"].to(language) in shown(language, WELL, RUNS)


def test_a_fault_is_told_before_it():
    page = shown("en", NOT_YET, firewall.NOT_SEEN(), engine.JOURNAL_DOWN())
    assert page.index("1 to settle now") < page.index("not looked at yet")
