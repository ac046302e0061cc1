"""`explain`: what is kept about a sale, and about whom, computed from what is stored."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from pos_bridge.cli.journal_words import LANGUAGES, say
from pos_bridge.domain.identity import Channel, Choice, ChoiceKind, Chouchous, Consent, HomeDelivery, Purpose
from pos_bridge.domain.ledger import Advance
from pos_bridge.domain.leg import Cause, State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity.vault_file import VaultFile
from pos_bridge.pos_api.privacy_receipt import Privacy, privacy_lines
from tests.cli.conftest import VAULT_KEY
from tests.journal.makers import card, cash, cash_back, forge, paid, part, refund, refunded, reversing, voiding

MEMBER, ORDER = Chouchous("CH-7788"), HomeDelivery("WEB/2026.11-7")
CONSENT = Consent("members-3", "fr", date(2026, 11, 23), 14, Channel.TILL, frozenset({Purpose.PROGRAMME}))


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


@pytest.mark.parametrize("name", ["nothing", "", "4921817844445119", "0a45da0c-25c1-4c9f-b1d8-b8de8b4a70b1", "0" * 32])
def test_no_such_sale(running, command, name):
    running.open_leg(cash())
    status, out, err = command("explain", name)
    assert (status, out) == (3, "")
    assert err.splitlines()[0].startswith("Aucune vente")
    assert name == "" or name not in err
    assert command("explain", name, "--lang", "en")[2] == "No sale of that name is recorded here.\n"


def test_an_empty_journal_has_no_last_sale(running, command):
    assert command("explain", "last")[0] == 3


def test_a_column_that_nobody_accounted_for_is_told(running, command, folder):
    sale = paid(running)
    running.close()
    forge(
        folder / "2026-11.db",
        "CREATE TABLE customers (key BLOB, name TEXT)",
        f"INSERT INTO customers VALUES (x'{sale.key.raw.hex()}', 'somebody')",
    )
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


# ---- about you ----


@pytest.fixture
def chosen(config):
    """Keeps choices with a leg, as the engine does when it is paid."""
    vault = VaultFile(config.vault, VAULT_KEY)

    def keep(leg: LegKey, *choices: Choice) -> None:
        vault.hold(leg, tuple((choice, CONSENT) for choice in choices))
        vault.keep(leg)

    yield keep
    vault.close()


Keep = Callable[..., None]
NOTHING = {"fr": "À votre sujet : rien.", "en": "About you: nothing."}
SAID = {
    (MEMBER,): "About you: your Chouchous number, because you asked.",
    (ORDER,): "About you: your order number, for home delivery, because you asked.",
    (MEMBER, ORDER): "About you: your Chouchous number, and your order number for home delivery, because you asked.",
}


@pytest.mark.parametrize("choices", SAID)
@pytest.mark.parametrize("tender", [cash, card])
def test_what_a_customer_chose_is_told_with_where_it_is_and_how_long(running, command, chosen, choices, tender):
    sale = tender(1233)
    running.open_leg(sale)
    chosen(sale.key, *choices)
    status, out, _ = command("explain", str(sale.key), "--lang", "en")
    assert status == 0
    assert SAID[choices] in out
    assert "nothing" not in out.split("About you")[1]
    assert ("until you withdraw" in out) is (MEMBER in choices)
    assert ("return window" in out.split("About you")[1]) is (ORDER in choices)
    assert MEMBER.member not in out
    assert ORDER.order not in out


def test_in_french(running, command, chosen):
    sale = cash(1233)
    running.open_leg(sale)
    chosen(sale.key, MEMBER)
    out = command("explain", "last")[1]
    assert "À votre sujet : votre numéro Chouchous, parce que vous l'avez demandé." in out


def test_another_sale_is_still_of_nobody(running, command, chosen):
    running.open_leg(cash(1000))
    sale = cash(1233)
    running.open_leg(sale)
    chosen(LegKey.fresh(), MEMBER, ORDER)
    assert "About you: nothing." in command("explain", str(sale.key), "--lang", "en")[1]


def test_without_a_vault_there_is_nothing_to_ask_and_none_is_made(running, command, config):
    running.open_leg(cash())
    assert "About you: nothing." in command("explain", "last", "--lang", "en")[1]
    assert not config.vault.exists()


def test_a_till_that_keeps_nobody(running, command, config):
    running.open_leg(cash())
    nobody = replace(config, identity=None)
    status, out, _ = command("explain", "last", "--lang", "en", loaded=nobody)
    assert status == 0
    assert "About you: nothing." in out


def test_a_vault_without_its_setting_is_not_passed_over(running, command, config, chosen):
    sale = cash()
    running.open_leg(sale)
    chosen(sale.key, MEMBER)
    status, out, _ = command("explain", "last", "--lang", "en", loaded=replace(config, identity=None))
    assert status == 1
    assert "cannot be told" in out


@pytest.mark.parametrize("damage", ["file", "key", "no key"])
def test_a_vault_that_cannot_be_read_is_said(running, command, chosen, config, damage):
    sale = cash(1233)
    running.open_leg(sale)
    chosen(sale.key, MEMBER)
    match damage:
        case "file":
            config.vault.write_bytes(b"no vault" * 1000)
        case "key":
            (config.file.parent / "vault.key").write_bytes(bytes(32))
        case _:
            (config.file.parent / "vault.key").unlink()
    for language in LANGUAGES:
        status, out, _ = command("explain", str(sale.key), "--lang", language)
        assert status == 1
        assert say("vault_unreadable", language) in out
        assert NOTHING[language] not in out


def test_what_is_unaccounted_for_hides_nothing_of_what_is_known(running, command, chosen, folder):
    sale = paid(running)
    chosen(sale.key, MEMBER)
    running.close()
    forge(
        folder / "2026-11.db",
        "CREATE TABLE customers (key BLOB, name TEXT)",
        f"INSERT INTO customers VALUES (x'{sale.key.raw.hex()}', 'somebody')",
    )
    out = command("explain", "last", "--lang", "en")[1]
    assert "customers.name" in out
    assert SAID[MEMBER,] in out


# ---- on paper ----


def test_the_lines_that_a_till_prints(running, command, chosen):
    sale = cash(1233)
    running.open_leg(sale)
    status, out, _ = command("explain", "last", "--receipt")
    assert status == 0
    french, english = (privacy_lines(Privacy.of(running.find_leg(sale.key), frozenset()), each) for each in LANGUAGES)
    assert out == "\n".join((*french, "", *english, ""))
    chosen(sale.key, ORDER)
    out = command("explain", "last", "--receipt", "--lang", "en")[1]
    told = privacy_lines(Privacy.of(running.find_leg(sale.key), frozenset({ChoiceKind.HOME_DELIVERY})), "en")
    assert out.splitlines() == list(told)


def test_a_refund_of_a_members_sale_is_told_as_theirs(running, command, chosen):
    sale = paid(running, 5000)
    chosen(sale.key, MEMBER)
    opening = refund(sale.key, 2000)
    running.open_leg(opening)
    for words in ((), ("--receipt",)):
        out = command("explain", str(opening.key), "--lang", "en", *words)[1]
        assert "your Chouchous number" in out
        assert "nothing" not in out.split("About you")[1].split("\n")[0]
        assert "not with this refund" in " ".join(out.split())


def test_on_paper_nothing_is_said_only_when_it_is_certain(running, command, chosen, config):
    sale = paid(running)
    chosen(sale.key, MEMBER)
    (config.file.parent / "vault.key").write_bytes(bytes(32))
    status, out, _ = command("explain", "last", "--receipt", "--lang", "en")
    assert status == 1
    assert "About you: cannot be told now" in out


def test_on_paper_what_is_unaccounted_for_is_not_nothing(running, command, folder):
    sale = paid(running)
    running.close()
    forge(
        folder / "2026-11.db",
        "CREATE TABLE customers (key BLOB, name TEXT)",
        f"INSERT INTO customers VALUES (x'{sale.key.raw.hex()}', 'somebody')",
    )
    status, out, _ = command("explain", "last", "--receipt", "--lang", "en")
    assert status == 1
    assert "About you: cannot be told now" in out
    assert "nothing" not in out
    assert "somebody" not in out
