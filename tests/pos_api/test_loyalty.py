"""Points as a till asks for them: with a payment, and by messages of their own, the same each time it asks."""

import asyncio
import json
from typing import Any

import msgspec
import pytest

from pos_bridge.domain.identity import Chouchous, VaultFault, VaultUnusableError
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import Busy, Running
from pos_bridge.domain.points import AwardAsk, AwardRefundAsk, Counted, NotCounted, PointsFault
from pos_bridge.domain.trouble import Trouble
from pos_bridge.pos_api.choice import NOTHING_OFFERED
from pos_bridge.pos_api.kept import decode_kept
from pos_bridge.pos_api.loyalty_kept import LoyaltyKept, decode_loyalty, encode_loyalty
from tests.pos_api.test_choice import MEMBER, with_member
from tests.pos_api.world import Store, more, repeated, result
from tests.wire.nexo.shapes import SALE, Number, abort, award, award_refund, cash, payment, status, with_field

POINTS = [
    {
        "LoyaltyAccount": {
            "LoyaltyAccountID": {"IdentificationType": "AccountNumber"},
            "LoyaltyBrand": "Chouchous",
        },
        "LoyaltyAmount": {"LoyaltyUnit": "Point", "AmountValue": 10},
    }
]
TRANSACTION = "LoyaltyRequest.LoyaltyTransaction"
CONDITIONS = f"{TRANSACTION}.TransactionConditions"
NIL = "00000000-0000-0000-0000-000000000000"


def points_status(service_id: str | None = "0207111104", **more: Any) -> dict[str, Any]:
    return status(service_id, "Loyalty", **more)


def key_in(body: dict[str, Any]) -> str:
    return str(body["POIData"]["POITransactionID"]["TransactionID"])


# ---- with a payment ----


@pytest.mark.parametrize("sale", [payment("10.99"), cash("10.98")], ids=["card", "cash"])
def test_a_payment_with_a_member_tells_its_points_the_same_each_time(store: Store, sale):
    first = store.ask(with_member(sale))
    assert first["LoyaltyResult"] == POINTS
    assert store.ask(with_member(sale)) == first
    assert repeated(store.ask(status())) == first
    store.restart()
    assert store.ask(with_member(sale))["LoyaltyResult"] == POINTS
    assert repeated(store.ask(status()))["LoyaltyResult"] == POINTS
    assert MEMBER not in json.dumps(first)


def test_a_payment_of_nobody_tells_none(store: Store):
    assert "LoyaltyResult" not in store.ask(payment())
    store.desk.vault = VaultUnusableError(VaultFault.DAMAGED)
    assert "LoyaltyResult" not in repeated(store.ask(status()))


def test_a_silent_vault_tells_none_of_an_earlier_run(store: Store):
    store.ask(with_member(payment()))
    store.restart()
    store.desk.vault = VaultUnusableError(VaultFault.DAMAGED)
    assert "LoyaltyResult" not in repeated(store.ask(status()))


# ---- by messages of their own ----


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


def test_while_a_payment_runs_it_is_busy_and_nothing_is_kept(store: Store):
    store.hold()
    with_card = store.asking(payment(service_id="P1"))
    store.wait_for(lambda: store.desk.live == 1)
    answer = store.ask(award(sale=SALE))
    assert result(answer) == ("Failure", "Busy")
    assert more(answer)["serviceId"] == "P1"
    store.release()
    with_card.answer()
    assert result(store.ask(award(sale=SALE))) == ("Success", None)


def hold_points(store: Store) -> None:
    async def hold() -> None:
        store.desk.points_door = asyncio.Event()

    store.run(hold())


def let_go(store: Store) -> None:
    assert store.desk.points_door is not None
    store._loop.call_soon_threadsafe(store.desk.points_door.set)


def test_while_it_runs_a_repeat_waits_and_a_question_does_not(store: Store):
    hold_points(store)
    first, second = store.asking(award(sale=SALE)), store.asking(award(sale=SALE))
    store.wait_for(lambda: len(store.desk.awards) == 1)
    assert result(store.ask(points_status())) == ("Failure", "InProgress")
    status_code, raw = store.post(abort(category="Loyalty"))
    assert (status_code, raw) == (200, b""), "it matched, and was too late"
    let_go(store)
    assert first.answer() == second.answer()
    assert result(first.answer()) == ("Success", None)
    assert len(store.desk.awards) == 1


# ---- aborted, and never seen ----


@pytest.mark.parametrize("how", [points_status(), abort(category="Loyalty")])
def test_what_was_never_seen_is_closed_by_asking(store: Store, how):
    status_code, raw = store.post(how)
    assert status_code == 200
    assert b"NotFound" in raw or b"Reject" in raw
    late = store.ask(award(sale=SALE))
    assert result(late) == ("Failure", "Aborted")
    assert store.desk.awards == []
    assert result(repeated(store.ask(points_status()), "Loyalty")) == ("Failure", "Aborted")
    assert result(store.ask(status(None))) == ("Failure", "NotFound"), "it was nobody's last request"


def test_what_has_ended_is_not_aborted(store: Store):
    first = store.ask(award(sale=SALE))
    status_code, raw = store.post(abort(category="Loyalty"))
    assert status_code == 200
    assert json.loads(raw)["SaleToPOIRequest"]["EventNotification"]["EventToNotify"] == "Reject"
    assert store.ask(award(sale=SALE)) == first


def test_of_another_terminal_or_without_a_name_the_counter_answers(store: Store):
    path = "TransactionStatusRequest.MessageReference"
    other = with_field(points_status(), f"{path}.POIID", "OTHER-1")
    assert result(store.ask(other)) == ("Failure", "NotFound")
    assert result(store.ask(with_field(points_status(), f"{path}.ServiceID", None))) == ("Failure", "MessageFormat")


# ---- refused ----


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


def test_a_fault_of_this_program_is_told_without_data(store: Store):
    store.desk.fault = RuntimeError(MEMBER)
    assert result(store.ask(award(sale=SALE))) == ("Failure", "InProgress")
    assert store.troubles == [Trouble.REQUEST]
    store.troubles.clear()
    store.desk.fault = None
    store.desk.awards.clear()
    assert result(store.ask(award(sale=SALE))) == ("Success", None)


# ---- the points that a till reckons with ----


@pytest.mark.parametrize("spelling", ["AmountValue", "Value"])
@pytest.mark.parametrize("unit", ["Point", None])
def test_the_points_that_a_till_reckons_with_are_asked_along(store: Store, spelling, unit):
    store.ask(told(award(sale=SALE), {spelling: Number("10.0")} | ({} if unit is None else {"LoyaltyUnit": unit})))
    assert store.desk.awards[0].told == 10


def told(message: dict[str, Any], amount: dict[str, Any], category: str = "Loyalty") -> dict[str, Any]:
    data = {"LoyaltyAccountID": {"LoyaltyID": MEMBER}, "LoyaltyAmount": amount}
    return with_field(message, f"{category}Request.LoyaltyData", [data])


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
    assert result(store.ask(told(award(sale=SALE), amount))) == ("Failure", condition)
    assert store.desk.awards == []


@pytest.mark.parametrize("amount", [{"AmountValue": 0}, {"LoyaltyUnit": "Monetary", "Value": Number("0.00")}, {}])
def test_nothing_reckoned_asks_for_nothing(store: Store, amount):
    assert result(store.ask(told(award(sale=SALE), amount))) == ("Success", None)
    assert store.desk.awards[0].told is None
    paid = with_member(payment(service_id="P1"), [{"LoyaltyAccountID": {"LoyaltyID": MEMBER}, "LoyaltyAmount": amount}])
    assert result(store.ask(paid)) == ("Success", None)


@pytest.mark.parametrize("amount", [{"AmountValue": 50}, {"LoyaltyUnit": "Monetary", "AmountValue": Number("5.00")}])
def test_a_payment_with_an_amount_of_loyalty_is_refused_never_ignored(store: Store, amount):
    data = [{"LoyaltyAccountID": {"LoyaltyID": MEMBER}, "LoyaltyAmount": amount}]
    answer = store.ask(with_member(payment(), data))
    assert result(answer) == ("Failure", "NotAllowed")
    assert more(answer)["field"] == "LoyaltyAmount"
    assert store.desk.asks == []


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
    store.answers.kept[name] = encode_loyalty(later)
    assert result(repeated(store.ask(points_status()), "Loyalty")) == ("Failure", "UnavailableService")
    assert repr(kept) == "LoyaltyKept"


def test_a_stop_waits_for_what_runs(store: Store):
    hold_points(store)
    asking = store.asking(award(sale=SALE))
    store.wait_for(lambda: len(store.desk.awards) == 1)
    let_go(store)
    store.restart()
    assert result(asking.answer()) == ("Success", None)
