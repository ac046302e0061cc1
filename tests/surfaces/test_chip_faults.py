"""Chips, issuers and lines that fail: what the till is told, what stands in the end, and that all accounts agree."""

import subprocess
import sys

import pytest

from hw_sim.cards import CARDS
from hw_sim.store import control
from tests.surfaces.accounts import Sale, Told
from tests.surfaces.book import until
from tests.surfaces.chip_book import ChipBook

pytestmark = pytest.mark.usefixtures("all_chips_agree")

PIN = "1234"
# Which command of a sale asks for the first cryptogram, and which for the last one.
FIRST_CRYPTOGRAM = 12  # of the visa
LAST_CRYPTOGRAM = {"visa": 14, "mastercard": 12, "interac": 12}


def pin_of(card: str) -> str:
    return PIN if card == "interac" else ""


def failed(told: Told | None) -> tuple[str | None, str]:
    """The condition of a payment that was told as not made, and the sentence in English."""
    assert told is not None
    assert told.result == "Failure"
    return told.error, told.message.rpartition("messageEn=")[2].replace("%20", " ").replace("%3A", ":")


def undone(chips: ChipBook, sale: Sale) -> None:
    """Reversed at the processor, as the journal says."""
    until(lambda: [row["state"] for row in chips.ledger(sale)] == ["reversed"])
    until(lambda: chips.steps(sale)[-1] == "reversed")
    assert "capturing" not in chips.steps(sale)


# ---- approved, and the card does not agree ----


@pytest.mark.parametrize("card", ["visa", "mastercard", "interac"])
@pytest.mark.parametrize("what", ["wrong-arpc", "declines-last", "pulled"])
def test_an_approval_without_the_cards_last_word_is_taken_back(chips: ChipBook, card: str, what: str):
    faults = {"wrong-arpc": [], "declines-last": [what], "pulled": [f"pull={LAST_CRYPTOGRAM[card]}"]}[what]
    if what == "wrong-arpc":
        chips.mode(what)
    error, said = failed(chips.pay_by_chip(card, *faults, pin=pin_of(card)))
    assert error == "Refusal"
    assert said.startswith("The card refused the payment or was pulled too early.")
    undone(chips, chips.last())


def test_a_card_taken_out_while_it_has_the_last_word_to_say(chips: ChipBook):
    """By the customer, when the processor has approved already."""
    with chips.at_the_chip_reader("visa", f"hang={LAST_CRYPTOGRAM['visa']}") as asking:
        until(lambda: [row["state"] for row in chips.ledger(asking.sale)] == ["authorised"])
        chips.remove()
        assert failed(asking.end())[0] == "Refusal"
    undone(chips, asking.sale)


def test_a_card_taken_out_while_its_issuer_is_asked(chips: ChipBook):
    chips.mode("drop-response")
    with chips.at_the_chip_reader("visa") as asking:
        until(lambda: chips.ledger(asking.sale))
        chips.remove()
        chips.mode("approve")  # the next try is answered
        failed(asking.end())
    undone(chips, asking.sale)


def test_a_script_of_the_issuer_is_obeyed(chips: ChipBook):
    chips.mode("script")
    assert chips.pay_by_chip("mastercard").paid


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
        until(log)
        chips.swipe("amex-3")
        told = asking.end()
    assert told is not None
    assert told.paid
    assert [row["entry_mode"] for row in chips.ledger(asking.sale)] == ["magstripe_fallback"]
    assert any('"chip_failed"' in line for line in log())
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
        until(log)
        chips.swipe("interac")
        assert failed(asking.end())[0] == "InvalidCard"
    assert chips.ledger(asking.sale) == []


def test_a_stripe_does_not_save_a_chip_that_said_no(chips: ChipBook):
    failed(chips.pay_by_chip("amex-3", "aac"))
    assert not control.swipe(chips.store.folder, "amex-3", wait_s=0.2)
    assert chips.ledger(chips.last()) == []


def test_the_next_sale_forgets_the_fallback(chips: ChipBook):
    with chips.logged() as log, chips.at_the_chip_reader("amex-3", "mute") as asking:
        until(log)
        chips.till.abort(asking.sale.service_id)
        assert failed(asking.end())[0] == "Aborted"
    with chips.asking_at_readers() as asking:
        for _ in range(2):
            chips.swipe("amex-3")
        assert not asking.answered
        chips.swipe("amex")
        assert asking.end() is not None
    assert [row["card"] for row in chips.ledger(asking.sale)] == [CARDS["amex"].number]


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
        assert code == 1
        (line,) = (line for line in found if "pcscd" in line and line.startswith("MEND"))
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


# ---- the engine is killed ----


@pytest.mark.parametrize("card", ["visa", "interac"])
def test_an_engine_killed_before_the_cards_last_word(chips: ChipBook, card: str):
    """The processor has approved, Interac's one message is captured: nothing of it stands."""
    with chips.at_the_chip_reader(card, f"hang={LAST_CRYPTOGRAM[card]}", pin=pin_of(card)) as asking:
        until(lambda: [row["state"] for row in chips.ledger(asking.sale)] in (["authorised"], ["captured"]))
        control.kill_engine(chips.store.folder)
        assert asking.end() is None, "the till's line is lost"
        chips.remove()
        control.restart_engine(chips.store.folder)
    undone(chips, asking.sale)
    again = chips.status(asking.sale)
    assert isinstance(again, Told)
    assert failed(again)[0] == "UnreachableHost"


def test_an_engine_killed_while_the_issuer_is_asked(chips: ChipBook):
    chips.mode("drop-response")
    with chips.at_the_chip_reader("mastercard") as asking:
        until(lambda: chips.ledger(asking.sale))
        control.kill_engine(chips.store.folder)
        assert asking.end() is None
        chips.mode("approve")
        chips.remove()
        control.restart_engine(chips.store.folder)
    undone(chips, asking.sale)


def test_an_engine_killed_while_a_pin_is_awaited(chips: ChipBook):
    with chips.at_the_chip_reader("interac") as asking:
        chips.wait_until_the_stripe_is_let_go()
        control.kill_engine(chips.store.folder)
        assert asking.end() is None
        chips.remove()
        control.restart_engine(chips.store.folder)
    assert chips.ledger(asking.sale) == []
