"""Chips, issuers and lines that fail: what the till is told, what stands in the end, and that all accounts agree."""

import subprocess
import sys

import pytest

from hw_sim.cards import CARDS
from hw_sim.store import control
from tests.surfaces.book import until
from tests.surfaces.chip_book import ChipBook, failed

pytestmark = pytest.mark.usefixtures("all_chips_agree")

FIRST_CRYPTOGRAM = 12  # the visa is asked for it by that command of a sale


# ---- no, or no answer ----


@pytest.mark.parametrize(
    ("fault", "condition", "state"),
    [
        ("decline", "Refusal", "declined"),
        ("drop-response", "UnreachableHost", "reversed"),
        ("drop-request", "UnreachableHost", "tombstone"),
        ("lie-amount", "UnreachableHost", "reversed"),
    ],
)
def test_a_fault_of_the_processor_is_told_and_leaves_no_charge(chips: ChipBook, fault: str, condition: str, state: str):
    chips.mode(fault)
    assert failed(chips.pay_by_chip("mastercard"))[0] == condition
    chips.mode("approve")
    until(lambda: [row["state"] for row in chips.ledger(chips.last())] == [state])


@pytest.mark.parametrize(("card", "fault"), [("visa", "expired"), ("mastercard", "wrong-cryptogram")])
def test_what_the_issuer_sees_is_declined(chips: ChipBook, card: str, fault: str):
    error, said = failed(chips.pay_by_chip(card, fault))
    assert error == "Refusal"
    assert said.startswith("Declined by the customer")
    assert [row["state"] for row in chips.ledger(chips.last())] == ["declined"]


# ---- nothing is sent ----


@pytest.mark.parametrize(
    ("card", "fault", "condition", "sentence"),
    [
        ("visa", "aac", "Refusal", "The card declined this payment. Nothing was charged."),
        ("mastercard", "tc", "Refusal", "The card declined this payment. Nothing was charged."),
        ("amex", "blocked-card", "Refusal", "This card is blocked by its bank. Nothing was charged."),
        ("discover", "blocked-application", "Refusal", "This card is blocked by its bank. Nothing was charged."),
        ("visa", f"mute={FIRST_CRYPTOGRAM}", "Refusal", "The card declined this payment. Nothing was charged."),
        ("visa", "pull=1", "Cancel", "The card was pulled too early. Nothing was charged."),
        ("amex", "pull=5", "Cancel", "The card was pulled too early. Nothing was charged."),
        ("visa", f"pull={FIRST_CRYPTOGRAM}", "Cancel", "The card was pulled too early. Nothing was charged."),
    ],
)
def test_what_ends_before_the_issuer_is_asked_sends_nothing(
    chips: ChipBook, card: str, fault: str, condition: str, sentence: str
):
    error, said = failed(chips.pay_by_chip(card, fault))
    assert error == condition
    assert said.startswith(sentence)
    assert chips.ledger(chips.last()) == []
    assert chips.steps(chips.last()) == ["intent", "ended"]


# ---- a chip that cannot be read ----


@pytest.mark.parametrize("fault", ["mute", "mute=3", "duplicate-tag"])
def test_a_broken_chip_lets_its_stripe_pay_and_says_so(chips: ChipBook, fault: str):
    with chips.logged() as log, chips.at_the_chip_reader("amex-3", fault) as asking:
        chips.fall_back(asking, "amex-3", log)
        told = asking.end()
    assert told is not None
    assert told.paid
    assert [row["entry_mode"] for row in chips.ledger(asking.sale)] == ["magstripe_fallback"]
    read = asking.body["PaymentResult"]["PaymentInstrumentData"]["CardData"]
    assert read["EntryMode"] == ["MagStripe"]
    assert {receipt["posEntryMode"] for receipt in chips.receipts(asking.sale)} == {"Bande magnétique (repli)"}


def test_without_a_broken_chip_that_stripe_pays_nothing(chips: ChipBook):
    with chips.asking_at_readers() as asking:
        for _ in range(2):  # the lamp is on again for the second
            chips.swipe("amex-3")
        assert not asking.answered
        chips.insert("amex-3")
        told = asking.end()
    assert told is not None
    assert [row["entry_mode"] for row in chips.ledger(asking.sale)] == ["chip"]


def test_interac_has_no_fallback(chips: ChipBook):
    with chips.logged() as log, chips.at_the_chip_reader("interac", "mute") as asking:
        chips.fall_back(asking, "interac", log)
        assert failed(asking.end())[0] == "InvalidCard"
    assert chips.ledger(asking.sale) == []


def test_a_stripe_does_not_save_a_chip_that_said_no(chips: ChipBook):
    failed(chips.pay_by_chip("amex-3", "aac"))
    assert not control.swipe(chips.store.folder, "amex-3", wait_s=0.2)
    assert chips.ledger(chips.last()) == []


def test_the_next_sale_forgets_the_fallback(chips: ChipBook):
    with chips.logged() as log, chips.at_the_chip_reader("amex-3", "mute") as asking:
        until(lambda: any('"chip_failed"' in line for line in log()))
        chips.till.abort(asking.sale.service_id)
        assert failed(asking.end())[0] == "Aborted"
    with chips.asking_at_readers() as asking:
        for _ in range(2):
            chips.swipe("amex-3")
        assert not asking.answered
        chips.swipe("amex")
        assert asking.end() is not None
    assert [row["card"] for row in chips.ledger(asking.sale)] == [CARDS["amex"].number]


def test_a_script_of_the_issuer_is_obeyed(chips: ChipBook):
    chips.mode("script")
    assert chips.pay_by_chip("mastercard").paid


def test_a_slow_card_pays(chips: ChipBook):
    assert chips.pay_by_chip("visa", "slow=0.2").paid


def test_a_card_that_answers_in_pieces_pays(chips: ChipBook):
    assert chips.pay_by_chip("discover", "61xx", t0=True).paid
    assert chips.pay_by_chip("discover", "6cxx", t0=True).paid


# ---- a pcscd that writes down what cards say ----


def test_no_card_is_read_while_pcscd_logs(chips: ChipBook):
    chips.pcscd("log")
    try:
        with chips.logged() as log:
            told = chips.pay(card=None)
        error, said = failed(told)
        assert error == "UnavailableDevice"
        assert said.startswith("The chip reader is not protected on this till: no card is read. Nothing was charged.")
        assert any('"reader_logged"' in line and '"warning"' in line for line in log())
        code, found = doctor(chips)
        assert code == 3
        (line,) = (line for line in found if "pcscd" in line and line.startswith("STOP"))
        assert "writes all that cards say into its log" in line
        assert "--apdu" in line
        assert "restart it" in line
    finally:
        chips.pcscd("silent")
    assert not [line for line in doctor(chips)[1] if "into its log" in line]
    assert chips.pay_by_chip("visa").paid
    logged = chips.store.folder / "world" / "pcscd.output"
    assert not logged.exists() or CARDS["visa"].number[:12] not in logged.read_text(errors="replace")


def doctor(chips: ChipBook) -> tuple[int, list[str]]:
    """What `pos-bridge doctor` says."""
    command = [sys.executable, "-P", "-m", "pos_bridge", "doctor", "--lang", "en", "--config"]
    done = subprocess.run([*command, chips.store.facts["config"]], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()
