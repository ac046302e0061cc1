"""Chip payments that were approved and must not stand: whoever was in the way, the money goes back, and all agree."""

import pytest

from hw_sim.store import control
from tests.surfaces.accounts import Sale, Told
from tests.surfaces.book import until
from tests.surfaces.chip_book import PIN, ChipBook, failed, pin_of
from tests.surfaces.disk import WriteErrors, failing

pytestmark = pytest.mark.usefixtures("all_chips_agree")

# Which command of a sale asks each card for its last cryptogram, and which tells the visa what its issuer proves.
LAST_CRYPTOGRAM = {"visa": 14, "mastercard": 12, "interac": 12}
PROOF_FOR_VISA = 13


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


def test_a_card_pulled_as_its_issuer_proves_itself(chips: ChipBook):
    assert failed(chips.pay_by_chip("visa", f"pull={PROOF_FOR_VISA}"))[0] == "Refusal"
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


def test_a_pcscd_that_goes_while_the_card_has_the_last_word(chips: ChipBook):
    with chips.at_the_chip_reader("visa", f"hang={LAST_CRYPTOGRAM['visa']}") as asking:
        until(lambda: [row["state"] for row in chips.ledger(asking.sale)] == ["authorised"])
        chips.pcscd("stop")
        assert failed(asking.end())[0] == "Refusal"
    chips.pcscd("start")
    undone(chips, asking.sale)
    assert chips.pay_by_chip("visa").paid


def test_an_approval_that_cannot_be_written_down(chips: ChipBook):
    """The card has agreed; what is told as not paid is reversed by then."""
    with chips.asking_at_readers() as asking:
        until(lambda: chips.steps(asking.sale) == ["intent"])
        with failing(WriteErrors(chips)):
            chips.insert("visa")
            error, _ = failed(asking.end())
            assert error is not None
            assert [row["state"] for row in chips.ledger(asking.sale)] == ["reversed"]


def test_less_than_was_asked_for(chips: ChipBook):
    chips.mode("partial", 500)
    assert failed(chips.pay_by_chip("mastercard"))[0] == "UnreachableHost"
    undone(chips, chips.last())


def test_a_request_that_arrives_twice_charges_once(chips: ChipBook):
    """A cryptogram counts once; under the same key the processor gives the same answer, and the card its word."""
    chips.mode("duplicate")
    for card in ("visa", "interac"):
        assert chips.pay_by_chip(card, pin=pin_of(card)).paid
        assert len(chips.ledger(chips.last())) == 1


def test_a_chip_refund_whose_answer_is_lost(chips: ChipBook):
    """It is told as not made once it is undone; asked for anew, it is made once."""
    paid = chips.pay_by_chip("interac", pin=PIN)
    sale = chips.last()
    chips.mode("drop-response")
    back = chips.back(sale, 500, by_card=True)
    with chips.at_the_chip_reader("interac", movement=back):
        until(lambda: [row for row in chips.held() if row["sale_key"] == paid.key])
        chips.mode("approve")
    assert back.told is not None
    if not back.told.paid:  # else a try after the first was answered
        until(lambda: [row["state"] for row in chips.held() if row["sale_key"] == paid.key] == ["reversed"])
        assert chips.pay_by_chip("interac", movement=chips.back(sale, 500, by_card=True)).paid


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
