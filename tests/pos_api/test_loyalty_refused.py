"""What is not counted: refused, and then neither asked for nor kept; or dropped, counted and said."""

import json

import pytest

from pos_bridge.pos_api.choice import NOTHING_OFFERED
from tests.pos_api.choosing import MEMBER
from tests.pos_api.points import points_status, reckoned
from tests.pos_api.world import Store, more, repeated, result
from tests.wire.nexo.shapes import SALE, Number, award, award_refund, with_field

TRANSACTION = "LoyaltyRequest.LoyaltyTransaction"
CONDITIONS = f"{TRANSACTION}.TransactionConditions"

REFUSED = {
    "Redemption": (with_field(award(sale=SALE), f"{TRANSACTION}.LoyaltyTransactionType", "Redemption"), "NotAllowed"),
    "Rebate": (with_field(award(sale=SALE), f"{TRANSACTION}.LoyaltyTransactionType", "Rebate"), "NotAllowed"),
    "RedemptionRefund": (
        with_field(award(sale=SALE), f"{TRANSACTION}.LoyaltyTransactionType", "RedemptionRefund"),
        "NotAllowed",
    ),
    "RebateRefund": (
        with_field(award(sale=SALE), f"{TRANSACTION}.LoyaltyTransactionType", "RebateRefund"),
        "NotAllowed",
    ),
    "another type": (
        with_field(award(sale=SALE), f"{TRANSACTION}.LoyaltyTransactionType", "Gift"),
        "MessageFormat",
    ),
    "no amount": (award(None, SALE), "MessageFormat"),
    "nothing": (award("0", SALE), "MessageFormat"),
    "less than nothing": (award("-1", SALE), "MessageFormat"),
    "half a cent": (award("1.005", SALE), "MessageFormat"),
    "a text": (with_field(award(sale=SALE), f"{TRANSACTION}.TotalAmount", "10.99"), "MessageFormat"),
    "no currency": (with_field(award(sale=SALE), f"{TRANSACTION}.Currency", None), "MessageFormat"),
    "no such currency": (with_field(award(sale=SALE), f"{TRANSACTION}.Currency", "ca$"), "MessageFormat"),
    "another currency": (with_field(award(sale=SALE), f"{TRANSACTION}.Currency", "USD"), "NotAllowed"),
    "no sale": (award_refund(sale=None), "MessageFormat"),
    "another's sale": (award(sale="20261123-0042"), "NotFound"),
    "a stripe": (award(sale=";4921817844445119=28122010000000000?"), "NotAllowed"),
    "a card": (award(sale=SALE, member="4921817844445119"), "NotAllowed"),
    "a token": (with_field(award_refund(), "LoyaltyRequest.SaleData.TokenRequestedType", "Customer"), "NotAllowed"),
    "no choice": (with_field(award(sale=SALE), f"{CONDITIONS}.LoyaltyHandling", "Forbidden"), "NotAllowed"),
    "silence": (with_field(award(sale=SALE), CONDITIONS, None), "NotAllowed"),
    "another brand": (with_field(award(sale=SALE), f"{CONDITIONS}.AllowedLoyaltyBrand", "Other"), "NotAllowed"),
    "no number": (with_field(award(sale=SALE), "LoyaltyRequest.LoyaltyData", None), "NotAllowed"),
    "a name": (award(sale=SALE, member="Jean Tremblay"), "NotAllowed"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_is_refused_is_not_asked_for_and_not_kept(store: Store, why):
    message, condition = REFUSED[why]
    answer = store.ask(message)
    assert result(answer) == ("Failure", condition)
    assert store.desk.awards == []
    assert store.answers.kept == {}
    assert "4921817844445119" not in json.dumps(answer)
    assert "Tremblay" not in json.dumps(answer)


@pytest.mark.parametrize("kind", ["PAN", "ISOTrack2"])
def test_a_member_number_that_says_it_is_a_card_is_refused(store: Store, kind):
    data = [{"LoyaltyAccountID": {"LoyaltyID": MEMBER, "IdentificationType": kind}}]
    assert result(store.ask(with_field(award(sale=SALE), "LoyaltyRequest.LoyaltyData", data)))[1] == "NotAllowed"


@pytest.mark.parametrize("why", ["no choice", "silence", "another brand", "a name"])
def test_a_member_nobody_chose_is_dropped_counted_and_said(store: Store, why):
    answer = store.ask(REFUSED[why][0])
    assert more(answer)["warning"] == "identity-dropped"
    assert store.dropped == 1


@pytest.mark.parametrize("field", ["SaleToAcquirerData", "SaleToPOIData", "SaleToIssuerData", "CustomerOrderID"])
@pytest.mark.parametrize("message", [award(sale=SALE), award_refund()], ids=["award", "refund"])
def test_what_else_names_a_person_is_dropped_and_the_points_are_counted(store: Store, field, message):
    answer = store.ask(with_field(message, f"LoyaltyRequest.SaleData.{field}", "Jean Tremblay"))
    assert result(answer) == ("Success", None)
    assert more(answer)["warning"] == "identity-dropped"
    assert more(repeated(store.ask(points_status()), "Loyalty"))["warning"] == "identity-dropped"
    assert store.dropped == 1


def test_a_member_that_comes_with_a_refund_is_dropped(store: Store):
    answer = store.ask(award(None, SALE, kind="AwardRefund"))
    assert result(answer) == ("Success", None)
    assert more(answer)["warning"] == "identity-dropped"


def test_a_till_without_a_programme_counts_nothing(store: Store):
    store.offered = NOTHING_OFFERED
    store.restart()
    answer = store.ask(award(sale=SALE))
    assert result(answer) == ("Failure", "UnavailableService")
    assert store.dropped == 1


@pytest.mark.parametrize(
    ("amount", "condition"),
    [
        ({"LoyaltyUnit": "Monetary", "AmountValue": 5}, "NotAllowed"),
        ({"AmountValue": Number("1.5")}, "MessageFormat"),
        ({"AmountValue": -5}, "MessageFormat"),
        ({"AmountValue": "ten"}, "MessageFormat"),
        ({"AmountValue": 10, "Value": 11}, "MessageFormat"),
    ],
)
def test_money_and_what_is_no_number_of_points_is_refused(store: Store, amount, condition):
    assert result(store.ask(reckoned(award(sale=SALE), amount))) == ("Failure", condition)
    assert store.desk.awards == []
