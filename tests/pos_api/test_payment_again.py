"""A payment that is asked again: the same answer, and never a second charge."""

import re

import pytest

from pos_bridge.domain.leg import Cause
from tests.pos_api.fake_desk import failed
from tests.pos_api.receipts import TRANSACTION
from tests.pos_api.world import Store, more, repeated, result
from tests.wire.nexo.shapes import cash, payment, status, with_field

# ---- again ----


def test_a_repeat_is_given_the_same_answer_and_charges_once(store: Store):
    first = store.ask(payment())
    assert store.ask(payment()) == first
    assert len(store.desk.asks) == 1
    assert len(set(store.told(2))) == 1


def test_a_repeat_while_it_runs_waits_for_the_same_answer(store: Store):
    store.hold()
    first, second = store.asking(payment()), store.asking(payment())
    store.wait_for(lambda: store.desk.live == 1)
    store.release()
    assert first.answer() == second.answer()
    assert len(store.desk.asks) == 1


def test_another_amount_under_the_same_key_is_refused_and_the_first_stands(store: Store):
    first = store.ask(payment("10"))
    other = store.ask(payment("11"))
    assert result(other) == ("Failure", "NotAllowed")
    assert store.ask(payment("10")) == first
    assert repeated(store.ask(status())) == first


def test_another_amount_under_the_same_key_while_the_first_runs(store: Store):
    store.hold()
    first = store.asking(payment("10"))
    store.wait_for(lambda: store.desk.live == 1)
    other = store.ask(payment("11"))
    store.release()
    assert result(other) == ("Failure", "NotAllowed")
    assert result(first.answer()) == ("Success", None)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("PaymentRequest.SaleData.SaleTransactionID.TransactionID", "other"),
        ("PaymentRequest.PaymentTransaction.SaleItem.0.ProductCode", "OTHER"),
        ("PaymentRequest.PaymentTransaction.SaleItem.0.Quantity", 2),
        ("PaymentRequest.PaymentData.SplitPaymentFlag", True),
        ("PaymentRequest.PaymentTransaction.AmountsReq.PaidAmount", 5),
        ("PaymentRequest.PaymentData", {"PaymentInstrumentData": {"PaymentInstrumentType": "Cash"}}),
    ],
)
def test_other_content_under_the_same_key_is_another_request(store: Store, path, value):
    store.ask(payment())
    assert result(store.ask(with_field(payment(), path, value))) == ("Failure", "NotAllowed")
    assert len(store.desk.asks) == 1


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("PaymentRequest.SaleData.SaleTransactionID.TimeStamp", "2026-11-23T14:31:00Z"),
        ("PaymentRequest.SaleData.SaleToAcquirerData", "shopperEmail=jean%40example.test"),
        ("PaymentRequest.Unknown", 1),
        ("MessageHeader.DeviceID", "77"),
    ],
)
def test_what_is_no_part_of_the_request_makes_no_other_request(store: Store, path, value):
    first = store.ask(payment())
    assert store.ask(with_field(payment(), path, value)) == first


@pytest.mark.parametrize("message", [payment(), cash()])
def test_a_lost_answer_is_asked_for_again(store: Store, message):
    first = store.ask(message)
    body = store.ask(status())
    assert repeated(body) == first
    reference = {"MessageCategory": "Payment", "SaleID": "Caisse 3 (étage)", "ServiceID": "0207111104"}
    assert body["MessageReference"] == {**reference, "POIID": "P400-123456789"}
    header = body["RepeatedMessageResponse"]["MessageHeader"]
    assert header == {
        "ProtocolVersion": "3.0",
        "MessageClass": "Service",
        "MessageCategory": "Payment",
        "MessageType": "Response",
        "ServiceID": "0207111104",
        "SaleID": "Caisse 3 (étage)",
        "POIID": "P400-123456789",
    }
    assert repeated(store.ask(status(None))) == first  # the last one of this terminal
    assert len(set(store.told(3))) == 1


def test_a_failure_is_repeated_as_it_was(store: Store):
    store.desk.ending = failed(Cause.ISSUER)
    first = store.ask(payment())
    assert repeated(store.ask(status())) == first


def test_after_a_restart_the_answer_is_the_same_but_for_the_card(store: Store):
    first = store.ask(with_field(payment(), "PaymentRequest.SaleData.SaleToAcquirerData", "shopperReference=7"))
    store.restart()
    again = repeated(store.ask(status()))
    del first["PaymentResult"]["PaymentInstrumentData"]["CardData"]
    del first["PaymentResult"]["PaymentAcquirerData"]["ApprovalCode"]
    receipts = (first.pop("PaymentReceipt"), again.pop("PaymentReceipt"))
    assert again == first
    assert more(again)["warning"] == "identity-dropped"
    for before, after in zip(*receipts, strict=True):
        lines = [line["Text"] for line in before["OutputContent"]["OutputText"]]
        kept = [line["Text"] for line in after["OutputContent"]["OutputText"]]
        assert kept == [line for line in lines if not re.search(r"key=(pan|cardType|posEntryMode|authCode)$", line)]


def test_a_cash_answer_survives_a_restart_whole(store: Store):
    first = store.ask(cash())
    store.restart()
    assert repeated(store.ask(status())) == first
    assert store.ask(cash()) == first
    assert len(store.desk.asks) == 1


def test_an_answer_is_given_even_when_the_answers_file_lost_it(store: Store):
    first = store.ask(payment())
    store.answers.kept.clear()
    again = repeated(store.ask(status()))
    assert again["PaymentResult"]["AmountsResp"] == first["PaymentResult"]["AmountsResp"]
    assert (
        again["POIData"]["POITransactionID"]["TransactionID"] == first["POIData"]["POITransactionID"]["TransactionID"]
    )
    store.answers.kept = dict.fromkeys(store.answers.newest.values(), b"not ours")
    assert result(repeated(store.ask(status()))) == ("Success", None)


def test_nothing_of_a_card_or_a_person_is_kept(store: Store):
    store.ask(with_field(payment(), "PaymentRequest.SaleData.SaleToAcquirerData", "shopperEmail=jean@example.test"))
    (kept,) = store.answers.kept.values()
    for text in (b"5119", b"A1B2C3", b"jean", b"BODY-3M", b"Cashier 7"):
        assert text not in kept
    assert TRANSACTION.encode() in kept


def test_another_till_or_category_has_other_keys(store: Store):
    store.ask(payment())
    store.ask(payment(SaleID="Caisse 4"))
    requests = {ask.till.request for ask in store.desk.asks}
    sales = {ask.till.sale for ask in store.desk.asks}
    contents = {ask.till.content for ask in store.desk.asks}
    assert (len(requests), len(sales), len(contents)) == (2, 2, 1)
