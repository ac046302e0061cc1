"""A refund that comes as a payment, over the real HTTPS port: to the card of a sale, or in cash."""

from typing import Any

import pytest

from pos_bridge.checkout.order import order_digest
from pos_bridge.domain.leg import Cause, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import NotRecordable, RefundAsk, Running, Voided
from pos_bridge.domain.trouble import Trouble
from tests.pos_api.fake_desk import not_given_back
from tests.pos_api.receipts import TRANSACTION
from tests.pos_api.told import key_in, receipt_lines
from tests.pos_api.world import Store, more, repeated, result
from tests.wire.nexo.shapes import SALE, Number, cash_refund, payment, refund, status, with_field

ORIGINAL = "PaymentRequest.PaymentTransaction.OriginalPOITransaction"
NAMED = f"{ORIGINAL}.POITransactionID.TransactionID"
AMOUNTS = "PaymentRequest.PaymentTransaction.AmountsReq"
NOBODY = "00000000-0000-0000-0000-000000000000"


def test_a_refund_to_the_card_that_paid(store: Store):
    body = store.ask(refund("5.00"))
    (key,) = store.told()
    (ask,) = store.desk.backs
    assert isinstance(ask, RefundAsk)
    assert (ask.sale, ask.amount, ask.tender) == (LegKey.parse(SALE), Amount(500), Tender.CARD)
    assert ask.service_id == "0207111104"
    assert body["Response"] == {"Result": "Success"}
    assert body["SaleData"]["SaleTransactionID"]["TransactionID"] == TRANSACTION
    assert body["POIData"]["POITransactionID"] == {"TransactionID": str(key), "TimeStamp": "2026-11-23T09:30:01.000Z"}
    assert body["PaymentResult"] == {
        "PaymentType": "Refund",
        "PaymentInstrumentData": {
            "PaymentInstrumentType": "Card",
            "CardData": {"PaymentBrand": "visa", "MaskedPan": "*" * 12 + "5119", "EntryMode": ["MagStripe"]},
        },
        "AmountsResp": {"Currency": "CAD", "AuthorizedAmount": 5.00},
        "OnlineFlag": True,
        "PaymentAcquirerData": {
            "MerchantID": "CLEMENT-001",
            "AcquirerPOIID": "P400-123456789",
            "AcquirerTransactionID": {"TransactionID": str(key), "TimeStamp": "2026-11-23T09:30:01.000Z"},
            "ApprovalCode": "R7F8G9",
        },
    }
    lines = receipt_lines(body)
    assert "name=REMBOURSEMENT&key=txType" in lines
    assert f"name=Vente%20d%27origine&value={SALE}&key=originalTxRef" in lines
    assert store.desk.asks == []


def test_a_refund_in_cash_needs_no_sale_and_is_rounded_for_the_drawer(store: Store):
    body = store.ask(cash_refund("12.38"))
    (ask,) = store.desk.backs
    assert isinstance(ask, RefundAsk)
    assert (ask.sale, ask.amount, ask.tender) == (None, Amount(1238), Tender.CASH)
    assert result(body) == ("Success", None)
    assert more(body)["cashRefund"] == "12.40"
    assert more(body)["message"] == "Remettez 12,40\u00a0$ comptant au client."
    assert more(body)["messageEn"] == "Hand $12.40 in cash to the customer."
    assert body["PaymentResult"] == {
        "PaymentType": "Refund",
        "PaymentInstrumentData": {"PaymentInstrumentType": "Cash"},
        "AmountsResp": {"Currency": "CAD", "AuthorizedAmount": 12.38},
        "OnlineFlag": False,
    }


def test_a_refund_in_cash_may_name_its_sale(store: Store):
    assert result(store.ask(cash_refund("5", SALE))) == ("Success", None)
    assert store.desk.backs[0].sale == LegKey.parse(SALE)


def refused(store: Store, message: dict[str, Any]) -> tuple[str | None, str]:
    """The Failure for a refund: in a payment's shape, with receipts, and nothing asked of the desk."""
    body = store.ask(message)
    word, condition = result(body)
    assert word == "Failure"
    assert key_in(body) == NOBODY
    assert any("NON%20REMBOURS" in line for line in receipt_lines(body))
    assert not any("NON%20PAY" in line for line in receipt_lines(body))
    assert (store.desk.backs, store.desk.asks, store.answers.kept) == ([], [], {})
    return condition, more(body)["messageEn"]


def test_a_refund_to_a_card_without_its_sale_is_told_to_scan_the_receipt(store: Store):
    condition, told = refused(store, refund(sale=None))
    assert condition == "NotAllowed"
    assert "Scan the reference on the receipt" in told


@pytest.mark.parametrize(
    "name",
    [
        "0b5f8ab1-31d0-4b2e-9b5e-2f6d5b5e8a2c--27908",
        "BV0q001643892070000.VK9DRSLLRCQ2WN82",  # as other terminals name theirs
        "5f0c1c1e-93a5-1a8e-9d5b-0a1b2c3d4e5f",  # a UUID, and none of ours
        NOBODY,
        "Jean Tremblay",
        "4921817844445119",
        "1" * 128,
    ],
)
@pytest.mark.parametrize("shape", [refund, cash_refund])
def test_a_name_that_is_no_sale_of_ours_is_not_found_and_not_asked_for(store: Store, name, shape):
    condition, told = refused(store, shape("5", name))
    assert condition == "NotFound"
    assert "Nothing was refunded" in told
    assert name not in told


@pytest.mark.parametrize("spelled", [SALE.upper(), SALE.replace("-", ""), f" {SALE} "])
def test_a_sale_is_the_same_however_a_scanner_spells_it(store: Store, spelled):
    first = store.ask(refund("5", SALE))
    assert store.ask(refund("5", spelled)) == first
    assert len(store.desk.backs) == 1


def test_who_sold_it_is_not_asked(store: Store):
    """Any terminal of the shop may take goods back: the processor knows the sale by its key."""
    elsewhere = with_field(refund(), f"{ORIGINAL}.POIID", "P400-000000002")
    assert result(store.ask(with_field(elsewhere, f"{ORIGINAL}.SaleID", "Caisse 9"))) == ("Success", None)


@pytest.mark.parametrize(
    ("path", "value", "condition"),
    [
        (f"{AMOUNTS}.RequestedAmount", 0, "MessageFormat"),
        (f"{AMOUNTS}.RequestedAmount", -5, "MessageFormat"),
        (f"{AMOUNTS}.RequestedAmount", "5", "MessageFormat"),
        (f"{AMOUNTS}.TipAmount", 1, "NotAllowed"),
        (f"{AMOUNTS}.CashBackAmount", 1, "NotAllowed"),
        (f"{AMOUNTS}.PaidAmount", 1, "NotAllowed"),
        (f"{AMOUNTS}.Currency", "USD", "NotAllowed"),
        ("PaymentRequest.PaymentData.Instalment", {"InstalmentType": "EqualInstalments"}, "NotAllowed"),
        ("PaymentRequest.PaymentData.PaymentInstrumentData.PaymentInstrumentType", "Check", "NotAllowed"),
        ("PaymentRequest.PaymentData.PaymentInstrumentData.CardData", {"MaskedPan": "5119"}, "NotAllowed"),
        ("PaymentRequest.PaymentTransaction.TransactionConditions.AllowedPaymentBrand", ["Interac"], "NotAllowed"),
        ("PaymentRequest.SaleData.TokenRequestedType", "Customer", "NotAllowed"),
        (NAMED, ";4921817844445119=29121010000?", "NotAllowed"),
        (f"{ORIGINAL}.POITransactionID.TimeStamp", ";4921817844445119=29121010000?", "NotAllowed"),
    ],
)
def test_a_refund_that_is_refused(store: Store, path, value, condition):
    word, told = refused(store, with_field(refund("5"), path, value))
    assert word == condition
    assert "charge" not in told


@pytest.mark.parametrize(
    ("cause", "condition"),
    [
        (Cause.EXCEEDS, "NotAllowed"),
        (Cause.WRONG_STATE, "NotAllowed"),
        (Cause.OTHER_CARD, "InvalidCard"),
        (Cause.NOT_SEEN, "NotFound"),
        (Cause.ISSUER, "Refusal"),
        (Cause.UNREACHABLE, "UnreachableHost"),
        (Cause.IN_DOUBT, "InProgress"),
    ],
)
def test_a_refund_that_was_not_made(store: Store, cause, condition):
    store.desk.way = not_given_back(cause)
    body = store.ask(refund("5"))
    assert result(body) == ("Failure", condition)
    assert key_in(body) == str(store.told()[0])
    assert more(body)["message"] == more(body)["messageFr"] != more(body)["messageEn"]
    assert "PaymentResult" not in body
    not_known = cause is Cause.IN_DOUBT
    assert any("NON%20REMBOURS" in line for line in receipt_lines(body)) is not not_known
    assert any("PAS%20ENCORE%20CONNUE" in line for line in receipt_lines(body)) is not_known
    assert repeated(store.ask(status())) == body


def test_nothing_can_be_recorded(store: Store):
    store.desk.way = lambda _, __: NotRecordable()
    body = store.ask(refund())
    assert result(body) == ("Failure", "UnavailableService")
    assert "Nothing was refunded" in more(body)["messageEn"]


def test_an_end_that_is_not_known_is_told_as_that(store: Store):
    store.desk.way = lambda _, __: Running()
    body = store.ask(refund())
    assert result(body) == ("Failure", "InProgress")
    assert "Do not refund again" in more(body)["messageEn"]
    assert store.desk.told_keys == []
    assert any("ISSUE%20PAS%20ENCORE%20CONNUE" in line for line in receipt_lines(body))
    status_ = store.ask(status())
    assert result(status_) == ("Failure", "InProgress")
    assert "This refund is running" in more(status_)["messageEn"]


def test_an_end_that_only_a_person_can_find_out_is_told_as_that(store: Store):
    """Nobody is told to wait, and to ask again, for what will not come by itself."""
    store.desk.way = lambda _, __: Running(person=True)
    for body in (store.ask(refund()), store.ask(status())):
        assert result(body) == ("Failure", "InProgress")
        assert more(body)["messageEn"].endswith("Do not refund again: call the manager.")
        assert "reçu" not in more(body)["messageFr"], "a refund whose end is not known has no reference of its own"


def test_a_sale_that_is_voided_where_a_refund_was_asked_is_told_as_a_refund(store: Store):
    store.desk.way = lambda ask, _: Voided(LegKey.parse(SALE), Amount(1099))
    body = store.ask(refund())
    assert result(body) == ("Success", None)
    assert (body["PaymentResult"]["PaymentType"], key_in(body)) == ("Refund", SALE)
    assert store.desk.told_keys == [], "the sale's own answer was not asked for"


def test_a_fault_at_the_desk_is_not_told_as_no_refund(store: Store):
    store.desk.fault = RuntimeError("4921817844445119 Jean Tremblay")
    body = store.ask(refund())
    assert result(body) == ("Failure", "InProgress")
    assert "Do not refund again" in more(body)["messageEn"]
    assert store.troubles == [Trouble.PAYMENT]
    store.troubles.clear()


# ---- who, and what for ----


@pytest.mark.parametrize("shape", [refund, cash_refund])
def test_nobody_chooses_to_be_known_with_a_refund(store: Store, shape):
    member = {"LoyaltyAccountID": {"LoyaltyID": "CH-0042", "IdentificationType": "BarCode"}}
    message = with_field(shape(), "PaymentRequest.LoyaltyData", [member])
    path = "PaymentRequest.PaymentTransaction.TransactionConditions"
    message = with_field(message, path, {"LoyaltyHandling": "Allowed", "AllowedLoyaltyBrand": ["Chouchous"]})
    body = store.ask(message)
    assert result(body) == ("Success", None)
    assert more(body)["warning"] == "identity-dropped"
    assert store.dropped == 1
    assert not any(b"CH-0042" in kept for kept in store.answers.kept.values())
    assert store.desk.vault_asked == []


def test_the_order_goes_along_as_a_digest_and_the_keys_are_hashes_of_the_original(store: Store):
    store.ask(refund("5.00"))
    store.ask(refund("5.00", service_id="2"))
    store.ask(refund("6.00", service_id="3"))
    store.ask(payment("5.00", service_id="4"))
    one, again, more_, *_ = store.desk.backs
    assert one.till.sale == again.till.sale != more_.till.sale
    assert one.till.request != again.till.request
    assert store.desk.asks[0].till.sale not in {one.till.sale, more_.till.sale}
    expected = (
        '["P400-123456789","0b5f8ab1-31d0-4b2e-9b5e-2f6d5b5e8a2c--27908",500,"CAD",'
        '[["0","BODY-3M","0628915432109","Other","1","10.99","10.99",null,"Cache-couche, rayé"]]]'
    )
    assert one.order_digest == order_digest(one.order_salt, expected.encode())


def test_an_original_beside_a_payment_is_nothing_to_it(store: Store):
    message = with_field(payment(), ORIGINAL, {"POITransactionID": {"TransactionID": "whatever"}})
    assert result(store.ask(message)) == ("Success", None)
    assert store.desk.backs == []


@pytest.mark.parametrize("nothing", [0, Number("0.00"), None])
def test_nothing_paid_before_is_nothing_asked_for(store: Store, nothing):
    assert result(store.ask(with_field(refund(), f"{AMOUNTS}.PaidAmount", nothing))) == ("Success", None)
