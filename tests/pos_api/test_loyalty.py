"""Points as a till asks for them by messages of their own: counted once, and told and kept the same each time."""

import msgspec
import pytest

from pos_bridge.domain.identity import Chouchous, VaultFault, VaultUnusableError
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import Busy, Running
from pos_bridge.domain.points import AwardAsk, AwardRefundAsk, Counted, NotCounted, PointsFault
from pos_bridge.pos_api.kept import decode_kept
from pos_bridge.pos_api.kept_request import encode_kept
from pos_bridge.pos_api.loyalty_kept import LoyaltyKept, decode_loyalty
from tests.pos_api.choosing import MEMBER, with_member
from tests.pos_api.points import POINTS, points_status, reckoned
from tests.pos_api.told import key_in
from tests.pos_api.world import Store, more, repeated, result
from tests.wire.nexo.shapes import SALE, Number, award, award_refund, payment, status

NIL = "00000000-0000-0000-0000-000000000000"


def test_an_award_and_its_refund(store: Store):
    sale = key_in(store.ask(payment(service_id="P1")))
    given = store.ask(award())
    assert result(given) == ("Success", None)
    assert given["LoyaltyResult"] == POINTS
    assert key_in(given) == sale
    assert given["SaleData"]["SaleTransactionID"]["TransactionID"].endswith("--27908")
    assert more(given) == {"identity": "chouchous"}
    (asked,) = store.desk.awards
    assert isinstance(asked, AwardAsk)
    assert (asked.member, asked.sale, asked.told) == (Chouchous(MEMBER), None, None)
    back = store.ask(award_refund("5.50", sale, service_id="B1"))
    assert result(back) == ("Success", None)
    assert back["LoyaltyResult"][0]["LoyaltyAmount"]["AmountValue"] == 5
    assert key_in(back) == sale
    assert more(back) == {}
    whole = store.desk.awards[-1]
    assert isinstance(whole, AwardRefundAsk)
    assert whole.amount is not None


@pytest.mark.parametrize("message", [award(sale=SALE), award_refund(), award_refund("5.50")])
def test_it_is_done_once_and_told_the_same_each_time(store: Store, message):
    first = store.ask(message)
    assert result(first) == ("Success", None)
    assert store.ask(message) == first
    assert repeated(store.ask(points_status()), "Loyalty") == first
    assert repeated(store.ask(status(None)), "Loyalty") == first, "the last one"
    store.restart()
    store.desk.vault = VaultUnusableError(VaultFault.DAMAGED)
    assert store.ask(message) == first
    assert repeated(store.ask(points_status()), "Loyalty") == first
    assert len(store.desk.awards) == 1


def test_a_payment_after_it_is_the_last_one_again(store: Store):
    store.ask(award(sale=SALE, service_id="L1"))
    paid = store.ask(payment(service_id="P1"))
    assert repeated(store.ask(status(None))) == paid


def test_the_same_name_with_other_content_is_refused_and_the_first_stands(store: Store):
    first = store.ask(award(sale=SALE))
    for other in (award("10.98", SALE), award_refund(), award(sale=str(LegKey.fresh()))):
        assert result(store.ask(other)) == ("Failure", "NotAllowed")
    assert store.ask(award(sale=SALE, member="SOMEBODY-ELSE")) == first, "as on a payment"
    assert len(store.desk.awards) == 1


def test_a_payment_and_an_award_may_have_one_name(store: Store):
    assert result(store.ask(payment())) == ("Success", None)
    assert result(store.ask(award())) == ("Success", None)
    assert repeated(store.ask(status()))["PaymentResult"]
    assert repeated(store.ask(points_status()), "Loyalty")["LoyaltyResult"] == POINTS


@pytest.mark.parametrize("fault", [fault for fault in PointsFault if fault is not PointsFault.VAULT])
def test_what_is_not_counted_is_its_end(store: Store, fault):
    store.desk.counting = NotCounted(fault, 7 if fault is PointsFault.OTHER_POINTS else None)
    first = store.ask(award(sale=SALE))
    word, condition = result(first)
    assert word == "Failure"
    assert condition in {"NotAllowed", "NotFound", "UnavailableService"}
    assert "LoyaltyResult" not in first
    assert key_in(first) == NIL
    assert ("points" in more(first)) is (fault is PointsFault.OTHER_POINTS)
    store.desk.counting = None
    assert store.ask(award(sale=SALE)) == first
    assert repeated(store.ask(points_status()), "Loyalty") == first
    assert len(store.desk.awards) == 1


@pytest.mark.parametrize(
    ("outcome", "condition"),
    [
        (NotCounted(PointsFault.VAULT), "UnavailableService"),
        (Running(), "InProgress"),
        (Busy("P-77"), "Busy"),
    ],
)
def test_what_is_not_its_end_is_tried_again_under_the_same_name(store: Store, outcome, condition):
    store.desk.counting = outcome
    first = store.ask(award(sale=SALE))
    assert result(first) == ("Failure", condition)
    assert more(first).get("serviceId") == ("P-77" if condition == "Busy" else None)
    store.desk.counting = None
    assert result(store.ask(award(sale=SALE))) == ("Success", None)


def test_what_a_crash_broke_off_is_what_the_vault_says(store: Store):
    store.desk.counting = Running()
    store.ask(award(sale=SALE))
    told = repeated(store.ask(points_status()), "Loyalty")
    assert result(told) == ("Failure", "UnavailableService"), "nothing was done, as far as it goes"
    (name,) = store.answers.kept
    store.desk.counts[name] = Counted(LegKey.parse(SALE), 10)
    store.desk.vault = VaultUnusableError(VaultFault.DISK)
    assert result(store.ask(points_status())) == ("Failure", "InProgress")
    store.desk.vault = {}
    assert repeated(store.ask(points_status()), "Loyalty")["LoyaltyResult"] == POINTS
    store.desk.counts.clear()
    assert result(store.ask(award(sale=SALE))) == ("Success", None)
    assert len(store.desk.awards) == 1


# ---- the points that a till reckons with ----


@pytest.mark.parametrize("spelling", ["AmountValue", "Value"])
@pytest.mark.parametrize("unit", ["Point", None])
def test_the_points_that_a_till_reckons_with_are_asked_along(store: Store, spelling, unit):
    store.ask(reckoned(award(sale=SALE), {spelling: Number("10.0")} | ({} if unit is None else {"LoyaltyUnit": unit})))
    assert store.desk.awards[0].told == 10


@pytest.mark.parametrize("amount", [{"AmountValue": 0}, {"LoyaltyUnit": "Monetary", "Value": Number("0.00")}, {}])
def test_nothing_reckoned_asks_for_nothing(store: Store, amount):
    assert result(store.ask(reckoned(award(sale=SALE), amount))) == ("Success", None)
    assert store.desk.awards[0].told is None
    paid = with_member(payment(service_id="P1"), [{"LoyaltyAccountID": {"LoyaltyID": MEMBER}, "LoyaltyAmount": amount}])
    assert result(store.ask(paid)) == ("Success", None)


# ---- what is kept ----


def test_neither_answer_nor_answers_file_holds_who(store: Store):
    _, raw = store.post(award(sale=SALE))
    kept = b"".join(store.answers.kept.values())
    assert MEMBER.encode() not in raw
    assert MEMBER.encode() not in kept


def test_what_is_kept_is_never_taken_for_a_payments(store: Store):
    store.ask(award(sale=SALE))
    store.ask(payment(service_id="P1"))
    kinds = {(decode_kept(raw) is None, decode_loyalty(raw) is None) for raw in store.answers.kept.values()}
    assert kinds == {(True, False), (False, True)}


def test_a_word_of_a_later_version_is_no_end_that_can_be_said(store: Store):
    store.ask(award(sale=SALE))
    (name,) = store.answers.kept
    kept = decode_loyalty(store.answers.kept[name])
    assert isinstance(kept, LoyaltyKept)
    later = msgspec.structs.replace(kept, counted=None, points=None, fault="of-tomorrow")
    store.answers.kept[name] = encode_kept(later)
    assert result(repeated(store.ask(points_status()), "Loyalty")) == ("Failure", "UnavailableService")
    assert repr(kept) == "LoyaltyKept"
