"""A refund that is asked for again, at the same moment as something else, or by a till that hung up: once made."""

import json
from typing import Any

import pytest

from pos_bridge.domain.outcome import NotRecordable
from tests.pos_api.told import key_in, receipt_lines
from tests.pos_api.world import API_KEY, Store, more, repeated, result
from tests.wire.nexo.shapes import abort, cash_refund, payment, refund, status, with_field

ORIGINAL = "PaymentRequest.PaymentTransaction.OriginalPOITransaction"
NAMED = f"{ORIGINAL}.POITransactionID.TransactionID"
AMOUNTS = "PaymentRequest.PaymentTransaction.AmountsReq"


@pytest.mark.parametrize("message", [refund("5"), cash_refund("5")], ids=["card", "cash"])
def test_the_same_again_is_the_same_answer_and_one_refund(store: Store, message):
    first = store.ask(message)
    assert store.ask(message) == first
    assert repeated(store.ask(status())) == first
    assert repeated(store.ask(status(None))) == first
    assert len(store.desk.backs) == 1
    store.restart()
    again = repeated(store.ask(status()))
    assert again["POIData"] == first["POIData"]
    assert again["PaymentResult"]["PaymentType"] == "Refund"
    assert [line for line in receipt_lines(again) if "originalTxRef" in line] == [
        line for line in receipt_lines(first) if "originalTxRef" in line
    ]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{AMOUNTS}.RequestedAmount", 6),
        (NAMED, "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"),
        ("PaymentRequest.PaymentData.PaymentType", "Normal"),
        ("PaymentRequest.PaymentData.PaymentInstrumentData.PaymentInstrumentType", "Cash"),
        ("PaymentRequest.SaleData.SaleTransactionID.TransactionID", "other"),
    ],
)
def test_the_same_name_for_something_else_is_refused_and_the_first_stands(store: Store, path, value):
    first = store.ask(refund("5"))
    other = store.ask(with_field(refund("5"), path, value))
    assert result(other) == ("Failure", "NotAllowed")
    assert store.ask(refund("5")) == first
    assert (len(store.desk.backs), store.desk.asks) == (1, [])


def test_the_answer_is_given_even_when_the_answers_file_lost_it(store: Store):
    first = store.ask(refund("5"))
    store.answers.kept.clear()
    again = repeated(store.ask(status()))
    assert again["PaymentResult"]["PaymentType"] == "Refund"
    assert again["POIData"]["POITransactionID"]["TransactionID"] == key_in(first)


def test_other_content_after_a_try_that_left_nothing_is_told_as_what_it_is(store: Store):
    way = store.desk.way
    store.desk.way = lambda _, __: NotRecordable()
    assert result(store.ask(refund("5")))[1] == "UnavailableService"
    store.desk.way = way
    paid = store.ask(payment("7"))
    assert paid["PaymentResult"]["PaymentType"] == "Normal"
    assert repeated(store.ask(status())) == paid
    store.restart()
    assert repeated(store.ask(status()))["PaymentResult"]["PaymentType"] == "Normal"


# ---- at the same moment ----


def test_a_refund_that_waits_for_its_card_can_be_aborted(store: Store):
    store.hold()
    asking = store.asking(refund("5"))
    store.wait_for(lambda: store.desk.live == 1)
    assert store.post(abort()) == (200, b"")
    body = asking.answer()
    assert result(body) == ("Failure", "Aborted")
    assert "Nothing was refunded" in more(body)["messageEn"]


def test_one_thing_at_a_time(store: Store):
    store.hold()
    first = store.asking(refund("5"))
    store.wait_for(lambda: store.desk.live == 1)
    for other in (payment(service_id="2"), cash_refund(service_id="3")):
        body = store.ask(other)
        assert result(body) == ("Failure", "Busy")
        assert more(body)["serviceId"] == "0207111104"
    assert result(store.ask(status())) == ("Failure", "InProgress")
    store.release()
    assert result(first.answer()) == ("Success", None)


def test_a_till_that_hangs_up_stops_nothing(store: Store):
    store.hold()
    with store.raw() as line:
        body = json.dumps(refund_in_digits()).encode()
        head = f"POST /nexo HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {API_KEY}\r\nContent-Length: {len(body)}\r\n\r\n"
        line.sendall(head.encode() + body)
        store.wait_for(lambda: store.desk.live == 1)
    store.release()
    store.wait_for(lambda: store.desk.live == 0)
    assert result(repeated(store.ask(status()))) == ("Success", None)
    assert len(store.desk.backs) == 1


def refund_in_digits() -> dict[str, Any]:
    """As `refund`, without spellings of numbers."""
    message = with_field(refund(), f"{AMOUNTS}.RequestedAmount", 5)
    return with_field(message, "PaymentRequest.PaymentTransaction.SaleItem", [])
