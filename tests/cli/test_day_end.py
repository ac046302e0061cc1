"""`day-end` as it is told; what it compares is tested in tests/checkout and tests/surfaces."""

import json
from dataclasses import replace

import pytest

from pos_bridge.cli.day_end_view import Day, as_json, told
from pos_bridge.cli.journal_words import LANGUAGES
from pos_bridge.domain.authorisation import Holding
from pos_bridge.domain.basket import Basket, BasketLeg
from pos_bridge.domain.happening import Standing
from pos_bridge.domain.ledger import JournalHead, KnownBasket
from pos_bridge.domain.leg import SETTLED, Cause, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.totals import Difference, Gap, Period, PeriodLeg
from pos_bridge.journal.beside_engine import JournalBesideEngine
from tests.journal.makers import paid

A, B = LegKey.parse("aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"), LegKey.parse("bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb")
SALE = PeriodLeg(A, Tender.CARD, Kind.SALE, State.CAPTURED, 12_34)
HALF = KnownBasket(bytes(32), Basket(Amount(30_00), 0, False, (BasketLeg(Kind.SALE, State.CAPTURED, 10_00),)), (A,))


def day(*legs: PeriodLeg, **other: object) -> Day:
    parts: dict[str, object] = {"baskets": (), "differences": (), **other}
    return Day(Period(3, legs), **parts)  # type: ignore[arg-type] # as given


def text(shown: Day, language: str = "en") -> str:
    return "\n".join(told(shown, language))


def test_a_day_that_agrees():
    legs = (SALE, SALE, PeriodLeg(B, Tender.CASH, Kind.SALE, State.CASH_TAKEN, 12_35))
    shown = day(*legs, PeriodLeg(B, Tender.CARD, Kind.REFUND, State.REFUNDED, 1_00))
    assert shown.agrees
    assert text(shown).splitlines() == [
        "Since day end 3 (the till ends the day by a Reconciliation)",
        "  card, sale    2  $24.68",
        "  card, refund  1   $1.00",
        "  cash, sale    1  $12.35",
        "",
        "The books agree.",
    ]
    assert "Nothing moved." in text(day())
    assert "Since the first sale" in text(Day(Period(0, ()), (), ()))


def test_a_processor_that_could_not_be_asked_is_no_agreement():
    shown = day(SALE, differences=None)
    assert not shown.agrees
    assert "could not be asked" in text(shown)
    assert "agree" not in text(shown)


@pytest.mark.parametrize("there", [Standing.NOT_SEEN, Standing.TOMBSTONE])
def test_what_the_processor_never_saw_has_no_amount_there(there):
    lines = text(day(SALE, differences=(Difference(A, Gap.STATE, SALE, there, 12_34),))).splitlines()
    (said,) = [line for line in lines if "The processor says" in line]
    assert "$" not in said


def test_what_a_person_decides_about_comes_with_what_the_processor_says():
    leg = PeriodLeg(A, Tender.CARD, Kind.SALE, State.UNRESOLVED, 12_34)
    shown = day(leg)
    shown.found_out[A] = (Cause.IN_DOUBT, Holding(Standing.CAPTURED, Amount(12_34)))
    assert not shown.agrees
    lines = text(shown).splitlines()
    assert f"  {A}  card, sale, $12.34: a person must decide" in lines
    assert "    The processor says: captured, $12.34." in lines
    assert any("pos-bridge decide" in line for line in lines)
    assert lines[-1] == "To look at: 1."
    shown.found_out[A] = (Cause.TOO_LATE, Holding(Standing.NOT_SEEN))
    assert "The processor says: never seen." in text(shown)
    assert "Give the money back" in text(shown)


@pytest.mark.parametrize("gap", list(Gap))
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_difference_is_named_by_its_leg_with_what_to_do(gap, language):
    here = None if gap is Gap.ONLY_THERE else SALE
    standing = None if gap is Gap.ONLY_HERE else Standing.CAPTURED
    found = Difference(A, gap, here, standing, None if standing is None else 99)
    shown = day(SALE, differences=(found,))
    assert not shown.agrees
    lines = told(shown, language)
    place = next(place for place, line in enumerate(lines) if str(A) in line)
    assert any(line.startswith("    → ") for line in lines[place:])
    assert any(("$0.99" in line or "0,99 $" in line) for line in lines) is (standing is not None)


def test_half_paid_sales_are_listed():
    shown = day(SALE, baskets=(HALF,))
    assert not shown.agrees
    assert "$20.00" in text(shown)
    assert "the same sale reference" in text(shown)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_that_can_be_left_has_its_sentence(language):
    for state in set(State) - SETTLED - {State.SENDING, State.AGREEING} | {State.CAPTURE_LOST}:
        tender = Tender.CASH if state is State.CASH_DUE else Tender.CARD
        shown = day(PeriodLeg(None, tender, Kind.SALE, state, 5_00))
        assert not shown.agrees
        assert any(line.startswith("    → ") for line in told(shown, language)), state


@pytest.mark.parametrize(("language", "says"), [("fr", "Le processeur refuse ce journal"), ("en", "Cards are refused")])
def test_a_refused_journal_is_said_before_all_and_is_no_agreement(language, says):
    shown = day(SALE, refused=True)
    assert not shown.agrees
    assert as_json(shown)["journal_refused"] is True
    first, *_, last = told(shown, language)
    assert says in first
    assert "pos-bridge decide journal" in first
    assert last.endswith("1.")
    assert as_json(day(SALE))["journal_refused"] is False


@pytest.mark.parametrize("said", [True, False])
def test_the_refusal_is_read_beside_the_engine(running, folder, clock, said):
    paid(running)
    if said:
        running.note_refused_head(JournalHead(77, bytes(range(32))))
    assert JournalBesideEngine(folder, clock).is_refused() is said


def test_json():
    found = Difference(A, Gap.STATE, SALE, Standing.REVERSED, 12_34)
    shown = as_json(day(SALE, differences=(found,), baskets=(HALF,)))
    assert json.loads(json.dumps(shown)) == shown
    assert shown["totals"] == [{"tender": "card", "kind": "sale", "count": 1, "cents": 12_34}]
    assert shown["differences"] == [
        {
            "key": str(A),
            "gap": "state",
            "here": {"key": str(A), "tender": "card", "kind": "sale", "outcome": "captured", "cents": 12_34},
            "processor": "reversed",
            "processor_cents": 12_34,
        }
    ]
    assert as_json(day(differences=None))["differences"] is None
    assert as_json(day())["agrees"] is True


def test_what_cannot_be_told(command, running):
    """The till's keys are not there; and a journal that is none."""
    status, out, err = command("day-end")
    assert (status, out) == (2, "")
    assert "card_room.trust" in err


@pytest.mark.parametrize(
    ("language", "row"),
    [
        ("fr", "  carte, vente, défait après la fermeture  1  -12,34 $"),
        ("en", "  card, sale, undone after its day end  1  -$12.34"),
    ],
)
def test_what_was_voided_after_its_day_end_is_taken_off(language, row):
    voided = replace(SALE, state=State.REVERSED, counted=12_34)
    shown = day(voided)
    assert shown.agrees
    assert row in text(shown, language).splitlines()
    assert as_json(shown)["totals"] == []
    assert as_json(shown)["taken_back"] == [{"tender": "card", "kind": "sale", "count": 1, "cents": 12_34}]


def test_days_that_were_compared_again_are_named():
    lines = text(day(SALE, again={41: True, 42: False})).splitlines()
    assert "Day 41, closed without the processor's agreement, was compared: the books agree now." in lines
    assert any("Day 42" in line and "pos-bridge day-end --day 42" in line for line in lines)
    assert as_json(day(again={41: True}))["compared_again"] == [{"period": 41, "agrees": True}]


def test_a_closed_day_is_shown_as_it_was_and_what_is_open_as_it_is():
    was = PeriodLeg(A, Tender.CARD, Kind.SALE, State.CAPTURING, 12_34)
    shown = Day(Period(41, (was,), ended_ms=1), (), (), now=(SALE,))
    assert shown.agrees
    assert text(shown).splitlines()[:2] == [
        "Day 41, as it was closed (POIReconciliationID 41)",
        "  card, sale  1  $12.34",
    ]
    assert as_json(shown)["closed"] is True
    assert not Day(shown.period, (), (), now=(was,)).agrees


def test_without_a_journal(command):
    assert command("day-end", "--lang", "en")[0] == 2
