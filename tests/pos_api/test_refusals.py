"""What is refused, in nexo's words and the cashier's: nothing is passed over in silence, nothing is echoed."""

import json
from typing import Any

import pytest

from pos_bridge.wire.nexo.words import Category
from tests.pos_api.world import Store, more, result
from tests.wire.nexo.shapes import POIID, Number, cash, encode, payment, request, with_field, without_field

AMOUNTS = "PaymentRequest.PaymentTransaction.AmountsReq"
SECRET_WORDS = ("Jean Tremblay", "4921817844445119", "jean@example.test")


def refused(store: Store, message: dict[str, Any]) -> str | None:
    """The Failure for a payment: in a payment's shape, with receipts, and no leg."""
    body = store.ask(message)
    word, condition = result(body)
    assert word == "Failure"
    assert len(body["PaymentReceipt"]) == 2
    assert body["POIData"]["POITransactionID"]["TransactionID"] == "00000000-0000-0000-0000-000000000000"
    assert store.desk.asks == []
    assert store.answers.kept == {}
    assert not any(word in json.dumps(body, ensure_ascii=False) for word in SECRET_WORDS)
    return condition


@pytest.mark.parametrize(
    ("category", "condition"),
    [
        ("CardAcquisition", "UnavailableService"), ("InputUpdate", "UnavailableService"),
        ("BalanceInquiry", "UnavailableService"), ("StoredValue", "UnavailableService"),
        ("Admin", "UnavailableService"), ("Batch", "UnavailableService"), ("Sound", "UnavailableService"),
        ("Transmit", "UnavailableService"), ("CardReaderAPDU", "NotAllowed"), ("CardReaderInit", "NotAllowed"),
        ("CardReaderPowerOff", "NotAllowed"), ("PIN", "NotAllowed"),
    ],
)  # fmt: skip
def test_a_category_that_is_not_served_is_answered(store: Store, category, condition):
    status, raw = store.post(request(category, {"CardData": {"PAN": SECRET_WORDS[1]}}))
    answer = json.loads(raw)["SaleToPOIResponse"]
    assert status == 200
    assert set(answer) == {"MessageHeader", f"{category}Response"}
    assert result(answer[f"{category}Response"]) == ("Failure", condition)
    assert SECRET_WORDS[1].encode() not in raw


def test_every_category_is_either_served_or_in_the_table_above():
    served = {"Abort", "Diagnosis", "Login", "Logout", "Payment", "TransactionStatus"}
    served |= {"Reversal", "GetTotals", "Reconciliation", "Display", "Input", "Print", "EnableService", "Loyalty"}
    (marks,) = test_a_category_that_is_not_served_is_answered.pytestmark
    assert {c.value for c in Category} == served | {category for category, _ in marks.args[1]}


@pytest.mark.parametrize("amount", ["0", "-5", "0.001", "12.345", "1000000", "1e400", "3" * 30])
def test_an_amount_out_of_range_is_named(store: Store, amount):
    body = store.ask(payment(amount))
    assert result(body) == ("Failure", "MessageFormat")
    assert more(body)["field"] == f"{AMOUNTS}.RequestedAmount"
    assert more(body)["field"] in more(body)["messageFr"]
    assert amount not in more(body).values()


@pytest.mark.parametrize("amount", ["10.00", None, True, [], {}, {"Value": 10}])
def test_an_amount_that_is_no_number(store: Store, amount):
    assert refused(store, with_field(payment(), f"{AMOUNTS}.RequestedAmount", amount)) == "MessageFormat"


@pytest.mark.parametrize(
    ("path", "value", "condition"),
    [
        (f"{AMOUNTS}.CashBackAmount", Number("20.00"), "NotAllowed"),
        (f"{AMOUNTS}.TipAmount", 1, "NotAllowed"),
        (f"{AMOUNTS}.MinimumAmountToDeliver", 1, "NotAllowed"),
        (f"{AMOUNTS}.MaximumCashBackAmount", 1, "NotAllowed"),
        (f"{AMOUNTS}.MinimumSplitAmount", 1, "NotAllowed"),
        (f"{AMOUNTS}.TipAmount", "1", "MessageFormat"),
        (f"{AMOUNTS}.TipAmount", -1, "MessageFormat"),
        (f"{AMOUNTS}.PaidAmount", -1, "MessageFormat"),
        (f"{AMOUNTS}.Currency", "USD", "NotAllowed"),
        (f"{AMOUNTS}.Currency", "dollars", "MessageFormat"),
        (f"{AMOUNTS}.Currency", "cad", "MessageFormat"),
        (f"{AMOUNTS}.Currency", "C\u00c9D", "MessageFormat"),
        ("PaymentRequest.PaymentTransaction.SaleItem.0.Quantity", "one", "MessageFormat"),
        ("PaymentRequest.PaymentTransaction.TransactionConditions.AllowedPaymentBrand", ["Interac"], "NotAllowed"),
        ("PaymentRequest.PaymentData.PaymentType", "Refund", "NotAllowed"),
        (f"{AMOUNTS}.PaidAmount", Number("5.00"), "NotAllowed"),
        (f"{AMOUNTS}.PaidAmount", Number("999999.99"), "MessageFormat"),
        ("PaymentRequest.PaymentData.PaymentType", "CashAdvance", "NotAllowed"),
        ("PaymentRequest.PaymentData.PaymentType", "Completion", "NotAllowed"),
        ("PaymentRequest.PaymentData.PaymentType", "Jean Tremblay", "MessageFormat"),
        ("PaymentRequest.PaymentData.Instalment", {"InstalmentType": "EqualInstalments"}, "NotAllowed"),
        ("PaymentRequest.PaymentData.CardAcquisitionReference", {"TransactionID": "1"}, "NotAllowed"),
        ("PaymentRequest.PaymentData.PaymentInstrumentData.PaymentInstrumentType", "Check", "NotAllowed"),
        ("PaymentRequest.PaymentData.PaymentInstrumentData.PaymentInstrumentType", "Mobile", "NotAllowed"),
        (
            "PaymentRequest.PaymentData.PaymentInstrumentData.CardData",
            {"SensitiveCardData": {"PAN": SECRET_WORDS[1]}},
            "NotAllowed",
        ),
        ("PaymentRequest.PaymentData.PaymentInstrumentData.MobileData", {}, "NotAllowed"),
        ("PaymentRequest.SaleData.TokenRequestedType", "Customer", "NotAllowed"),
        (
            "PaymentRequest.LoyaltyData",
            [{"LoyaltyAccountID": {"IdentificationType": "PAN", "LoyaltyID": SECRET_WORDS[1]}}],
            "NotAllowed",
        ),
        (
            "PaymentRequest.LoyaltyData",
            {"LoyaltyAccountID": {"IdentificationType": "ISOTrack2", "LoyaltyID": SECRET_WORDS[1]}},
            "NotAllowed",
        ),
        ("PaymentRequest.LoyaltyData", {"CardAcquisitionReference": {"TransactionID": "1"}}, "NotAllowed"),
        ("PaymentRequest.SaleData.SaleTransactionID", "Jean Tremblay", "MessageFormat"),
        ("MessageHeader.POIID", "P400-987654321", "NotAllowed"),
        ("MessageHeader.ProtocolVersion", "9.9", "MessageFormat"),
    ],
)
def test_a_payment_that_is_refused(store: Store, path, value, condition):
    assert refused(store, with_field(payment(), path, value)) == condition


@pytest.mark.parametrize("field", ["SaleID", "DeviceID"])
@pytest.mark.parametrize("stripe", [f";{SECRET_WORDS[1]}=29121010000?", f"%B{SECRET_WORDS[1]}^TREMBLAY/ZOE^2912"])
@pytest.mark.parametrize("shape", [payment, cash])
def test_a_stripe_in_the_name_of_a_till_is_kept_nowhere(store: Store, field, stripe, shape):
    assert result(store.ask(with_field(shape(), f"MessageHeader.{field}", stripe))) == ("Failure", "NotAllowed")
    assert (store.desk.asks, store.answers.kept) == ([], {})


@pytest.mark.parametrize("field", ["CashBackAmount", "TipAmount", "MaximumCashBackAmount"])
@pytest.mark.parametrize("nothing", [0, Number("0.00"), None])
def test_a_zero_asks_for_nothing(store: Store, field, nothing):
    assert result(store.ask(with_field(payment(), f"{AMOUNTS}.{field}", nothing))) == ("Success", None)


def test_a_limit_on_brands_is_nothing_to_cash(store: Store):
    path = "PaymentRequest.PaymentTransaction.TransactionConditions.AllowedPaymentBrand"
    assert result(store.ask(with_field(cash(), path, ["Interac"]))) == ("Success", None)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("PaymentRequest.SaleData.SaleToAcquirerData", "shopperEmail=jean%40example.test&shopperReference=7"),
        ("PaymentRequest.SaleData.SaleToAcquirerData", "eyJzaG9wcGVyRW1haWwiOiAiamVhbkBleGFtcGxlLnRlc3QifQ=="),
        ("PaymentRequest.SaleData.SaleToAcquirerData", {"shopperEmail": "jean@example.test"}),
        ("PaymentRequest.SaleData.SaleToPOIData", "Jean Tremblay"),
        ("PaymentRequest.SaleData.SaleToIssuerData", {"StatementReference": "Jean Tremblay"}),
        ("PaymentRequest.PaymentData.CustomerOrder", {"SaleReferenceID": "7", "AccessedBy": "Jean Tremblay"}),
        ("PaymentRequest.PaymentData.CustomerOrder", [{"AdditionalInformation": "for Jean Tremblay"}]),
        ("PaymentRequest.PaymentTransaction.SaleItem.0.AdditionalProductInfo", "for Jean Tremblay"),
        ("PaymentRequest.LoyaltyData", [{"LoyaltyAccountID": {"LoyaltyID": "98765", "IdentificationType": "BarCode"}}]),
        ("PaymentRequest.LoyaltyData", {"LoyaltyAccountID": {"LoyaltyID": "98765"}}),
    ],
)
@pytest.mark.parametrize("shape", [payment, cash])
@pytest.mark.usefixtures("one_salt")
def test_identity_that_comes_without_a_choice_is_dropped_and_the_answer_says_so(store: Store, path, value, shape):
    plain = store.ask(shape(service_id="plain"))
    body = store.ask(with_field(shape(), path, value))
    assert result(body) == ("Success", None)
    assert more(body)["warning"] == "identity-dropped"
    assert "warning" not in more(plain)
    assert store.dropped == 1
    first, second = store.desk.asks
    assert (first.order_digest, first.till.content) == (second.order_digest, second.till.content)
    assert second.choices == ()
    for kept in store.answers.kept.values():
        assert not any(word in kept for word in (b"jean", b"Jean", b"order-77", b"98765", b"eyJz"))


@pytest.mark.parametrize("nothing", [None, []])
def test_an_empty_loyalty_field_is_no_identity(store: Store, nothing):
    assert "warning" not in more(store.ask(with_field(payment(), "PaymentRequest.LoyaltyData", nothing)))


def test_training_mode_would_charge_for_real(store: Store):
    assert result(store.ask(request("Login", {"TrainingModeFlag": True}))) == ("Failure", "NotAllowed")


@pytest.mark.parametrize("category", ["Login", "Logout", "Diagnosis", "TransactionStatus"])
def test_a_body_that_is_not_there(store: Store, category):
    body = store.ask(without_field(request(category, {}), f"{category}Request"))
    assert result(body) == ("Failure", "MessageFormat")
    assert more(body)["field"] == f"{category}Request"


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "not-json"),
        (b"Jean Tremblay", "not-json"),
        (b"[" * 5000, "no-request"),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "not-json"),
        (b'{"SaleToPOIRequest": {"Jean": 1}}', "no-request"),
        (
            encode(with_field(payment(), "MessageHeader.ServiceID", "Jean Tremblay")),
            "bad-header: MessageHeader.ServiceID",
        ),
        (
            encode(with_field(payment(), "MessageHeader.MessageCategory", "Jean")),
            "unknown-category: MessageHeader.MessageCategory",
        ),
    ],
)
def test_what_has_no_header_is_an_error_below_nexo(store: Store, raw, told):
    status, body = store.post(raw)
    assert status == 400
    assert json.loads(body) == {"errors": [told]}


def test_the_terminal_is_named_by_its_poiid(store: Store):
    assert store.ask(payment())["PaymentResult"]["PaymentAcquirerData"]["AcquirerPOIID"] == POIID


@pytest.mark.parametrize("field", ["TransactionID", "TimeStamp"])
@pytest.mark.parametrize("track", [f";{SECRET_WORDS[1]}=4912101?", f"%B{SECRET_WORDS[1]}^", f"{SECRET_WORDS[1]}=4912"])
def test_a_stripe_typed_into_the_sales_name_is_card_data(store: Store, field, track):
    for message in (payment(), cash()):
        typed = with_field(message, f"PaymentRequest.SaleData.SaleTransactionID.{field}", track)
        assert refused(store, typed) == "NotAllowed"


@pytest.mark.parametrize("name", ["4012012511230001", "2026-11-23T12:00:00=1", "A" * 128, "202611231200 = 4912"])
def test_a_tills_own_numbers_are_not_taken_for_a_card(store: Store, name):
    message = with_field(payment(), "PaymentRequest.SaleData.SaleTransactionID.TransactionID", name)
    assert result(store.ask(message)) == ("Success", None)
