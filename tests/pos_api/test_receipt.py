"""Receipts, whole: the golden files, what is never on one, and what a label may be.

After a change that is meant: `python -m tests.pos_api.golden_receipts`, then look at each file that git says changed.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args
from urllib.parse import parse_qs

import pytest

from pos_bridge.domain.card import Brand, CardFacts, EntryMode
from pos_bridge.domain.chip import Verified
from pos_bridge.domain.identity import ChoiceKind
from pos_bridge.pos_api.receipt import CASHIER, CUSTOMER, Issuer, ReceiptFacts, receipts
from pos_bridge.pos_api.receipt_label import Label
from pos_bridge.pos_api.receipt_text import CODE_PAGE, plain
from pos_bridge.pos_api.spoken import Spoken
from pos_bridge.words import LANGUAGES, Language, money
from tests.pos_api.golden_receipts import BY_PIN, CASES, FOLDER, KEY, SHOP, file_of, golden

AT = datetime(2026, 11, 23, 9, 30, 1, 250_000, tzinfo=UTC)
SIGNED = ReceiptFacts(
    AT,
    Label.APPROVED,
    KEY,
    1099,
    1099,
    card=CardFacts(Brand.VISA, 42, EntryMode.CHIP),
    approval_code="A1B2C3",
    chip=replace(BY_PIN, verified=Verified.SIGNATURE),
)
ISSUER = Issuer("CLEMENT-001", "P400-123456789", SHOP)


@pytest.mark.parametrize("name", CASES)
def test_every_kind_of_receipt_is_as_it_was_looked_at(name):
    assert golden(CASES[name]) == file_of(name).read_text(encoding="utf-8")


def test_there_is_no_golden_file_of_a_kind_that_is_gone():
    assert set(FOLDER.iterdir()) == set(map(file_of, CASES))


def keys(text: str) -> list[str]:
    return [parse_qs(line)["key"][0] for line in text.splitlines() if line.startswith("name=")]


def test_every_label_is_on_a_receipt_that_was_looked_at():
    seen = "".join(path.read_text(encoding="utf-8") for path in FOLDER.iterdir())
    said = {parse_qs(line)["name"][0] for line in seen.splitlines() if line.startswith("name=")}
    assert {label for label in Label if not {label.words.fr, label.words.en} <= said} == set()


def test_the_document_has_every_key_and_no_other():
    text = (Path(__file__).parents[2] / "docs" / "receipts.md").read_text(encoding="utf-8")
    table = text.partition("## What is on it")[2].partition("\n\n**Interac**")[0]
    told = [
        key for row in table.splitlines() for key in re.findall(r"`(\w+)`", row.split("|")[1] if "|" in row else "")
    ]
    assert set(told) == {label.key for label in Label} | {"shop1", "shop4"}
    assert len(told) == len(set(told))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CASES)
def test_no_key_stands_twice_on_a_receipt(name, language):
    """Till software looks a line up by its key."""
    for receipt in CASES[name].receipts(language):
        found = keys("\n".join(line.text for line in receipt.output_content.output_text))
        assert len(found) == len(set(found))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CASES)
def test_every_receipt_says_whose_it_is_when_it_was_and_how_it_ended(name, language):
    for receipt in CASES[name].receipts(language):
        found = keys("\n".join(line.text for line in receipt.output_content.output_text))
        assert {"record", "header1", "txType", "txdate", "txtime", "mid", "tid", "approved"} <= set(found)
        assert ("retain" in found) is (receipt.document_qualifier == CUSTOMER)


@pytest.mark.parametrize("name", CASES)
def test_interac_asks_for_no_signature(name):
    for receipt in CASES[name].receipts("fr"):
        text = "\n".join(plain(receipt))
        assert not ("INTERAC" in text and ("Signature" in text or receipt.required_signature_flag))


@pytest.mark.parametrize("how", Verified)
def test_only_a_signature_is_asked_for(how):
    assert SIGNED.chip is not None
    facts = replace(SIGNED, chip=replace(SIGNED.chip, verified=how))
    flags = [receipt.required_signature_flag for receipt in receipts(facts, ISSUER, Spoken("en", "en"))]
    assert flags == [how is Verified.SIGNATURE, False]


@pytest.mark.parametrize(("cashier", "customer"), [("fr", "en"), ("en", "fr")])
def test_each_copy_is_in_the_language_of_who_keeps_it(cashier: Language, customer: Language):
    named = {"fr": "RELEVÉ DE TRANSACTION", "en": "TRANSACTION RECORD"}
    printed = {
        receipt.document_qualifier: plain(receipt) for receipt in receipts(SIGNED, ISSUER, Spoken(cashier, customer))
    }
    assert any(named[cashier] in line for line in printed[CASHIER])
    assert any(named[customer] in line for line in printed[CUSTOMER])


@pytest.mark.parametrize("known", [frozenset(), frozenset({ChoiceKind.CHOUCHOUS}), None])
def test_what_is_kept_of_the_customer_is_said_to_the_customer_alone(known):
    cashiers, customers = receipts(replace(SIGNED, kept_of_you=known), ISSUER, Spoken("fr", "fr"))
    assert not any("key=privacy" in line.text for line in cashiers.output_content.output_text)
    assert any("key=privacy" in line.text for line in customers.output_content.output_text) is (known is not None)


@pytest.mark.parametrize(
    ("cents", "fr", "en"),
    [
        (0, "0,00\u00a0$", "$0.00"),
        (5, "0,05\u00a0$", "$0.05"),
        (-2, "-0,02\u00a0$", "-$0.02"),
        (99_999_999, "999\u00a0999,99\u00a0$", "$999,999.99"),
    ],
)
def test_money_as_it_is_written(cents, fr, en):
    assert (money(cents, "fr"), money(cents, "en")) == (fr, en)


@pytest.mark.parametrize("label", Label)
def test_a_label_is_typographically_right_and_a_printer_has_its_characters(label):
    assert label.key.isascii()
    assert label.key.isalnum()
    for text in (label.words.fr, label.words.en):
        assert text.encode(CODE_PAGE)
        assert "  " not in text
    assert " :" not in label.words.fr, "a no-break space stands before a colon"
    assert not any(mark in label.words.fr for mark in (" ;", " !", " ?")), "Quebec writes no space there"


def test_a_label_that_is_alike_in_both_languages_is_meant_to_be():
    alike = {label for label in Label if label.words.fr == label.words.en}
    assert alike == {Label.DATE, Label.TERMINAL, Label.APPLICATION, Label.AID, Label.TVR, Label.TSI, Label.TOTAL}


def test_languages_are_those_of_the_type():
    assert get_args(Language) == LANGUAGES
