"""`explain`, about whom: what a customer chose is told, and that it was nothing only when it is certain."""

from dataclasses import replace

import pytest

from pos_bridge.cli.journal_words import LANGUAGES, say
from pos_bridge.domain.identity import ChoiceKind, Chouchous, HomeDelivery
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.pos_api.privacy_receipt import Privacy, privacy_lines
from tests.journal.makers import card, cash, paid, refund

MEMBER, ORDER = Chouchous("CH-7788"), HomeDelivery("WEB/2026.11-7")
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


def test_what_is_unaccounted_for_hides_nothing_of_what_is_known(running, command, chosen, unaccounted):
    sale = paid(running)
    chosen(sale.key, MEMBER)
    unaccounted(sale.key)
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


def test_on_paper_what_is_unaccounted_for_is_not_nothing(running, command, unaccounted):
    sale = paid(running)
    unaccounted(sale.key)
    status, out, _ = command("explain", "last", "--receipt", "--lang", "en")
    assert status == 1
    assert "About you: cannot be told now" in out
    assert "nothing" not in out
    assert "somebody" not in out
