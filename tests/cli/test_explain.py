"""`explain`: what is kept about a sale, a refund, a part of a sale, computed from what is stored."""

import pytest

from pos_bridge.cli.journal_words import LANGUAGES
from pos_bridge.domain.ledger import Advance
from pos_bridge.domain.leg import Cause, State
from tests.journal.makers import card, cash, cash_back, paid, part, refund, refunded, reversing, voiding


def test_a_cash_sale_in_both_languages_french_first(running, command):
    sale = cash(1233)
    running.open_leg(sale)
    status, out, _ = command("explain", str(sale.key))
    assert status == 0
    assert out.index("À votre sujet : rien.") < out.index("About you: nothing.")
    assert "Comptant, 12,33 $, arrondi à 12,35 $ : payée." in out
    assert "entre 14 h et 15 h" in out
    assert "14:40" not in out
    assert "processeur" not in out.split("Ce qui n'est pas gardé")[1]


def test_what_needed_no_rounding_is_not_called_rounded(running, command):
    sale = cash(1235)
    running.open_leg(sale)
    _, out, _ = command("explain", str(sale.key))
    assert "Comptant, 12,35 $ : payée." in out
    assert "Cash, $12.35: paid." in out


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_language(running, command, language):
    sale = paid(running)
    _, out, _ = command("explain", str(sale.key), "--lang", language)
    assert ("À votre sujet" in out) is (language == "fr")
    assert ("About you" in out) is (language == "en")


def test_the_last_sale(running, command):
    running.open_leg(cash())
    older = card(5000)
    running.open_leg(older)
    newest = cash(777)
    running.open_leg(newest)
    running.advance(reversing(older))  # a later row, of an earlier sale
    assert str(newest.key) in command("explain", "last")[1]


def test_only_what_is_stored_is_told(running, command, clock):
    sale = card()
    running.open_leg(sale)
    exact, hours = "this sale's exact times", "for 48 hours"
    told = command("explain", "last", "--lang", "en")[1]
    assert exact in told
    assert hours in told
    assert "The minute of the sale." not in told
    running.advance(Advance(sale.key, State.ENDED, Cause.NO_CARD))
    told = command("explain", "last", "--lang", "en")[1]
    assert exact not in told
    assert hours in told
    assert "The minute of the sale." in told
    assert "Why: no card presented." in told
    clock.turn(hours=49)
    running.rest()
    told = command("explain", "last", "--lang", "en")[1]
    assert hours not in told
    assert "18 months" in told


def test_a_sale_of_long_ago(running, command, clock):
    sale = paid(running)
    running.mark_told(sale.key)
    clock.turn(days=31)
    running.open_leg(cash())
    status, out, _ = command("explain", str(sale.key), "--lang", "en")
    assert status == 0
    assert "on 2026-11-23" in out


_ABSENT = "0a45da0c-25c1-4c9f-b1d8-b8de8b4a70b1"


@pytest.mark.parametrize("name", ["nothing", "", "4921817844445119", _ABSENT, _ABSENT[:8], "0" * 32])
def test_no_such_sale(running, command, name):
    running.open_leg(cash())
    status, out, err = command("explain", name)
    assert (status, out) == (3, "")
    assert err.startswith("Aucune vente" if name == _ABSENT else "Une vente se nomme par sa clé entière")
    assert name == "" or name not in err
    said = command("explain", name, "--lang", "en")[2]
    assert said.startswith("No sale of that name" if name == _ABSENT else "A sale is named by its whole key")


def test_an_empty_journal_has_no_last_sale(running, command):
    assert command("explain", "last")[0] == 3


def test_a_column_that_nobody_accounted_for_is_told(running, command, unaccounted):
    sale = paid(running)
    unaccounted(sale.key)
    status, out, _ = command("explain", "last", "--lang", "en")
    assert status == 1
    assert "customers.name" in out
    assert "About you: nothing" not in out
    assert "somebody" not in out


# ---- refunds, voids, sales in parts ----


def test_a_refund_is_told_as_one(running, command):
    sale = paid(running, 5000)
    opening = refund(sale.key, 2000)
    running.open_leg(opening)
    running.advance(refunded(opening))
    status, out, _ = command("explain", str(opening.key))
    assert status == 0
    assert f"Remboursement {opening.key}" in out
    assert f"De la vente {sale.key}." in out
    assert "Carte, 20,00 $ : remboursé." in out
    assert f"Refund {opening.key}" in out
    assert "which sale a refund is of" in out
    told = command("explain", str(sale.key), "--lang", "en")[1]
    assert f"Sale {sale.key}" in told
    assert "which sale a refund is of" in told  # the refund names it
    assert str(opening.key) not in told


def test_cash_that_was_given_back(running, command):
    opening = cash_back(1233)
    running.open_leg(opening)
    status, out, _ = command("explain", str(opening.key), "--lang", "fr")
    assert status == 0
    assert "Comptant, 12,33 $, arrondi à 12,35 $ : rendu au client." in out


def test_a_void_is_told(running, command):
    sale = paid(running)
    running.advance(voiding(sale))
    told = command("explain", str(sale.key), "--lang", "en")[1]
    assert "being reversed" in told
    assert "nobody owes anything" not in told
    running.advance(Advance(sale.key, State.REVERSED, Cause.VOIDED))
    status, out, _ = command("explain", str(sale.key))
    assert status == 0
    assert "Pourquoi : reprise en entier par la caisse." in out
    assert "The till took the whole sale back: nobody owes anything." in out
    assert "si la demande a repris la vente" in out


def test_a_part_of_a_sale_is_told_as_one(running, command, clock):
    of = part(5000)
    opening = cash(1000, basket=of)
    running.open_leg(opening)
    status, out, _ = command("explain", str(opening.key))
    assert status == 0
    assert "La vente est payée en plusieurs parties; ceci en est une." in out
    assert "the amount due, and what of it is paid elsewhere" in out
    assert of.reference.hex() not in out
    running.open_leg(cash(4000, basket=of))
    running.mark_told(opening.key)
    clock.turn(hours=49)
    running.rest()
    assert "en plusieurs parties" not in command("explain", str(opening.key))[1]
