"""A payment and its answer, over the real HTTPS port."""

from typing import Any

import pytest

from pos_bridge.checkout.order import order_digest
from pos_bridge.domain.card import Brand, CardFacts, EntryMode
from pos_bridge.domain.chip import ChipReceipt, Verified
from pos_bridge.domain.leg import Cause, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import AlreadyApproved, NotRecordable, PaidByCard, Running
from pos_bridge.domain.trouble import Trouble
from tests.pos_api.fake_desk import failed, partly
from tests.pos_api.receipts import TRANSACTION
from tests.pos_api.told import receipt_lines
from tests.pos_api.world import Store, more, result
from tests.wire.nexo.shapes import cash, payment, status, with_field

VISA_OF_NO_BRAND: Any = object()  # what no answer can be made of


def test_a_card_sale(store: Store):
    body = store.ask(payment("10.99"))
    (key,) = store.told()
    assert body["Response"] == {"Result": "Success"}
    assert body["SaleData"]["SaleTransactionID"] == {
        "TransactionID": TRANSACTION,
        "TimeStamp": "2026-11-23T09:30:00.000-05:00",
    }
    assert body["POIData"]["POITransactionID"] == {"TransactionID": str(key), "TimeStamp": "2026-11-23T09:30:01.000Z"}
    assert body["PaymentResult"] == {
        "PaymentType": "Normal",
        "PaymentInstrumentData": {
            "PaymentInstrumentType": "Card",
            "CardData": {"PaymentBrand": "visa", "MaskedPan": "*" * 12 + "5119", "EntryMode": ["MagStripe"]},
        },
        "AmountsResp": {"Currency": "CAD", "AuthorizedAmount": 10.99},
        "OnlineFlag": True,
        "PaymentAcquirerData": {
            "MerchantID": "CLEMENT-001",
            "AcquirerPOIID": "P400-123456789",
            "AcquirerTransactionID": {"TransactionID": str(key), "TimeStamp": "2026-11-23T09:30:01.000Z"},
            "ApprovalCode": "A1B2C3",
        },
    }
    (ask,) = store.desk.asks
    assert (ask.amount, ask.tender, ask.partial_ok, ask.service_id) == (Amount(1099), Tender.CARD, False, "0207111104")


def test_the_receipts_of_a_card_sale(store: Store):
    body = store.ask(payment("1234.56"))
    lines = receipt_lines(body)
    assert lines[:3] == [
        "name=RELEV%C3%89%20DE%20TRANSACTION&key=record",
        "name=COPIE%20DU%20CLIENT&key=header1",
        "name=ACHAT&key=txType",
    ]
    assert "name=Num%C3%A9ro&value=%2A%2A%2A%2A%2A%2A%2A%2A%2A%2A%2A%2A5119&key=pan" in lines
    assert "name=TOTAL%20CAD&value=1%C2%A0234%2C56%C2%A0%24&key=totalAmount" in lines
    assert "name=Autorisation&value=A1B2C3&key=authCode" in lines
    assert receipt_lines(body, "CashierReceipt")[1] == "name=COPIE%20DU%20COMMER%C3%87ANT&key=header1"


def test_a_cash_sale_is_rounded_on_the_receipt_and_exact_in_the_books(store: Store):
    body = store.ask(cash("12.37"))
    assert body["Response"] == {"Result": "Success", "AdditionalResponse": "cashDue=12.35"}
    assert body["PaymentResult"] == {
        "PaymentType": "Normal",
        "PaymentInstrumentData": {"PaymentInstrumentType": "Cash"},
        "AmountsResp": {"Currency": "CAD", "AuthorizedAmount": 12.37},
        "OnlineFlag": False,
    }
    lines = receipt_lines(body)
    assert "name=Montant%20exact&value=12%2C37%C2%A0%24&key=txAmount" in lines
    assert "name=Arrondi&value=-0%2C02%C2%A0%24&key=cashRounding" in lines
    assert "name=TOTAL%20CAD&value=12%2C35%C2%A0%24&key=totalAmount" in lines
    assert not any(word in line for line in lines for word in ("pan", "authCode", "cardType"))


@pytest.mark.parametrize("spelled", ["10", "10.0", "10.00", "1E+1"])
def test_ten_dollars_are_ten_dollars(store: Store, spelled):
    store.ask(payment(spelled))
    assert store.desk.asks[0].amount == Amount(1000)


def test_a_partial_approval_only_where_the_till_allowed_it(store: Store):
    store.desk.ending = partly(500)
    body = store.ask(with_field(payment("10"), "PaymentRequest.PaymentData.SplitPaymentFlag", value=True))
    assert store.desk.asks[0].partial_ok
    assert result(body) == ("Partial", "PaymentRestriction")
    assert body["PaymentResult"]["AmountsResp"]["AuthorizedAmount"] == 5
    assert any("key=txAmount" in line for line in receipt_lines(body))


CONDITIONS = {
    Cause.ABORTED: "Aborted",
    Cause.NO_CARD: "Cancel",
    Cause.CHIP_REQUIRED: "InvalidCard",
    Cause.CHIP_DECLINED: "Refusal",
    Cause.CHIP_FAILED: "InvalidCard",
    Cause.CARD_REMOVED: "Cancel",
    Cause.CARD_BLOCKED: "Refusal",
    Cause.READER_LOGGED: "UnavailableDevice",
    Cause.CARD_LEFT: "Cancel",
    Cause.SURROUNDINGS: "UnavailableDevice",
    Cause.READER: "DeviceOut",
    Cause.ROOM: "UnavailableDevice",
    Cause.UNREACHABLE: "UnreachableHost",
    Cause.NO_ANSWER: "UnreachableHost",
    Cause.ISSUER: "Refusal",
    Cause.STOPPED: "Aborted",
}


@pytest.mark.parametrize("cause", CONDITIONS)
def test_a_payment_that_was_not_made(store: Store, cause):
    store.desk.ending = failed(cause)
    body = store.ask(payment())
    assert result(body) == ("Failure", CONDITIONS[cause])
    assert "PaymentResult" not in body
    assert body["SaleData"]["SaleTransactionID"]["TransactionID"] == TRANSACTION
    assert body["POIData"]["POITransactionID"]["TransactionID"] == str(store.told()[0])
    assert len(body["PaymentReceipt"]) == 2
    told = more(body)
    assert told["message"] == told["messageFr"] != told["messageEn"]
    assert any("key=hold" in line for line in receipt_lines(body)) is (cause is Cause.NO_ANSWER)


@pytest.mark.parametrize(
    ("how", "method"),
    [
        (Verified.SIGNATURE, ["PaperSignature"]),
        (Verified.PIN_AT_READER, ["OfflinePIN"]),
        (Verified.PIN_ONLINE, ["OnlinePIN"]),
        (Verified.NOT_AT_ALL, None),
    ],
)
def test_a_chip_says_how_its_holder_was_verified(store: Store, how, method):
    card = CardFacts(Brand.VISA, 5119, EntryMode.CHIP)
    receipt = ChipReceipt(bytes.fromhex("A0000000031010"), bytes(5), bytes.fromhex("E800"), how)
    store.desk.ending = lambda ask, key: PaidByCard(key, ask.amount, ask.amount, "A1B2C3", card, chip=receipt)
    body = store.ask(payment())
    assert body["PaymentResult"].get("AuthenticationMethod") == method
    assert body["PaymentResult"]["PaymentInstrumentData"]["CardData"]["EntryMode"] == ["ICC"]
    assert body["PaymentReceipt"][0]["RequiredSignatureFlag"] is (how is Verified.SIGNATURE)
    assert any("value=A0000000031010&key=aid" in line for line in receipt_lines(body))
    assert any("value=VISA&key=preferredName" in line for line in receipt_lines(body))


def test_the_journal_cannot_be_written(store: Store):
    store.desk.ending = lambda _, __: NotRecordable()
    assert result(store.ask(payment())) == ("Failure", "UnavailableService")


def test_a_sale_that_is_paid_already_names_the_payment(store: Store):
    first = LegKey.fresh()
    store.desk.ending = lambda _, __: AlreadyApproved(first)
    body = store.ask(payment())
    assert result(body) == ("Failure", "NotAllowed")
    assert more(body)["reference"] == str(first)
    assert str(first) in more(body)["message"]
    assert store.desk.told_keys == []
    lines = receipt_lines(body)
    assert not any("NON%20PAY" in line for line in lines), "it is paid: no receipt may say that it is not"
    assert any(str(first) in line for line in lines)


def test_an_outcome_that_is_not_known_is_not_printed_as_unpaid(store: Store):
    store.desk.ending = lambda _, __: Running()
    body = store.ask(payment())
    assert result(body) == ("Failure", "InProgress")
    assert not any("NON%20PAY" in line for line in receipt_lines(body))


def test_an_outcome_that_only_a_person_can_find_out_is_told_as_that(store: Store):
    """Nobody is told to wait, and to ask again, for what will not come by itself."""
    store.desk.ending = lambda _, __: Running(person=True)
    for body in (store.ask(payment()), store.ask(status())):
        assert result(body) == ("Failure", "InProgress")
        assert "Do not charge again: call the manager" in more(body)["messageEn"]


def test_an_answer_that_cannot_be_made_is_not_told_as_a_failed_payment(store: Store):
    store.desk.ending = lambda ask, key: PaidByCard(key, ask.amount, ask.amount, "A1B2C3", VISA_OF_NO_BRAND)
    body = store.ask(payment())
    assert result(body) == ("Failure", "InProgress")
    assert not any("NON%20PAY" in line for line in receipt_lines(body))
    assert store.troubles == [Trouble.REQUEST]
    store.troubles.clear()


def test_the_order_goes_to_the_desk_as_the_digest_of_its_canonical_bytes(store: Store):
    store.ask(payment("10.990"))
    expected = (
        '["P400-123456789","0b5f8ab1-31d0-4b2e-9b5e-2f6d5b5e8a2c--27908",1099,"CAD",'
        '[["0","BODY-3M","0628915432109","Other","1","10.99","10.99",null,"Cache-couche, rayé"]]]'
    )
    (ask,) = store.desk.asks
    assert ask.order_digest == order_digest(ask.order_salt, expected.encode())


@pytest.mark.usefixtures("one_salt")
def test_one_item_may_stand_without_its_array(store: Store):
    items = payment()["SaleToPOIRequest"]["PaymentRequest"]["PaymentTransaction"]["SaleItem"]
    store.ask(payment())
    store.ask(with_field(payment(service_id="2"), "PaymentRequest.PaymentTransaction.SaleItem", items[0]))
    first, second = store.desk.asks
    assert (first.order_digest, first.till.content) == (second.order_digest, second.till.content)
