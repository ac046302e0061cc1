"""What is read of a request, what is refused and by which field's name; nothing raises and nothing is passed on."""

import json
from typing import Any

import pytest

from pos_bridge.wire.nexo.decode import MAX_BODY, BadField, Message, Rejected, Unreadable, decode
from pos_bridge.wire.nexo.request import (
    AbortRequest,
    LoginRequest,
    PaymentRequest,
    ReversalRequest,
    TransactionStatusRequest,
)
from pos_bridge.wire.nexo.words import Category, InstrumentType
from tests.wire.nexo.shapes import (
    SALE,
    abort,
    cash,
    encode,
    header,
    payment,
    reconciliation,
    refund,
    request,
    reversal,
    status,
    totals,
    with_field,
    without_field,
)


def test_a_payment_as_tills_send_it():
    message = decode(encode(payment("10.00")))
    assert isinstance(message, Message)
    assert message.header.sale_id == "Caisse 3 (étage)"
    assert message.header.service_id == "0207111104"
    body = message.body
    assert isinstance(body, PaymentRequest)
    assert body.sale_data.sale_transaction_id.transaction_id.endswith("--27908")
    assert bytes(body.payment_transaction.amounts_req.requested_amount) == b"10.00"
    assert isinstance(body.payment_transaction.sale_item, list)


def test_the_other_served_messages():
    paid = decode(encode(cash()))
    assert isinstance(paid, Message)
    assert isinstance(paid.body, PaymentRequest)
    assert paid.body.payment_data is not None
    assert paid.body.payment_data.payment_instrument_data is not None
    assert paid.body.payment_data.payment_instrument_data.payment_instrument_type is InstrumentType.CASH
    for message, kind in ((status(), TransactionStatusRequest), (abort(), AbortRequest)):
        read = decode(encode(message))
        assert isinstance(read, Message)
        assert type(read.body) is kind
    login = decode(encode(request("Login", {"DateTime": "x", "SaleSoftware": {}, "OperatorID": "Ann"})))
    assert isinstance(login, Message)
    assert login.body == LoginRequest()


SERVED = {"Payment", "Abort", "Reversal", "Reconciliation", "Login", "Logout", "Diagnosis", "GetTotals"}
SERVED |= {"TransactionStatus", "Display", "Input", "Print", "EnableService", "Loyalty"}


@pytest.mark.parametrize("category", list(Category))
def test_every_category_can_be_answered_whatever_its_body(category):
    read = decode(encode(request(category.value, {})))
    assert isinstance(read, Message | BadField)
    assert read.category is category
    if category.value not in SERVED:
        refused = decode(encode(request(category.value, ["anything", {"TrackData": "x"}])))
        assert isinstance(refused, Message)
        assert refused.body is None


PAYMENT_FAULTS: list[tuple[str, object, str | None]] = [
    ("PaymentRequest", 7, "PaymentRequest"),
    ("PaymentRequest", None, "PaymentRequest"),
    ("PaymentRequest.SaleData", [], "PaymentRequest.SaleData"),
    ("PaymentRequest.SaleData.SaleTransactionID", {}, "PaymentRequest.SaleData.SaleTransactionID.TransactionID"),
    (
        "PaymentRequest.SaleData.SaleTransactionID.TransactionID",
        "x" * 129,
        "PaymentRequest.SaleData.SaleTransactionID.TransactionID",
    ),
    (
        "PaymentRequest.SaleData.SaleTransactionID.TimeStamp",
        "a\nb",
        "PaymentRequest.SaleData.SaleTransactionID.TimeStamp",
    ),
    ("PaymentRequest.PaymentTransaction.AmountsReq.Currency", "dollars", None),
    ("PaymentRequest.PaymentTransaction.AmountsReq.Currency", 124, None),
    (
        "PaymentRequest.PaymentTransaction.SaleItem",
        [{}, {"ProductLabel": ["Jean Tremblay"]}],
        "PaymentRequest.PaymentTransaction.SaleItem[].ProductLabel",
    ),
    ("PaymentRequest.PaymentData.PaymentType", "Gift - at `$.Jean`", None),
    ("PaymentRequest.PaymentData.SplitPaymentFlag", "true", None),
    ("PaymentRequest.PaymentData.PaymentInstrumentData.PaymentInstrumentType", "Cheese", None),
    ("PaymentRequest.LoyaltyData", "Jean Tremblay", None),
    ("MessageHeader.MessageType", "Response", None),
    ("MessageHeader.MessageClass", "Device", None),
    ("MessageHeader.ProtocolVersion", "2.0", None),
]


@pytest.mark.parametrize(("path", "value", "named"), PAYMENT_FAULTS)
def test_a_bad_field_is_named_and_its_value_is_not(path, value, named):
    read = decode(encode(with_field(payment(), path, value)))
    assert isinstance(read, BadField)
    assert read.field == (named or path)
    assert read.category is Category.PAYMENT


ORIGINAL = "ReversalRequest.OriginalPOITransaction"
OTHER_FAULTS: list[tuple[dict[str, Any], str, object, str | None]] = [
    (reversal(), "ReversalRequest", None, None),
    (reversal(), ORIGINAL, None, None),
    (reversal(), ORIGINAL, {}, f"{ORIGINAL}.POITransactionID"),
    (reversal(), f"{ORIGINAL}.POITransactionID", {}, f"{ORIGINAL}.POITransactionID.TransactionID"),
    (reversal(), f"{ORIGINAL}.POITransactionID.TransactionID", "Jean\nTremblay", None),
    (reversal(), f"{ORIGINAL}.POITransactionID.TransactionID", 7, None),
    (reversal(), "ReversalRequest.ReversalReason", 7, None),
    (reversal(), "ReversalRequest.ReversalReason", "Jean" * 20, None),
    (reversal(), "ReversalRequest.SaleData", "Jean", None),
    (refund(), "PaymentRequest.PaymentTransaction.OriginalPOITransaction", [], None),
    (totals(), "GetTotalsRequest", None, None),
    (totals(), "GetTotalsRequest.TotalFilter", "Jean", None),
    (totals(), "GetTotalsRequest.TotalFilter.POIID", 7, None),
    (reconciliation(), "ReconciliationRequest", {}, "ReconciliationRequest.ReconciliationType"),
    (reconciliation(), "ReconciliationRequest.ReconciliationType", "Jean Tremblay", None),
]


@pytest.mark.parametrize(("message", "path", "value", "named"), OTHER_FAULTS)
def test_a_bad_field_of_the_other_messages_is_named(message, path, value, named):
    read = decode(encode(with_field(message, path, value)))
    assert isinstance(read, BadField)
    assert read.field == (named or path)


def test_a_reversal_as_tills_send_it():
    message = decode(encode(reversal("5.00")))
    assert isinstance(message, Message)
    assert isinstance(message.body, ReversalRequest)
    assert message.body.original_poi_transaction.poi_transaction_id.transaction_id == SALE
    assert message.body.reversal_reason == "MerchantCancel"
    assert bytes(message.body.reversed_amount) == b"5.00"


def test_a_reversal_may_leave_all_but_the_original_out():
    body = {"OriginalPOITransaction": {"POITransactionID": {"TransactionID": "x"}}}
    message = decode(encode(request("Reversal", body)))
    assert isinstance(message, Message)
    assert isinstance(message.body, ReversalRequest)
    assert (message.body.reversal_reason, bytes(message.body.reversed_amount)) == (None, b"")


def test_a_missing_field_is_named():
    for path in ("PaymentRequest", "PaymentRequest.SaleData", "PaymentRequest.PaymentTransaction.AmountsReq.Currency"):
        read = decode(encode(without_field(payment(), path)))
        assert isinstance(read, BadField)
        assert read.field == path


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ServiceID", "x" * 11),
        ("ServiceID", ""),
        ("ServiceID", 7),
        ("SaleID", "a" * 65),
        ("SaleID", "a\x00b"),
        ("POIID", "a\x85b"),
        ("SaleID", "\u202eabc"),
        ("POIID", None),
        ("DeviceID", []),
        ("MessageClass", {}),
    ],
)
def test_a_header_that_cannot_be_echoed_is_rejected_by_name(field, value):
    read = decode(encode(with_field(payment(), f"MessageHeader.{field}", value)))
    assert read == Rejected(Unreadable.BAD_HEADER, f"MessageHeader.{field}")
    if field != "DeviceID":
        missing = decode(encode(without_field(payment(), f"MessageHeader.{field}")))
        assert missing == Rejected(Unreadable.BAD_HEADER, f"MessageHeader.{field}")


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"", Unreadable.NOT_JSON),
        (b"hello", Unreadable.NOT_JSON),
        (b"\xff\xfe", Unreadable.NOT_JSON),
        (b'{"SaleToPOIRequest":', Unreadable.NOT_JSON),
        (b'{"SaleToPOIRequest": {"MessageHeader": {"ServiceID": "\xff"}}}', Unreadable.NOT_JSON),
        (encode(payment()) + b" {}", Unreadable.NOT_JSON),
        (b"NaN", Unreadable.NOT_JSON),
        (b"[" * 100_000, Unreadable.NO_REQUEST),
        (b'{"a":' * 40_000 + b"1" + b"}" * 40_000, Unreadable.NOT_JSON),
        (b"[]", Unreadable.NO_REQUEST),
        (b"null", Unreadable.NO_REQUEST),
        (b"{}", Unreadable.NO_REQUEST),
        (b'{"SaleToPOIRequest": {}}', Unreadable.NO_REQUEST),
        (b'{"SaleToPOIRequest": {"MessageHeader": []}}', Unreadable.NO_REQUEST),
        (b" " * (MAX_BODY + 1), Unreadable.TOO_LARGE),
    ],
)
def test_what_is_no_message_is_rejected_by_kind(raw, kind):
    assert decode(raw) == Rejected(kind)


@pytest.mark.parametrize("category", ["Event", "payment", "Pay", "Ünknown"])
def test_an_unknown_category_has_no_answer_to_be_shaped_like(category):
    message = {"SaleToPOIRequest": {"MessageHeader": header(category)}}
    assert decode(encode(message)) == Rejected(Unreadable.UNKNOWN_CATEGORY, "MessageHeader.MessageCategory")
    message["SaleToPOIRequest"]["PaymentRequest"] = {"SaleData": 1}
    assert decode(encode(message)) == Rejected(Unreadable.UNKNOWN_CATEGORY, "MessageHeader.MessageCategory")


def test_deep_nesting_in_an_unknown_field_ends_in_a_fault_and_not_in_a_crash():
    raw = encode(with_field(payment(), "PaymentRequest.Extra", "DEEP"))
    deep = raw.replace(b'"DEEP"', b"[" * 60_000 + b"]" * 60_000)
    assert decode(deep) == Rejected(Unreadable.NOT_JSON)


def test_text_in_any_language_and_a_no_break_space_are_text():
    for name in ("Caisse n°\u00a02", "収銀台", "🛒 1", "a" * 64):
        assert isinstance(decode(encode(with_field(payment(), "MessageHeader.SaleID", name))), Message)


def test_unknown_fields_and_repeated_keys_are_no_fault():
    raw = encode(with_field(payment(), "PaymentRequest.SaleData.New2030", {"a": [1, 2]}))
    assert isinstance(decode(raw.replace(b'"POIID"', b'"POIID": "x", "POIID"', 1)), Message)


def test_no_struct_shows_what_the_till_sent():
    message = decode(encode(payment()))
    assert isinstance(message, Message)
    assert "BODY-3M" not in repr(message.body) + repr(message.header) + repr(message)
    assert "rayé" not in repr(message.body)


def test_the_shapes_are_json():
    assert json.loads(encode(payment("10.00")))["SaleToPOIRequest"]["MessageHeader"]["ProtocolVersion"] == "3.0"
