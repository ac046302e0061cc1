"""A split tender, over the real HTTPS port: what the till counts as paid, what is left, and what is not taken."""

from dataclasses import replace

import pytest

from pos_bridge.domain.basket import BasketFault
from pos_bridge.domain.leg import Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import NotInBasket, Outcome, PaidByCard, PaidInCash, SaleAsk
from tests.pos_api.fake_desk import VISA, Ending, approved
from tests.pos_api.told import receipt_lines
from tests.pos_api.world import Store, more, result
from tests.wire.nexo.shapes import payment, split, status, with_field

CASH = "PaymentRequest.PaymentData.PaymentInstrumentData.PaymentInstrumentType"
REFERENCE = "PaymentRequest.SaleData.SaleTransactionID.TransactionID"
SPACE = "\u00a0"


def leaving(remaining: int) -> Ending:
    """Paid as asked, with that many cents still due of its basket."""

    def paid(ask: SaleAsk, key: LegKey) -> Outcome:
        outcome = approved(ask, key)
        assert isinstance(outcome, PaidByCard | PaidInCash)
        return replace(outcome, remaining=remaining)

    return paid


def test_a_part_names_its_sale_by_a_hash_and_counts_what_is_paid(store: Store):
    store.ask(split("10.00", service_id="1"))
    store.ask(split("4.50", paid="10.00", service_id="2"))
    store.ask(with_field(split("10.00", service_id="3"), REFERENCE, "another sale"))
    store.ask(payment("10.00", service_id="4"))
    first, second, other, whole = store.desk.asks
    assert first.split is not None
    assert second.split is not None
    assert other.split is not None
    assert (first.split.paid, second.split.paid) == (0, 1000)
    assert first.split.reference == second.split.reference != other.split.reference
    assert len(first.split.reference) == 32
    assert (first.partial_ok, whole.partial_ok, whole.split) == (True, False, None)
    assert first.till.sale == whole.till.sale
    assert (first.reference, whole.reference) == (None, first.split.reference), "so that it is known as a last part"
    assert first.split.reference not in {first.till.sale, first.till.request, first.till.content}


def test_what_is_left_is_told_and_printed(store: Store):
    store.desk.ending = leaving(1_234_56)
    body = store.ask(split("10.00"))
    assert result(body) == ("Success", None)
    told = more(body)
    assert told["remaining"] == "1234.56"
    left = f"1{SPACE}234,56{SPACE}$"
    assert (
        told["message"] == f"Payé en partie. Il reste {left} à payer\u00a0: encaissez-les avant de terminer la vente."
    )
    assert told["messageEn"] == "Paid in part. There is $1,234.56 left to pay: take it before the sale ends."
    for qualifier in ("CashierReceipt", "CustomerReceipt"):
        assert any("key=remaining" in line and "1%C2%A0234" in line for line in receipt_lines(body, qualifier))
    assert store.ask(status())["RepeatedMessageResponse"]["RepeatedResponseMessageBody"]["PaymentResponse"] == body


def test_the_last_part_says_that_all_is_paid(store: Store):
    store.desk.ending = leaving(0)
    body = store.ask(with_field(split("12.37", paid="10"), CASH, "Cash"))
    assert store.desk.asks[0].tender is Tender.CASH
    assert (more(body)["remaining"], more(body)["cashDue"]) == ("0.00", "12.35")
    assert "payée en entier" in more(body)["message"]


def test_a_part_that_the_card_paid_only_in_part(store: Store):
    store.desk.ending = lambda ask, key: PaidByCard(key, ask.amount, Amount(300), "A1B2C3", VISA, remaining=700)
    body = store.ask(split("10.00"))
    assert result(body) == ("Partial", "PaymentRestriction")
    told = more(body)
    assert told["remaining"] == "7.00"
    assert f"Il reste 7,00{SPACE}$ à payer" in told["messageFr"]
    assert "There is $7.00 left to pay" in told["messageEn"]
    assert body["PaymentResult"]["AmountsResp"]["AuthorizedAmount"] == 3
    lines = receipt_lines(body)
    assert any("key=txAmount" in line for line in lines)
    assert any("key=remaining" in line for line in lines)


def test_a_payment_that_is_no_part_says_nothing_of_it(store: Store):
    body = store.ask(payment())
    assert body["Response"] == {"Result": "Success"}
    assert not any("key=remaining" in line for line in receipt_lines(body))


FAULTS = {
    BasketFault.EXCEEDS: "NotAllowed",
    BasketFault.PAID_DIFFERS: "NotAllowed",
    BasketFault.COMMITTED: "NotAllowed",
    BasketFault.CANCELLED: "NotAllowed",
    BasketFault.IN_DOUBT: "InProgress",
}


@pytest.mark.parametrize("fault", BasketFault)
def test_a_part_that_its_sale_does_not_take(store: Store, fault):
    store.desk.ending = lambda _, __: NotInBasket(fault, 500, 250)
    body = store.ask(split("10.00", paid="2.00"))
    assert result(body) == ("Failure", FAULTS[fault])
    assert (more(body)["paid"], more(body)["remaining"]) == ("5.00", "2.50")
    assert "Nothing was charged" in more(body)["messageEn"]
    assert "PaymentResult" not in body
    assert any("NON%20PAY" in line for line in receipt_lines(body))


def test_what_is_paid_is_of_the_sale_wherever_it_was_paid(store: Store):
    store.desk.ending = lambda _, __: NotInBasket(BasketFault.PAID_DIFFERS, 500, 250)
    told = more(store.ask(split("10.00", paid="2.00")))
    assert told["messageFr"].startswith(f"5,00{SPACE}$ sont déjà payés pour cette vente et")
    assert told["messageEn"].startswith("For this sale $5.00 are paid already")


def test_one_that_exceeds_is_told_what_is_left(store: Store):
    store.desk.ending = lambda _, __: NotInBasket(BasketFault.EXCEEDS, 500, 250)
    told = more(store.ask(split("10.00", paid="5.00")))
    assert f"({250 // 100},50{SPACE}$)" in told["messageFr"]
    assert "($2.50)" in told["messageEn"]


def test_paid_before_without_a_split_is_a_contradiction_in_itself(store: Store):
    message = with_field(split("10.00", paid="5.00"), "PaymentRequest.PaymentData.SplitPaymentFlag", value=False)
    body = store.ask(message)
    assert result(body) == ("Failure", "NotAllowed")
    assert more(body)["field"] == "PaidAmount"
    assert store.desk.asks == []


@pytest.mark.parametrize(("amount", "paid"), [("999999.99", "0.01"), ("0.01", "999999.99"), ("600000", "400000")])
def test_a_total_that_no_amount_can_be(store: Store, amount, paid):
    body = store.ask(split(amount, paid))
    assert result(body) == ("Failure", "MessageFormat")
    assert more(body)["field"].endswith("AmountsReq.PaidAmount")
    assert store.desk.asks == []


def test_the_largest_total_is_one(store: Store):
    assert result(store.ask(split("999999.98", "0.01"))) == ("Success", None)
