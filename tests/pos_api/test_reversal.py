"""A reversal, over the real HTTPS port: money goes back whichever way it can, or is told not to have."""

from typing import Any

import pytest

from pos_bridge.checkout.order import order_digest
from pos_bridge.domain.leg import Cause
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import GiveBackAsk, NotRefunded, RefundedInCash, Running
from pos_bridge.domain.trouble import Trouble
from tests.pos_api.fake_desk import not_given_back
from tests.pos_api.receipts import Body
from tests.pos_api.told import key_in, receipt_lines
from tests.pos_api.world import Store, more, repeated, result
from tests.wire.nexo.shapes import SALE, reversal, status, with_field, without_field

NAMED = "ReversalRequest.OriginalPOITransaction.POITransactionID"
NOBODY = "00000000-0000-0000-0000-000000000000"


def test_a_whole_sale_is_voided(store: Store):
    body = store.ask(reversal())
    (ask,) = store.desk.backs
    assert isinstance(ask, GiveBackAsk)
    assert (ask.sale, ask.amount, ask.void_only) == (LegKey.parse(SALE), None, False)
    assert ask.service_id == "0207111104"
    receipts = body.pop("PaymentReceipt")
    assert [receipt["DocumentQualifier"] for receipt in receipts] == ["CashierReceipt", "CustomerReceipt"]
    assert body == {
        "Response": {"Result": "Success"},
        "POIData": {"POITransactionID": {"TransactionID": SALE, "TimeStamp": "2026-11-23T09:30:01.000Z"}},
        "OriginalPOITransaction": {
            "POITransactionID": {"TransactionID": SALE, "TimeStamp": "2026-11-22T16:00:00.000Z"}
        },
        "ReversedAmount": 10.99,
    }
    assert store.desk.told_keys == [], "a void has no answer of its own to collect"


def test_a_part_is_refunded_under_a_name_of_its_own(store: Store):
    body = store.ask(reversal("5.00"))
    (key,) = store.told()
    assert store.desk.backs[0].amount == Amount(500)
    assert key_in(body) == str(key) != SALE
    assert body["ReversedAmount"] == 5
    assert body["OriginalPOITransaction"]["POITransactionID"]["TransactionID"] == SALE
    assert f"name=Vente%20d%27origine&value={SALE}&key=originalTxRef" in receipt_lines(body)


def test_cash_goes_back_in_cash(store: Store):
    store.desk.way = lambda _, key: RefundedInCash(key, Amount(1237), 1235)
    body = store.ask(reversal())
    assert result(body) == ("Success", None)
    assert (body["ReversedAmount"], more(body)["cashRefund"]) == (12.37, "12.35")
    assert "Remettez 12,35" in more(body)["message"]


@pytest.mark.parametrize(
    ("reason", "void_only"),
    [
        ("MerchantCancel", False), ("CustCancel", False), ("SigDeclined", False), ("Anything", False),
        ("Malfunction", True), ("Unable2Compl", True),
    ],
)  # fmt: skip
def test_why_it_is_taken_back_decides_what_will_do(store: Store, reason, void_only):
    store.ask(with_field(reversal(), "ReversalRequest.ReversalReason", reason))
    (ask,) = store.desk.backs
    assert isinstance(ask, GiveBackAsk)
    assert ask.void_only is void_only


def test_a_reversal_without_a_reason_is_none_in_particular(store: Store):
    assert result(store.ask(without_field(reversal(), "ReversalRequest.ReversalReason"))) == ("Success", None)
    (ask,) = store.desk.backs
    assert isinstance(ask, GiveBackAsk)
    assert not ask.void_only


def refused(store: Store, message: dict[str, Any]) -> tuple[str | None, Body]:
    body = store.ask(message)
    word, condition = result(body)
    assert word == "Failure"
    assert len(body["PaymentReceipt"]) == 2
    assert any("NON%20REMBOURS" in line for line in receipt_lines(body))
    assert key_in(body) == NOBODY
    assert "ReversedAmount" not in body
    assert "OriginalPOITransaction" not in body
    assert (store.desk.backs, store.answers.kept) == ([], {})
    return condition, body


@pytest.mark.parametrize(
    ("path", "value", "condition"),
    [
        (f"{NAMED}.TransactionID", "BV0q001643892070000.VK9DRSLLRCQ2WN82", "NotFound"),
        (f"{NAMED}.TransactionID", "5f0c1c1e-93a5-1a8e-9d5b-0a1b2c3d4e5f", "NotFound"),
        (f"{NAMED}.TransactionID", NOBODY, "NotFound"),
        (f"{NAMED}.TransactionID", "Jean Tremblay", "NotFound"),
        (f"{NAMED}.TransactionID", ";4921817844445119=29121010000?", "NotAllowed"),
        (f"{NAMED}.TimeStamp", ";4921817844445119=29121010000?", "NotAllowed"),
        (f"{NAMED}.TransactionID", None, "MessageFormat"),
        ("ReversalRequest.OriginalPOITransaction", {}, "MessageFormat"),
        ("ReversalRequest.ReversedAmount", 0, "MessageFormat"),
        ("ReversalRequest.ReversedAmount", -1, "MessageFormat"),
        ("ReversalRequest.ReversedAmount", "5.00", "MessageFormat"),
        ("ReversalRequest.ReversedAmount", 0.001, "MessageFormat"),
        ("ReversalRequest.ReversedAmount", 1_000_000, "MessageFormat"),
        ("ReversalRequest.ReversedAmount", [5], "MessageFormat"),
        ("ReversalRequest", None, "MessageFormat"),
        ("MessageHeader.POIID", "P400-987654321", "NotAllowed"),
        ("MessageHeader.SaleID", "%B4921817844445119^TREMBLAY/ZOE^2912", "NotAllowed"),
    ],
)
def test_a_reversal_that_is_refused_asks_nobody(store: Store, path, value, condition):
    word, body = refused(store, with_field(reversal(), path, value))
    assert word == condition
    assert "Tremblay" not in str(body)
    assert "charge" not in more(body)["messageEn"]


def test_no_amount_is_all_of_it(store: Store):
    store.ask(with_field(reversal(), "ReversalRequest.ReversedAmount", None))
    assert store.desk.backs[0].amount is None


@pytest.mark.parametrize(
    ("cause", "condition", "words"),
    [
        (Cause.EXCEEDS, "NotAllowed", "more than what is left to refund"),
        (Cause.WRONG_STATE, "NotAllowed", "is not refunded this way"),
        (Cause.TOO_LATE, "NotAllowed", "Make a refund instead"),
        (Cause.CARD_NEEDED, "NotAllowed", "with the card present"),
        (Cause.NOT_SEEN, "NotFound", "does not know this sale"),
        (Cause.UNREACHABLE, "UnreachableHost", "try again later"),
        (Cause.IN_DOUBT, "InProgress", "Do not refund again"),
    ],
)
def test_a_reversal_that_was_not_made(store: Store, cause, condition, words):
    store.desk.way = not_given_back(cause)
    body = store.ask(reversal("5"))
    assert result(body) == ("Failure", condition)
    assert words in more(body)["messageEn"]
    assert key_in(body) == str(store.told()[0])
    assert "ReversedAmount" not in body
    assert repeated(store.ask(status(category="Reversal")), "Reversal") == body


def test_a_sale_that_was_not_voided_is_not_noted_as_told(store: Store):
    store.desk.way = lambda ask, _: NotRefunded(ask.sale, Cause.TOO_LATE)
    body = store.ask(reversal())
    assert result(body) == ("Failure", "NotAllowed")
    assert store.desk.told_keys == []
    assert not any("key=txRef" in line for line in receipt_lines(body))


def test_nobody_knows_yet(store: Store):
    store.desk.way = lambda _, __: Running()
    body = store.ask(reversal())
    assert result(body) == ("Failure", "InProgress")
    assert any("ISSUE%20PAS%20ENCORE%20CONNUE" in line for line in receipt_lines(body))
    asked = store.ask(status(category="Reversal"))
    assert result(asked) == ("Failure", "InProgress")
    assert asked["MessageReference"]["MessageCategory"] == "Reversal"


def test_a_fault_at_the_desk_is_not_told_as_no_refund(store: Store):
    store.desk.fault = RuntimeError("Jean Tremblay")
    body = store.ask(reversal())
    assert result(body) == ("Failure", "InProgress")
    assert "Do not refund again" in more(body)["messageEn"]
    assert store.troubles == [Trouble.PAYMENT]
    store.troubles.clear()


# ---- what it says of people, and what is signed ----


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("ReversalRequest.SaleData.SaleToAcquirerData", "shopperEmail=jean%40example.test"),
        ("ReversalRequest.SaleData.SaleToPOIData", "Jean Tremblay"),
        ("ReversalRequest.SaleData.SaleToIssuerData", {"StatementReference": "Jean Tremblay"}),
        ("ReversalRequest.SaleData.CustomerOrderID", "WEB-1"),
        ("ReversalRequest.CustomerOrder", {"AccessedBy": "Jean Tremblay"}),
        ("ReversalRequest.CustomerOrderID", "WEB-1"),
    ],
)
def test_whoever_it_names_is_dropped_and_said(store: Store, path, value):
    body = store.ask(with_field(reversal(), path, value))
    assert result(body) == ("Success", None)
    assert more(body)["warning"] == "identity-dropped"
    assert store.dropped == 1
    assert not any(b"jean" in kept.lower() or b"WEB-1" in kept for kept in store.answers.kept.values())
    assert repeated(store.ask(status(None)), "Reversal") == body


def test_a_refused_one_counts_too(store: Store):
    message = with_field(reversal(sale="unknown"), "ReversalRequest.SaleData.SaleToPOIData", "Jean Tremblay")
    assert more(store.ask(message))["warning"] == "identity-dropped"
    assert store.dropped == 1


def test_what_is_signed_is_the_reversal(store: Store):
    store.ask(reversal())
    store.ask(reversal("5", service_id="2"))
    whole, part = store.desk.backs
    for ask, cents in ((whole, "null"), (part, "500")):
        expected = f'["P400-123456789","Reversal","{SALE}",{cents},"CAD"]'
        assert ask.order_digest == order_digest(ask.order_salt, expected.encode())
    assert whole.till.sale != part.till.sale
