"""Chips that pay, through every surface: a card in a real pcscd, HTTPS to a till, gRPC to a processor, a journal."""

from decimal import Decimal

import pytest

from hw_sim.cards import CARDS
from hw_sim.store import control
from tests.surfaces.accounts import Told
from tests.surfaces.book import until
from tests.surfaces.chip_book import ChipBook

pytestmark = pytest.mark.usefixtures("all_chips_agree")

PIN, WRONG_PIN = "1234", "4321"
SIGNED, BY_PIN = "PaperSignature", "OnlinePIN"


def failed(told: Told | None) -> tuple[str | None, str]:
    """The condition of what was told as not paid, and its sentence in English."""
    assert told is not None
    assert told.result == "Failure"
    return told.error, told.message.rpartition("messageEn=")[2]


def pin_of(card: str) -> str:
    return PIN if card == "interac" else ""


@pytest.mark.parametrize("t0", [False, True], ids=["T=1", "T=0"])
@pytest.mark.parametrize(
    ("name", "brand", "application", "method"),
    [
        ("visa", "visa", ("A0000000031010", "VISA"), SIGNED),
        ("mastercard", "mc", ("A0000000041010", "MASTERCARD"), SIGNED),
        ("amex", "amex", ("A000000025010402", "AMERICAN EXPRESS"), SIGNED),
        ("discover", "discover", ("A0000001523010", "DISCOVER"), SIGNED),
        ("interac", "interac", ("A0000002771010", "INTERAC"), BY_PIN),
    ],
)
def test_each_chip_is_read_sealed_approved_and_captured(
    chips: ChipBook, name: str, brand: str, application: tuple[str, str], method: str, *, t0: bool
):
    card, sale = CARDS[name], chips.new()
    told = chips.pay_by_chip(name, movement=sale, pin=pin_of(name), t0=t0)
    assert (told.result, told.cents) == ("Success", sale.cents)
    result = chips.bodies[sale.service_id]["PaymentResult"]
    assert result["AmountsResp"] == {"Currency": "CAD", "AuthorizedAmount": Decimal(sale.cents) / 100}
    read = result["PaymentInstrumentData"]["CardData"]
    assert (read["PaymentBrand"], read["MaskedPan"].lstrip("*")) == (brand, card.number[-4:])
    assert read["EntryMode"] == ["ICC"]
    assert result["AuthenticationMethod"] == [method]
    for receipt in chips.receipts(sale):
        assert (receipt["aid"], receipt["preferredName"]) == application
        tvr, tsi = bytes.fromhex(receipt["tvr"]), bytes.fromhex(receipt["tsi"])
        assert (len(tvr), len(tsi)) == (5, 2)
        assert not tvr[0] & 0b1100_1100, "offline authentication was done, and did not fail"
        assert tsi[0] & 0b1110_0000 == 0b1110_0000, "data authenticated, holder verified, risk managed"
        assert ("cvm" in receipt) is (method == BY_PIN)
    cashiers, customers = chips.receipts(sale)
    assert ("signature" in cashiers, "signature" in customers) == (method == SIGNED, False)
    row = chips.row(told)
    assert (row["kind"], row["amount"], row["card"], row["entry_mode"]) == ("sale", sale.cents, card.number, "chip")
    assert len(row["order_digest"]) == 64
    until(lambda: chips.row(told)["state"] == "captured")


def test_an_interac_sale_is_one_message(chips: ChipBook):
    """It is captured when it is approved; the journal never says that it waits for it."""
    told = chips.pay_by_chip("interac", pin=PIN)
    assert chips.row(told)["state"] == "captured"
    assert "authorised" not in chips.steps(chips.last())


def test_a_wrong_pin_is_declined_and_the_right_one_pays(chips: ChipBook):
    error, said = failed(chips.pay_by_chip("interac", pin=WRONG_PIN))
    assert error == "Refusal"
    assert said.startswith("Declined%20by%20the%20customer")
    assert [row["state"] for row in chips.ledger(chips.last())] == ["declined"]
    assert chips.pay_by_chip("interac", pin=PIN).paid


def test_a_pin_that_is_cancelled_sends_nothing(chips: ChipBook):
    error, said = failed(chips.pay_by_chip("interac", pin=None))
    assert error == "Refusal"
    assert "Nothing%20was%20charged" in said
    assert chips.ledger(chips.last()) == []


def test_a_till_that_gives_up_ends_the_wait_for_a_pin(chips: ChipBook):
    with chips.at_the_chip_reader("interac") as asking:
        chips.wait_until_the_stripe_is_let_go()
        chips.till.abort(asking.sale.service_id)
        assert failed(asking.end())[0] == "Aborted"
    assert not control.enter_pin(chips.store.folder, PIN, wait_s=0.3), "the pad asks for none any more"
    assert chips.ledger(chips.last()) == []


def test_the_stripe_of_a_chip_card_does_not_end_the_prompt(chips: ChipBook):
    with chips.asking_at_readers() as asking:
        for _ in range(2):  # the lamp is on again for the second
            chips.swipe("interac")
        assert not asking.answered
        chips.insert("visa")
        told = asking.end()
    assert told is not None
    assert (told.paid, chips.row(told)["entry_mode"]) == (True, "chip")


def test_a_card_inserted_first_lets_the_stripe_reader_go(chips: ChipBook):
    with chips.at_the_chip_reader("interac") as asking:
        chips.wait_until_the_stripe_is_let_go()
        assert not control.swipe(chips.store.folder, "amex", wait_s=0.2)
        assert control.swipe_now(chips.store.folder, "amex"), "wanted or not"
        assert not asking.answered
        assert control.enter_pin(chips.store.folder, PIN)
        told = asking.end()
    assert told is not None
    assert told.paid
    assert [row["card"] for row in chips.ledger(asking.sale)] == [CARDS["interac"].number]


def test_a_card_swiped_first_lets_the_chip_reader_go(chips: ChipBook):
    with chips.asking_at_readers() as asking:
        chips.swipe("amex")
        chips.wait_until_it_is_let_go()
        chips.insert("visa")
        told = asking.end()
    assert told is not None
    assert told.paid
    assert [(row["card"], row["entry_mode"]) for row in chips.ledger(asking.sale)] == [
        (CARDS["amex"].number, "magstripe")
    ]


def test_a_card_left_in_the_reader_pays_nothing_until_it_is_put_in_again(chips: ChipBook):
    with chips.asking_at_readers() as asking:
        chips.insert("visa")
        first = asking.end()
    with chips.asking_at_readers() as asking:
        assert not asking.answered
        chips.till.abort(asking.sale.service_id)
        assert failed(asking.end())[0] == "Aborted"
    assert first is not None
    assert first.paid
    assert chips.ledger(asking.sale) == []
    with chips.asking_at_readers() as asking:
        chips.remove()
        chips.wait_until_it_looked()
        assert not asking.answered
        chips.insert("visa")
        told = asking.end()
    assert told is not None
    assert told.paid


def test_a_card_left_in_the_reader_is_in_nobodys_way(chips: ChipBook):
    with chips.asking_at_readers() as asking:
        chips.insert("visa")
        asking.end()
    with chips.asking_at_readers() as asking:
        chips.swipe("amex")
        told = asking.end()
    assert told is not None
    assert [row["card"] for row in chips.ledger(asking.sale)] == [CARDS["amex"].number]


def test_an_interac_sale_goes_back_to_its_card_by_chip(chips: ChipBook):
    told = chips.pay_by_chip("interac", pin=PIN)
    sale = chips.last()
    for cents in (sale.cents - 500, 500):
        back = chips.back(sale, cents, by_card=True)
        given = chips.pay_by_chip("interac", movement=back)
        assert (given.result, given.cents) == ("Success", cents)
        assert {receipt["aid"] for receipt in chips.receipts(back)} == {"A0000002771010"}
        row = chips.row(given)
        assert (row["kind"], row["amount"], row["state"]) == ("refund", cents, "refunded")
        assert (row["sale_key"], row["card"]) == (told.key, CARDS["interac"].number)
    more = chips.give_back(chips.back(sale, 1, by_card=True))
    assert more.result == "Failure"


def test_another_card_gets_nothing_back(chips: ChipBook):
    told = chips.pay_by_chip("interac", pin=PIN)
    back = chips.back(chips.last(), by_card=True)
    error, said = failed(chips.pay_by_chip("visa", movement=back))
    assert (error, said[:39]) == ("InvalidCard", "This%20is%20not%20the%20card%20that%20p")
    assert [row["state"] for row in chips.held() if row["sale_key"] == told.key] == ["declined"]


def test_a_sale_in_parts_by_chip(chips: ChipBook):
    """One card pays what it can, the other the rest."""
    chips.mode("partial", 500)
    first = chips.new(split=True)
    told = chips.pay_by_chip("mastercard", movement=first)
    chips.mode("approve")
    assert (told.result, told.cents) == ("Partial", 500)
    assert chips.receipts(first)[0]["aid"] == "A0000000041010"
    rest = chips.part(first, 500, cents=first.cents - 500)
    assert chips.pay_by_chip("interac", movement=rest, pin=PIN).paid
    until(lambda: [(row["state"], row["amount"]) for row in chips.ledger(first)] == [("captured", 500)])
    assert [(row["state"], row["entry_mode"]) for row in chips.ledger(rest)] == [("captured", "chip")]


def test_a_pcscd_that_is_stopped_and_started(chips: ChipBook):
    chips.pcscd("stop")
    assert chips.pay(card="amex").paid, "the stripe reader goes on"
    chips.pcscd("start")
    assert chips.pay_by_chip("discover").paid


def test_a_pcscd_that_goes_while_a_card_is_awaited(chips: ChipBook):
    with chips.asking_at_readers() as asking:
        chips.pcscd("stop")
        chips.wait_until_it_is_let_go()
        assert not asking.answered
        chips.swipe("visa")
        told = asking.end()
    chips.pcscd("start")
    assert told is not None
    assert told.paid
    assert chips.pay_by_chip("visa").paid


def test_a_chip_sale_asked_again_is_told_the_same(chips: ChipBook):
    told = chips.pay_by_chip("visa")
    sale = chips.last()
    assert told.same_as(chips.pay(sale, card=None)), "no card is asked for"
    assert len(chips.ledger(sale)) == 1


def test_login_says_how_cards_are_read(chips: ChipBook):
    terminal = chips.till.login().body["POISystemData"]["POITerminalData"]
    assert sorted(terminal["POICapabilities"]) == ["ICC", "MagStripe"]
