"""The simulated processor keeps every duty; with one thing broken it is told in exactly the rows that it breaks."""

import asyncio
import re
from pathlib import Path

import pytest

from hw_sim.processor import control
from hw_sim.processor.broken import BROKEN
from pos_bridge.conformance.duty import Verdict
from pos_bridge.conformance.table import DUTIES
from tests.conformance.place import Place, results

ROWS = {
    "no-tombstones": {"tombstone", "tombstone-then-authorise", "tombstone-then-others"},
    "not-idempotent": {"same-request", "copies-at-once", "same-swipe", "reconcile-agrees"},
    "refunds-again": {"same-refund", "refund-to-card", "reconcile-agrees"},
    "other-money": {"other-money"},
    "no-deadline": {"late-authorise", "late-refund"},
    "deadline-first": {"late-resend"},
    "serial-first": {"same-swipe"},
    "no-fencing": {"older-fence-refused", "fenced-then-done"},
    "one-fence": {"fence-rises", "older-fence-refused", "fenced-then-done"},
    "forgets-rows": {"last-seen"},
    "short-retention": {"retention"},
    "no-epoch": {"epoch"},
    "wrong-time": {"clock"},
    "unbound": {"binding"},
    "approves-less": {"never-less"},
    "cards-own-code": {"sales-apart"},
    "other-key": {"echoes"},
    "capture-once": {"capture-again"},
    "over-capture": {"capture-too-much", "capture-other-amount"},
    "forgets-reversals": {
        "reverse-approved",
        "reverse-captured",
        "reversed-then-authorise",
        "reversed-then-capture",
        "refund-to-card",
        "look-up-states",
    },
    "reverses-refunded": {"refunded-then-reverse"},
    "forgets-refusals": {"refund-no-is-final", "reconcile-agrees"},
    "over-refund": {"refund-up-to-captured", "refund-too-much", "refund-of-less-captured", "refund-twice"},
    "look-up-charges": {"look-up-changes-nothing"},
    "no-receipt": {"other-money", "capture-again", "look-up-receipt", "sales-apart"},
    "tells-a-name": {"within-the-protocol"},
    "takes-malformed": {"malformed-sales", "unknown-fields"},
    "takes-unknown-fields": {"unknown-fields"},
    "lists-no-reversals": {"reconcile-agrees"},
    "starts-over": {"reconcile-pages"},
}


def test_the_simulated_processor_keeps_every_duty(place: Place):
    found = asyncio.run(results(place.setup()))
    assert [(each.duty.name, each.seen) for each in found if each.verdict is not Verdict.KEPT] == []
    assert len(found) == len(DUTIES)


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_told_in_its_rows_and_in_no_others(place: Place, name: str):
    control.break_duty(place.processor.store.folder, name)
    found = asyncio.run(results(place.setup()))
    broken = {each.duty.name: each.seen for each in found if each.verdict is Verdict.BROKEN}
    assert broken.keys() == ROWS[name], broken
    assert all(broken.values()), "each says what was seen"
    assert {each.duty.name for each in found if each.verdict is Verdict.NOT_TRIED} == set()


def test_every_breakage_has_its_rows():
    assert ROWS.keys() == BROKEN.keys()
    assert set().union(*ROWS.values()) <= {duty.name for duty in DUTIES}


def test_each_duty_says_what_it_is_why_it_matters_and_what_to_do():
    assert len({duty.name for duty in DUTIES}) == len(DUTIES)
    for duty in DUTIES:
        assert all((duty.text, duty.why, duty.advice)), duty.name
        assert duty.text.endswith("."), duty.name


def test_the_document_has_every_duty_in_its_order():
    page = (Path(__file__).parents[2] / "docs" / "conformance.md").read_text()
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (.+) \|$", page.split("## The duties")[1], re.MULTILINE)
    assert rows == [(duty.name, duty.text) for duty in DUTIES]
