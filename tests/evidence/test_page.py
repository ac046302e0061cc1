"""The printed report: as it was looked at in a browser, well formed whatever stands in it, and it fetches nothing."""

import os
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.checkup.finding import Weight
from pos_bridge.dossier.html import DOCTYPE
from pos_bridge.evidence.page import page
from pos_bridge.evidence.report import Report
from pos_bridge.evidence.requirement import State
from pos_bridge.evidence.seal import Signer
from pos_bridge.words import LANGUAGES, Words
from tests.evidence.makers import NASTY, USUAL, found, report

GOLDEN = Path(__file__).parent / "golden"
SIGNER = Signer("cd" * 32)


def parsed(made: Report, language: str) -> ET.Element:
    first, _, rest = page(made, language).decode("utf-8").partition("\n")
    assert first == DOCTYPE
    return ET.fromstring(rest)


def words(root: ET.Element) -> str:
    return re.sub(r"\s+", " ", " ".join(root.itertext()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_as_it_was_looked_at(language):
    """After a change that is meant: `WRITE_GOLDEN=1`, and look at both pages in a browser, and printed."""
    made = page(report(*USUAL, signer=SIGNER), language)
    file = GOLDEN / f"{language}.html"
    if os.environ.get("WRITE_GOLDEN"):
        file.write_bytes(made)
    assert made == file.read_bytes()


@given(st.text(max_size=60), st.sampled_from(LANGUAGES))
def test_whatever_stands_in_a_finding_is_text(anything, language):
    made = report(found("alpha", Weight.MEND, Words("{x} fr", "{x} en"), x=anything), poiid=anything)
    usual = {each.tag for each in parsed(report(*USUAL), language).iter()}
    assert {each.tag for each in parsed(made, language).iter()} <= usual


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hostile_text_is_shown_and_does_nothing(language):
    made = report(found("alpha", Weight.MEND, Words("{x} fr", "{x} en"), x=NASTY), poiid=NASTY)
    raw = page(made, language)
    assert b"<script" not in raw
    assert "<script>alert(1)</script>" in words(parsed(made, language))


def test_it_fetches_nothing_and_runs_nothing():
    raw = page(report(*USUAL), "fr").decode()
    assert re.search(r"(\b(src|href)=|url\(|@import|<script|<link|<img| on\w+=)", raw) is None
    assert "default-src &#39;none&#39;" in raw


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_state_has_its_word_and_its_reason(language):
    made = report(*USUAL)
    told = words(parsed(made, language))
    assert [row.state for row in made.rows] == [
        State.SHOWN,
        State.NOT_SHOWN,
        State.NOT_CHECKED,
        State.NOT_CHECKED,
    ]
    for row in made.rows:
        assert row.requirement.asked.to(language) in told
        assert all(each.to(language) in told for each in row.findings)
        assert all(check in told for check in row.absent)
    for each in made.beyond:
        assert each.what.to(language) in told
    for finding in made.findings:
        assert finding.text(language) in told


def test_a_report_that_nobody_signed_says_so():
    assert "non signé" in words(parsed(report(*USUAL), "fr"))
    assert ".sig" not in words(parsed(report(*USUAL), "fr"))
    assert SIGNER.key in words(parsed(report(*USUAL, signer=SIGNER), "fr"))
