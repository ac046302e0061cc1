"""Receipts as a printer would set them, whole: what is on them and what is not."""

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest

from pos_bridge.domain.card import Brand, CardFacts, EntryMode
from pos_bridge.domain.chip import ChipReceipt, Verified
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.pos_api.receipt import Label, ReceiptFacts, money, receipts
from pos_bridge.pos_api.said import Language

KEY = LegKey.parse("5f0c1c1e-93a5-4a8e-9d5b-0a1b2c3d4e5f")
AT = datetime(2026, 11, 23, 9, 30, 1, 250_000, tzinfo=UTC)
CARD = ReceiptFacts(
    AT, Label.APPROVED, KEY, 1099, 1099, card=CardFacts(Brand.VISA, 42, EntryMode.MAGSTRIPE), approval_code="A1B2C3"
)
CASH = ReceiptFacts(AT, Label.PAID, KEY, 1235, 1237, cash=True)


def printed(facts: ReceiptFacts, language: Language, which: int) -> str:
    receipt = receipts(facts, language, "CLEMENT-001", "P400-123456789")[which]
    lines = [parse_qs(line.text) for line in receipt.output_content.output_text]
    return "\n".join(": ".join((line["name"][0], *line.get("value", []))) for line in lines)


def test_the_customers_copy_of_a_card_sale_in_french():
    assert printed(CARD, "fr", 1) == (
        "COPIE DU CLIENT\nDate: 2026-11-23\nHeure: 09:30:01\nCommerçant: CLEMENT-001\nTerminal: P400-123456789\n"
        "Carte: VISA\nNuméro: ************0042\nLecture: Bande magnétique\nAutorisation: A1B2C3\n"
        "Référence: 5f0c1c1e-93a5-4a8e-9d5b-0a1b2c3d4e5f\nTOTAL: 10,99\u00a0$\nAPPROUVÉE - MERCI\nGardez ce reçu"
    )


def test_the_cashiers_copy_of_a_cash_sale_in_english():
    assert printed(CASH, "en", 0) == (
        "MERCHANT COPY\nDate: 2026-11-23\nTime: 09:30:01\nMerchant: CLEMENT-001\nTerminal: P400-123456789\nCASH\n"
        "Reference: 5f0c1c1e-93a5-4a8e-9d5b-0a1b2c3d4e5f\nExact amount: $12.37\nRounding: -$0.02\nTOTAL: $12.35\n"
        "PAID - THANK YOU"
    )


def test_a_payment_that_was_not_made_shows_no_total():
    facts = ReceiptFacts(AT, Label.NOT_PAID, KEY, asked=1099, note=Label.HOLD)
    assert printed(facts, "fr", 1).endswith(
        "Montant demandé: 10,99\u00a0$\nNON PAYÉ\nUne retenue peut paraître quelques jours; aucun débit ne restera.\n"
        "Gardez ce reçu"
    )


HEAD_FR = "Date: 2026-11-23\nHeure: 09:30:01\nCommerçant: CLEMENT-001\nTerminal: P400-123456789\n"
HEAD_EN = "Date: 2026-11-23\nTime: 09:30:01\nMerchant: CLEMENT-001\nTerminal: P400-123456789\n"
SALE = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
NAME = "5f0c1c1e-93a5-4a8e-9d5b-0a1b2c3d4e5f"
REFUND = replace(CARD, outcome=Label.REFUNDED, title=Label.REFUND, original=SALE, note=Label.SHOWS_LATER)
CASH_RETURN = replace(CASH, outcome=Label.REFUNDED, title=Label.REFUND, original=SALE)
VOID = ReceiptFacts(AT, Label.VOIDED, total=1099, title=Label.VOID, original=SALE, note=Label.HOLD)

GOLDENS: dict[str, tuple[ReceiptFacts, Language, int, str]] = {
    "refund, customer, French": (
        REFUND,
        "fr",
        1,
        (
            f"COPIE DU CLIENT\nREMBOURSEMENT\n{HEAD_FR}Carte: VISA\nNuméro: ************0042\n"
            f"Lecture: Bande magnétique\nAutorisation: A1B2C3\nRéférence: {NAME}\nVente d'origine: {SALE}\n"
            "TOTAL: 10,99\u00a0$\nREMBOURSÉ\n"
            "Le remboursement paraîtra au compte d'ici quelques jours.\nGardez ce reçu"
        ),
    ),
    "refund, cashier, English": (
        REFUND,
        "en",
        0,
        (
            f"MERCHANT COPY\nREFUND\n{HEAD_EN}Card: VISA\nNumber: ************0042\nEntry: Magnetic stripe\n"
            f"Approval: A1B2C3\nReference: {NAME}\nOriginal sale: {SALE}\nTOTAL: $10.99\nREFUNDED\n"
            "The refund will show on the account within some days."
        ),
    ),
    "void, customer, English": (
        VOID,
        "en",
        1,
        (
            f"CUSTOMER COPY\nVOID OF A SALE\n{HEAD_EN}Original sale: {SALE}\nTOTAL: $10.99\nSALE VOIDED\n"
            "A hold may show for some days; no charge will stand.\nPlease retain this receipt"
        ),
    ),
    "void, cashier, French": (
        VOID,
        "fr",
        0,
        (
            f"COPIE DU COMMERÇANT\nANNULATION DE VENTE\n{HEAD_FR}Vente d'origine: {SALE}\nTOTAL: 10,99\u00a0$\n"
            "VENTE ANNULÉE\nUne retenue peut paraître quelques jours; aucun débit ne restera."
        ),
    ),
    "cash return with rounding, customer, French": (
        CASH_RETURN,
        "fr",
        1,
        (
            f"COPIE DU CLIENT\nREMBOURSEMENT\n{HEAD_FR}COMPTANT\nRéférence: {NAME}\nVente d'origine: {SALE}\n"
            "Montant exact: 12,37\u00a0$\nArrondi: -0,02\u00a0$\nTOTAL: 12,35\u00a0$\nREMBOURSÉ\nGardez ce reçu"
        ),
    ),
    "cash return with rounding, cashier, English": (
        CASH_RETURN,
        "en",
        0,
        (
            f"MERCHANT COPY\nREFUND\n{HEAD_EN}CASH\nReference: {NAME}\nOriginal sale: {SALE}\nExact amount: $12.37\n"
            "Rounding: -$0.02\nTOTAL: $12.35\nREFUNDED"
        ),
    ),
    "part with what is left, customer, French": (
        replace(CARD, remaining=500),
        "fr",
        1,
        (
            f"COPIE DU CLIENT\n{HEAD_FR}Carte: VISA\nNuméro: ************0042\nLecture: Bande magnétique\n"
            f"Autorisation: A1B2C3\nRéférence: {NAME}\nTOTAL: 10,99\u00a0$\nReste à payer: 5,00\u00a0$\n"
            "APPROUVÉE - MERCI\nGardez ce reçu"
        ),
    ),
    "part approved in part, cashier, English": (
        replace(CARD, outcome=Label.PARTLY, total=500, remaining=599),
        "en",
        0,
        (
            f"MERCHANT COPY\n{HEAD_EN}Card: VISA\nNumber: ************0042\nEntry: Magnetic stripe\nApproval: A1B2C3\n"
            f"Reference: {NAME}\nAmount asked: $10.99\nTOTAL: $5.00\nLeft to pay: $5.99\nPARTLY APPROVED"
        ),
    ),
    "refund that was not made, customer, French": (
        ReceiptFacts(AT, Label.NOT_REFUNDED, asked=1099, title=Label.REFUND, original=SALE),
        "fr",
        1,
        (
            f"COPIE DU CLIENT\nREMBOURSEMENT\n{HEAD_FR}Vente d'origine: {SALE}\nMontant demandé: 10,99\u00a0$\n"
            "NON REMBOURSÉ\nGardez ce reçu"
        ),
    ),
}


CHIP = replace(
    CARD,
    card=CardFacts(Brand.VISA, 5119, EntryMode.CHIP),
    chip=ChipReceipt(
        bytes.fromhex("A0000000031010"), bytes.fromhex("0000008000"), bytes.fromhex("E800"), Verified.SIGNATURE
    ),
)
CHIP_LINES = "AID: A0000000031010\nTVR: 0000008000\nTSI: E800\n"


def verified(how: Verified, facts: ReceiptFacts = CHIP) -> ReceiptFacts:
    assert facts.chip is not None
    return replace(facts, chip=replace(facts.chip, verified=how))


GOLDENS |= {
    "chip to sign for, cashier, French": (
        CHIP,
        "fr",
        0,
        (
            f"COPIE DU COMMERÇANT\n{HEAD_FR}Carte: VISA\nNuméro: ************5119\nLecture: Puce\n"
            f"Application: VISA\n{CHIP_LINES}Autorisation: A1B2C3\nRéférence: {NAME}\nTOTAL: 10,99\u00a0$\n"
            "APPROUVÉE - MERCI\nSignature : X______________________________"
        ),
    ),
    "chip to sign for, customer, English": (
        CHIP,
        "en",
        1,
        (
            f"CUSTOMER COPY\n{HEAD_EN}Card: VISA\nNumber: ************5119\nEntry: Chip\nApplication: VISA\n"
            f"{CHIP_LINES}Approval: A1B2C3\nReference: {NAME}\nTOTAL: $10.99\nAPPROVED - THANK YOU\n"
            "Please retain this receipt"
        ),
    ),
    "chip with a PIN, cashier, English": (
        verified(Verified.PIN_ONLINE),
        "en",
        0,
        (
            f"MERCHANT COPY\n{HEAD_EN}Card: VISA\nNumber: ************5119\nEntry: Chip\nApplication: VISA\n"
            f"{CHIP_LINES}VERIFIED BY PIN\nApproval: A1B2C3\nReference: {NAME}\nTOTAL: $10.99\nAPPROVED - THANK YOU"
        ),
    ),
    "chip that was declined, cashier, French": (
        ReceiptFacts(AT, Label.NOT_PAID, KEY, asked=1099, chip=CHIP.chip),
        "fr",
        0,
        (
            f"COPIE DU COMMERÇANT\n{HEAD_FR}Application: VISA\n{CHIP_LINES}Référence: {NAME}\n"
            "Montant demandé: 10,99\u00a0$\nNON PAYÉ"
        ),
    ),
    "chip with a PIN that its issuer did not take, cashier, English": (
        replace(verified(Verified.PIN_ONLINE), outcome=Label.NOT_PAID, total=None, card=None, approval_code=None),
        "en",
        0,
        (f"MERCHANT COPY\n{HEAD_EN}Application: VISA\n{CHIP_LINES}Reference: {NAME}\nAmount asked: $10.99\nNOT PAID"),
    ),
    "fallback, cashier, French": (
        replace(CARD, card=CardFacts(Brand.VISA, 5119, EntryMode.MAGSTRIPE_FALLBACK)),
        "fr",
        0,
        (
            f"COPIE DU COMMERÇANT\n{HEAD_FR}Carte: VISA\nNuméro: ************5119\n"
            f"Lecture: Bande magnétique (repli)\nAutorisation: A1B2C3\nRéférence: {NAME}\nTOTAL: 10,99\u00a0$\n"
            "APPROUVÉE - MERCI"
        ),
    ),
}


@pytest.mark.parametrize("how", Verified)
def test_only_a_signature_is_asked_for(how):
    flags = [receipt.required_signature_flag for receipt in receipts(verified(how), "en", "M", "P")]
    assert flags == [how is Verified.SIGNATURE, False]


@pytest.mark.parametrize("what", GOLDENS)
def test_whole_receipts(what):
    facts, language, which, text = GOLDENS[what]
    assert printed(facts, language, which) == text


def test_a_part_shows_both_amounts():
    facts = ReceiptFacts(AT, Label.PARTLY, KEY, 500, 1099)
    assert "Amount asked: $10.99\nTOTAL: $5.00\nPARTLY APPROVED" in printed(facts, "en", 0)


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


def test_every_label_has_both_languages_and_a_key():
    for label in Label:
        key, fr, en = label.value
        assert key.isascii()
        assert fr
        assert en
