"""`journal --unresolved`: every movement that a person must know of, sales paid in part, and what to do about each."""

import json
from dataclasses import replace
from datetime import date

import pytest

from pos_bridge.cli.journal_advice import ADVICE, Advice, advice_on
from pos_bridge.domain.ledger import Advance, JournalHead
from pos_bridge.domain.leg import IN_MEMORY, Cause, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.journal.report import RecordedSale
from pos_bridge.journal.schema import STEPS, UNSETTLED
from tests.journal.makers import (
    authorised,
    capturing,
    card,
    cash,
    confirmed_by_till,
    owed,
    paid,
    part,
    refund,
    refunded,
    reversing,
)

SALE = RecordedSale(
    leg=b"", key=LegKey.fresh(), sale=None, day=date(2026, 11, 23), hour=14, till=7, tender=Tender.CARD, kind=Kind.SALE,
    cents=100, due=None, approved=None, state=State.INTENT, cause=None, told=True, steps=(1,),
)  # fmt: skip
EVERY = [(tender, kind, state) for (tender, kind), states in STEPS.items() for state in states]


@pytest.mark.parametrize("told", [True, False, None])
@pytest.mark.parametrize("movement", EVERY, ids=str)
def test_whatever_is_unresolved_has_its_advice(movement, told):
    tender, kind, state = movement
    sale = replace(SALE, tender=tender, kind=kind, state=state, told=told)
    if sale.unresolved:
        assert ADVICE[advice_on(sale)].en
    assert sale.unresolved or (state not in UNSETTLED and state is not State.CAPTURE_LOST)


def test_every_advice_is_given():
    causes = (None, *Cause)
    given = {
        advice_on(replace(SALE, tender=tender, kind=kind, state=state, cause=cause, told=told))
        for tender, kind, state in EVERY
        for cause in causes
        for told in (True, False)
        if replace(SALE, tender=tender, kind=kind, state=state, told=told).unresolved
    }
    assert set(Advice) - given == {Advice.HALF_PAID, Advice.CANCELLING}
    assert IN_MEMORY.isdisjoint(state for _, _, state in EVERY)


def test_the_money_of_a_customer_who_was_told_otherwise_comes_first(running, command):
    owed_back, doubtful, stuck = card(100), card(200), card(300)
    for opening in (owed_back, doubtful, stuck):
        running.open_leg(opening)
        running.advance(reversing(opening))
    running.advance(Advance(owed_back.key, State.UNRESOLVED, Cause.CARD_NEEDED))
    running.advance(Advance(doubtful.key, State.UNRESOLVED, Cause.IN_DOUBT))
    _, out, _ = command("journal", "--unresolved", "--lang", "en")
    table, todo = out.split("What to do:\n")
    assert [str(opening.key) in table for opening in (owed_back, doubtful, stuck)] == [True, True, True]
    lines = todo.splitlines()
    assert lines[0].startswith("  a person must decide (the reversal needs the card): The customer paid")
    assert lines[1].startswith("  a person must decide (the processor's books do not settle it): Ask the processor")
    assert lines[2].startswith("  being reversed: Nothing")
    assert "pos-bridge decide --config FILE KEY paid | not-paid | reverse" in lines[3]


def test_each_kind_of_movement(running, command):
    sale = paid(running, 9000)
    running.mark_told(sale.key)
    waits, back, coins, native = refund(sale.key, 100), refund(sale.key, 200), owed(1233), confirmed_by_till()
    for opening in (waits, back, coins, native):
        running.open_leg(opening)
    running.advance(refunded(back))
    running.advance(authorised(native))
    running.mark_told(native.key)
    _, out, _ = command("journal", "--unresolved")
    rows = {line.split()[-1]: line for line in out.splitlines() if line.startswith("2026")}
    assert rows[str(waits.key)].split()[3:-1] == ["remboursement", "carte", "1,00", "$", "en", "cours"]
    assert "remboursé; réponse jamais reçue par la caisse" in rows[str(back.key)]
    assert "comptant attendu" in rows[str(coins.key)]
    assert "approuvée, pas encore confirmée par la caisse" in rows[str(native.key)]
    assert str(sale.key) not in out
    assert "decide" not in out
    _, out, _ = command("journal", "--unresolved", "--json")
    legs = {leg["key"]: leg for leg in json.loads(out)["legs"]}
    assert (legs[str(waits.key)]["kind"], legs[str(waits.key)]["sale"]) == ("refund", str(sale.key))
    assert legs[str(coins.key)]["due"] == 1235


def test_a_sale_that_is_paid_in_part(running, command):
    of = part(5000, outside=1000)
    one, other = card(1500, basket=of), cash(1233, basket=of)
    running.open_leg(one)
    running.advance(capturing(one))
    running.open_leg(other)
    for opening in (one, other):
        running.mark_told(opening.key)
    _, out, _ = command("journal", "--unresolved", "--lang", "en")
    assert "Half-paid sales: 1" in out
    assert "  Due $50.00; paid $37.33, of which $10.00 elsewhere; remaining $12.67; waiting for the rest." in out
    assert f"    sale  $15.00  approved  {one.key}" in out
    assert f"    sale  $12.33  paid  {other.key}" in out
    assert "waiting for the rest: At the till" in out
    _, out, _ = command("journal", "--unresolved", "--json")
    (basket,) = json.loads(out)["baskets"]
    assert [basket[name] for name in ("state", "due", "paid", "outside", "remaining")] == [
        "open", 5000, 3733, 1000, 1267,
    ]  # fmt: skip
    assert [leg["key"] for leg in basket["legs"]] == [str(one.key), str(other.key)]
    running.cancel_basket(of.reference)
    _, out, _ = command("journal", "--unresolved")
    assert "annulation en cours : Les cartes sont remboursées" in out
    assert of.reference.hex() not in out


def test_nothing_but_a_half_paid_sale(running, command):
    opening = cash(1000, basket=part(5000))
    running.open_leg(opening)
    running.mark_told(opening.key)
    _, out, _ = command("journal", "--unresolved")
    assert out.startswith("Ventes payées en partie : 1\n")
    assert json.loads(command("journal", "--unresolved", "--json")[1])["legs"] == []


def test_only_a_month_is_asked_for_and_cash_that_was_due_in_the_month_before(running, command, clock):
    opening = owed(1233)
    running.open_leg(opening)
    clock.turn(days=10)
    running.advance(Advance(opening.key, State.CASH_TAKEN))
    now = cash(500)
    running.open_leg(now)
    found = {
        month: [sale["key"] for sale in json.loads(command("journal", "--json", "--month", month)[1])]
        for month in ("2026-11", "2026-12")
    }
    assert found == {"2026-11": [str(opening.key)], "2026-12": [str(now.key)]}


@pytest.mark.parametrize(("language", "says"), [("fr", "Le processeur refuse ce journal"), ("en", "Cards are refused")])
def test_a_journal_that_the_processor_refuses(running, command, language, says):
    sale = paid(running)
    running.mark_told(sale.key)
    shown = JournalHead(77, bytes(range(32)))
    running.note_refused_head(shown)
    status, out, _ = command("journal", "--unresolved", "--lang", language)
    assert status == 1
    assert says in out
    assert "pos-bridge decide journal" in out
    assert "docs/day-end.md" in out
    status, out, _ = command("journal", "--unresolved", "--json")
    assert (status, json.loads(out)) == (1, {"journal_refused": True, "legs": [], "baskets": []})
    assert command("journal")[0] == 0, "the sales themselves are as they are"
    running.close()
    assert command("decide", "journal")[0] == 0
    assert command("journal", "--unresolved")[:2] == (0, "Rien à régler.\n")


def test_a_refused_journal_is_said_before_what_is_unresolved(running, command):
    stuck = card()
    running.open_leg(stuck)
    running.note_refused_head(JournalHead(77, bytes(range(32))))
    status, out, _ = command("journal", "--unresolved", "--lang", "en")
    assert status == 1
    assert out.index("The processor refuses this journal") == 0 < out.index(str(stuck.key)) < out.index("\nWhat to do:")


def test_what_the_processor_never_saw_is_ended_by_paid_or_not_paid_only():
    said = ADVICE[Advice.DECIDE]
    assert "payé ou non payé seulement" in said.fr
    assert "paid or not paid only" in said.en


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (Cause.NO_ANSWER, "no answer from the processor"),
        (Cause.WRONG_ANSWER, "an answer to another question"),
        (Cause.UNRECORDED, "the approval could not be recorded"),
        (Cause.RECOVERED, "found open at start"),
    ],
)
def test_what_a_cashier_is_told_as_no_answer_is_listed_with_its_reason(running, command, cause, words):
    sale = card(100)
    running.open_leg(sale)
    running.advance(Advance(sale.key, State.REVERSING, cause))
    _, out, _ = command("journal", "--unresolved", "--lang", "en")
    (line,) = (line for line in out.splitlines() if str(sale.key) in line)
    assert words in line
    (listed,) = json.loads(command("journal", "--unresolved", "--json")[1])["legs"]
    assert listed["cause"] == cause.value
