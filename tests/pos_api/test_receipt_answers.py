"""What a till says about its receipts: languages asked for, taxes told; the same when the answer is given again."""

from typing import Any

import pytest

from tests.pos_api.receipts import Body
from tests.pos_api.told import receipt_lines
from tests.pos_api.world import Store
from tests.wire.nexo.shapes import Number, payment, refund, request, reversal, status, with_field

_OPERATOR = "SaleData.OperatorLanguage"
_CUSTOMER = "PaymentRequest.PaymentTransaction.TransactionConditions.CustomerLanguage"
_ITEMS = "PaymentRequest.PaymentTransaction.SaleItem"


def languages(body: Body) -> tuple[str, str, str]:
    """Of the cashier's copy, the customer's, and the sentence, if there is one."""
    named = {"CashierReceipt": "COMMER", "CustomerReceipt": "CLIENT"}
    copies = ["fr" if mark in receipt_lines(body, which)[1] else "en" for which, mark in named.items()]
    told = body["Response"].get("AdditionalResponse", "")
    words = dict(pair.split("=") for pair in told.split("&")) if told else {}
    spoken = "" if "message" not in words else "fr" if words["message"] == words["messageFr"] else "en"
    return copies[0], copies[1], spoken


def asking(cashier: object = None, customer: object = None, **more: Any) -> dict[str, Any]:
    message = payment(**more)
    if cashier is not None:
        message = with_field(message, f"PaymentRequest.{_OPERATOR}", cashier)
    return message if customer is None else with_field(message, _CUSTOMER, customer)


@pytest.mark.parametrize(
    ("cashier", "customer", "copies"),
    [
        (None, None, ("fr", "fr")),
        (None, "en", ("fr", "en")),
        ("en", None, ("en", "fr")),
        ("EN-ca", "fr_CA", ("en", "fr")),
        ("es", "de", ("fr", "fr")),
        ("english", 1, ("fr", "fr")),
        (["en"], {"en": "en"}, ("fr", "fr")),
    ],
)
def test_each_copy_in_the_language_that_was_asked_for(store: Store, cashier, customer, copies):
    body = store.ask(asking(cashier, customer))
    assert languages(body)[:2] == copies
    assert body["Response"]["Result"] == "Success"


def test_the_login_asks_for_no_language(store: Store):
    """Every till must send one, so that software sends a fixed word."""
    store.ask(request("Login", {"OperatorLanguage": "en", "DateTime": "2026-11-23T09:30:00Z"}, service_id="L1"))
    assert languages(store.ask(payment()))[:2] == ("fr", "fr")


def test_a_refusal_is_said_in_the_cashiers_language(store: Store):
    message = with_field(asking("en", "fr"), "PaymentRequest.PaymentData.PaymentType", "Instalment")
    assert languages(store.ask(message)) == ("en", "fr", "en")


def test_a_reversal_asks_for_its_cashiers_language(store: Store):
    body = store.ask(with_field(reversal(), f"ReversalRequest.{_OPERATOR}", "en"))
    assert languages(body)[:2] == ("en", "fr")


def items(*lines: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"ItemID": 1, "ProductCode": code, "ItemAmount": Number(amount)} for code, amount in lines]


def taxes(body: Body) -> list[str]:
    keys = ("gst", "qst", "hst", "pst")
    return [line for line in receipt_lines(body) if line.rpartition("key=")[2] in keys]


GST, QST = "name=TPS&value=0%2C50%C2%A0%24&key=gst", "name=TVQ&value=1%2C00%C2%A0%24&key=qst"


@pytest.mark.parametrize(
    "lines",
    [
        (("BODY-3M", "10"), ("TPS", "0.50"), ("TVQ", "1.00")),
        (("QST", "1"), ("gst", "0.5")),
        (("TVQ", "0.40"), ("TPS", "0.25"), ("QST", "0.60"), ("GST", "0.25")),
    ],
)
def test_taxes_are_printed_as_the_till_tells_them(store: Store, lines):
    assert taxes(store.ask(with_field(payment(), _ITEMS, items(*lines)))) == [GST, QST]


@pytest.mark.parametrize("lines", [(("TPS+TVQ", "1"),), (("TPS", "0"),), (("TPS", "-1"),), (("TPS", "0.001"),)])
def test_what_is_no_tax_is_on_no_receipt_and_stops_no_sale(store: Store, lines):
    body = store.ask(with_field(payment(), _ITEMS, items(*lines)))
    assert (body["Response"]["Result"], taxes(body)) == ("Success", [])


def test_a_refund_has_the_taxes_that_go_back(store: Store):
    assert taxes(store.ask(with_field(refund(), _ITEMS, items(("TPS", "0.50"), ("TVQ", "1"))))) == [GST, QST]


def test_taxes_and_languages_are_the_same_when_the_answer_is_given_again(store: Store):
    message = with_field(asking("en", "en"), _ITEMS, items(("TPS", "0.50"), ("TVQ", "1.00")))
    first = store.ask(message)
    assert languages(first)[:2] == ("en", "en")
    again = store.ask(status())["RepeatedMessageResponse"]["RepeatedResponseMessageBody"]["PaymentResponse"]
    assert again == first
    assert store.ask(message) == first
    other = with_field(asking("fr", "fr"), _ITEMS, items(("TPS", "0.50"), ("TVQ", "1.00")))
    assert store.ask(other) == first, "another language is no other request"
