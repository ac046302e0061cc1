"""Runs that cannot go all the way: nobody there, no card that is approved, options that were not given."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from hw_sim.processor import control
from pos_bridge.conformance.card import TestCard
from pos_bridge.conformance.duty import Result, Verdict
from tests.conformance.place import NOT_OURS, Place, made, results, track_2


def by_verdict(found: list[Result], verdict: Verdict) -> dict[str, str]:
    return {each.duty.name: each.seen for each in found if each.verdict is verdict}


def test_what_was_not_given_is_not_tried_and_said(place: Place):
    found = asyncio.run(results(place.bare()))
    assert by_verdict(found, Verdict.BROKEN) == {}
    untried = by_verdict(found, Verdict.NOT_TRIED)
    needed = {
        "keys-signed": "--root",
        "same-swipe": "--swipe",
        "declined": "--declined-card",
        "reverse-declined": "--declined-card",
        "never-less": "--partial-amount",
        "one-message": "--debit-card",
        "refund-needs-card": "--debit-card",
        "refund-to-card": "--debit-card",
        "refund-to-other-card": "--debit-card",
        "look-up-needs-no-session": "--second-certificate",
        "tills-apart": "--second-certificate",
        "refund-at-another-till": "--second-certificate",
    }
    assert untried.keys() == needed.keys()
    for name, option in needed.items():
        assert option in untried[name]


def test_where_nobody_answers_only_that_is_said(place: Place):
    place.processor.mode("down")
    first, *rest = asyncio.run(results(place.bare()))
    assert first.verdict is Verdict.BROKEN
    assert first.seen == "OpenSession was not answered: gRPC status UNAVAILABLE"
    assert {each.verdict for each in rest} == {Verdict.NOT_TRIED}
    assert {each.seen for each in rest} == {"needs session to be kept"}


def test_without_an_approved_card_there_is_nothing_to_check(place: Place):
    found = asyncio.run(results(replace(place.bare(), card=TestCard(track_2(NOT_OURS)))))
    assert by_verdict(found, Verdict.BROKEN) == {"approves": "Authorise of a new sale: declined, where approved is due"}
    assert len(by_verdict(found, Verdict.NOT_TRIED)) == len(found) - 3


def test_an_issuers_no_that_was_given_by_its_amount(place: Place):
    control.set_mode(place.processor.store.folder, "decline")
    from pos_bridge.conformance.duties import keys, sale, session

    duties = (session.session, keys.sealing_keys, sale.declined)
    found = asyncio.run(results(replace(place.bare(), declined_cents=666), duties))
    assert {each.verdict for each in found} == {Verdict.KEPT}


@pytest.mark.parametrize("ahead_s", [-600, 600])
def test_a_till_whose_clock_is_ten_minutes_off_finds_the_same(tmp_path: Path, ahead_s: int):
    own = made(tmp_path)
    try:
        control.set_clock_skew(own.processor.store.folder, ahead_s)
        found = asyncio.run(results(own.setup()))
    finally:
        own.processor.stop()
    assert {each.verdict for each in found} == {Verdict.KEPT}


def test_a_second_run_of_the_same_till_goes_on_from_the_rows_of_the_first(place: Place):
    for _ in range(2):
        found = asyncio.run(results(place.bare()))
        assert by_verdict(found, Verdict.BROKEN) == {}


def test_a_lost_answer_is_told_and_the_next_duty_begins_with_a_session_of_its_own(place: Place):
    from pos_bridge.conformance.duties import keys, sale, session

    place.processor.mode("drop-response")
    setup = replace(place.bare(), timeout_s=0.3)
    found = asyncio.run(results(setup, (replace(session.fence_rises, gate=False), session.retention)))
    assert [each.seen for each in found] == ["OpenSession was not answered: gRPC status DEADLINE_EXCEEDED"] * 2
    place.processor.mode("up")
    duties = (session.session, keys.sealing_keys, session.older_fence_refused, sale.approves)
    control.break_duty(place.processor.store.folder, "no-fencing")
    found = asyncio.run(results(place.bare(), duties))
    assert [each.verdict for each in found] == [Verdict.KEPT, Verdict.KEPT, Verdict.BROKEN, Verdict.KEPT]
