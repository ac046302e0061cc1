"""A native till over the whole real store: what its cashier sees, what it is told, and what becomes of the money."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from hw_sim.native_till import NativeTill, new_request_id
from pos_bridge.protocol import till_v1_pb2 as pb
from tests.surfaces.book import until
from tests.surfaces.native import NativeShop, native_shop


@pytest.fixture(name="shop", scope="module")
def one_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NativeShop]:
    with native_shop(tmp_path_factory.mktemp("store")) as shop:
        yield shop


@pytest.fixture(name="till", params=["socket", "port"])
def either_till(shop: NativeShop, request: pytest.FixtureRequest) -> NativeTill:
    return shop.at_socket if request.param == "socket" else shop.at_port


# ---- a payment ----


def test_a_card_pays_and_the_cashier_sees_how_far_it_is(shop: NativeShop, till: NativeTill):
    with shop.asking(1234, till, order=b'{"basket": 1}') as asked, shop.store.customer("visa"):
        told = asked.end()
    assert asked.seen == [pb.STAGE_PREPARING, pb.STAGE_PRESENT_CARD, pb.STAGE_AUTHORISING]
    assert "Insérez ou glissez la carte." in asked.said
    assert (told.result, told.cents, told.confirm, told.cause) == (pb.RESULT_APPROVED, 1234, False, "")
    assert (told.card.brand, told.card.last_four, told.card.entry_mode) == ("visa", "5119", "magstripe")
    assert told.card.approval_code
    until(lambda: shop.held(told.key) == ["captured"])
    assert till.status(asked.request_id) == told
    assert [receipt.for_customer for receipt in told.receipts] == [False, True]
    assert all(len(line) <= 42 for receipt in told.receipts for line in receipt.lines)


def test_cash_is_rounded(till: NativeTill):
    told = till.pay(1003, cash=True, confirm_within_s=10)
    assert (told.result, told.cents, told.cash_cents, told.confirm) == (pb.RESULT_APPROVED, 1003, 1005, False)


def test_a_declined_card(shop: NativeShop):
    shop.mode("decline")
    try:
        told = shop.pay(1235)
    finally:
        shop.mode("approve")
    assert (told.result, told.cause) == (pb.RESULT_REFUSED, "issuer")
    assert told.text_fr
    assert told.text_en


def test_the_same_request_again_waits_for_the_same_answer_and_sees_the_same_screen(shop: NativeShop):
    request_id = new_request_id()
    again: dict[str, Any] = {"request_id": request_id, "reference": "twice"}
    with shop.asking(2001, **again) as first:
        first.comes_to(pb.STAGE_PRESENT_CARD)
        with shop.asking(2001, **again) as second:
            second.comes_to(pb.STAGE_PRESENT_CARD)
            assert shop.at_socket.pay(2002, **again).result == pb.RESULT_CONTRADICTION
            with shop.store.customer("visa"):
                told = first.end()
            assert second.end() == told
    assert shop.at_socket.pay(2001, **again) == told
    assert shop.at_socket.pay(2001, cash=True, **again).result == pb.RESULT_CONTRADICTION
    assert shop.at_socket.refund(2001, told.key, request_id=request_id).result == pb.RESULT_CONTRADICTION
    assert len(shop.held(told.key)) == 1


def test_another_till_is_told_nothing_of_it(shop: NativeShop):
    request_id = new_request_id()
    told = shop.at_socket.pay(1500, cash=True, request_id=request_id)
    assert shop.at_socket.status(request_id).key == told.key
    assert shop.at_port.status(request_id).result == pb.RESULT_NEVER_SEEN


def test_two_tills_may_call_their_sales_alike(shop: NativeShop):
    """And neither adds to the other's sale, or takes it back."""
    one, other = shop.at_socket, shop.at_port
    first = one.pay(1000, cash=True, reference="7", split=(0, 5000))
    assert other.pay(900, cash=True, reference="7", split=(0, 900)).remaining_cents == 0
    assert other.cancel_basket("7").cause == "committed", "its own"
    back = one.cancel_basket("7")
    assert (back.result, [each.cents for each in back.cash]) == (pb.RESULT_GIVEN_BACK, [1000])
    assert first.remaining_cents == 4000


def test_a_request_that_was_never_seen_is_closed_by_asking(till: NativeTill):
    request_id = new_request_id()
    assert till.status(request_id).result == pb.RESULT_NEVER_SEEN
    assert till.pay(1501, cash=True, request_id=request_id).result == pb.RESULT_CLOSED


def test_who_watches_and_goes_away_stops_no_payment(shop: NativeShop):
    with shop.asking(1502, reference="left") as asked:
        asked.comes_to(pb.STAGE_PRESENT_CARD)
        lost = shop.at_socket.stub.Pay(
            pb.PayRequest(request_id=asked.request_id, cents=1502, tender=pb.TENDER_CARD, reference="left"), timeout=60
        )
        assert next(lost).HasField("progress")
        lost.cancel()
        assert shop.at_socket.status(asked.request_id).result == pb.RESULT_NOT_KNOWN_YET
        with shop.store.customer("visa"):
            assert asked.end().result == pb.RESULT_APPROVED


def test_a_client_that_goes_away_is_told_by_status_and_its_sale_is_not_paid_twice(shop: NativeShop):
    request = pb.PayRequest(request_id=new_request_id(), cents=1503, tender=pb.TENDER_CARD, reference="gone")
    gone = NativeTill.of(shop.facts)
    updates = gone.stub.Pay(request, timeout=60)
    while next(updates).progress.stage != pb.STAGE_PRESENT_CARD:
        pass
    updates.cancel()
    gone.close()
    with shop.store.customer("visa") as customer:
        assert customer.presented()
        until(lambda: shop.at_socket.health() and not busy(shop))
    other = pb.PayRequest(request_id=new_request_id(), cents=1503, tender=pb.TENDER_CARD, reference="gone")
    (before,) = list(shop.at_socket.stub.Pay(other, timeout=60))
    assert before.outcome.result == pb.RESULT_PAID_BEFORE
    told = shop.at_socket.status(request.request_id)
    assert (told.result, told.key) == (pb.RESULT_APPROVED, before.outcome.key)


def busy(shop: NativeShop) -> bool:
    return bool(shop.store.till().diagnosis().body["POIStatus"]["GlobalStatus"] == "Busy")


# ---- aborted, confirmed, cancelled ----


def test_a_payment_that_waits_for_its_card_is_withdrawn(shop: NativeShop, till: NativeTill):
    with shop.asking(1600, till) as asked:
        asked.comes_to(pb.STAGE_PRESENT_CARD)
        assert till.abort(asked.request_id)
        told = asked.end()
    assert (told.result, told.cause) == (pb.RESULT_REFUSED, "aborted")
    assert not till.abort(asked.request_id)
    assert till.status(asked.request_id) == told


def test_an_abort_while_the_card_is_authorised_takes_it_back_where_the_till_confirms(shop: NativeShop):
    shop.mode("delay", 0.7)
    try:
        with shop.asking(1601, confirm_within_s=30) as asked, shop.store.customer("visa"):
            asked.comes_to(pb.STAGE_AUTHORISING)
            assert shop.at_socket.abort(asked.request_id)
            told = asked.end()
    finally:
        shop.mode("approve")
    assert (told.result, told.cause) == (pb.RESULT_REFUSED, "cancelled")
    until(lambda: shop.held(told.key) == ["reversed"])


def test_a_payment_is_confirmed(shop: NativeShop, till: NativeTill):
    told = shop.pay(1602, till, confirm_within_s=60)
    assert (told.result, told.confirm) == (pb.RESULT_APPROVED, True)
    assert shop.held(told.key) == ["authorised"]
    for _ in range(2):
        confirmed = till.confirm(told.key)
        assert (confirmed.result, confirmed.key, confirmed.confirm) == (pb.RESULT_APPROVED, told.key, False)
    until(lambda: shop.held(told.key) == ["captured"])
    late = till.cancel(told.key)
    assert (late.result, late.cents) == (pb.RESULT_APPROVED, 1602), "it is too late for that"


def test_a_payment_is_given_up_before_it_is_confirmed(shop: NativeShop, till: NativeTill):
    told = shop.pay(1603, till, confirm_within_s=60)
    for _ in range(2):
        given_up = till.cancel(told.key)
        assert (given_up.result, given_up.cause) == (pb.RESULT_REFUSED, "cancelled")
    until(lambda: shop.held(told.key) == ["reversed"])
    assert till.confirm(told.key).result == pb.RESULT_REFUSED


def test_a_payment_that_nobody_confirms_is_taken_back(shop: NativeShop):
    request_id = new_request_id()
    told = shop.pay(1604, confirm_within_s=5, request_id=request_id)
    assert told.confirm
    until(lambda: shop.held(told.key) == ["reversed"])
    again = shop.at_socket.status(request_id)
    assert (again.result, again.cause) == (pb.RESULT_REFUSED, "unconfirmed")


def test_no_payment_of_that_key(till: NativeTill):
    nowhere = "2f1c9c9e-4a3f-4c7e-9b1a-6f2a3b4c5d6e"
    assert till.confirm(nowhere).result == pb.RESULT_NO_SUCH
    assert till.cancel(nowhere).result == pb.RESULT_NO_SUCH
    assert till.cancel_basket("nothing").result == pb.RESULT_NO_SUCH


# ---- money back ----


def test_a_sale_of_today_is_voided_and_one_in_part_refunded(shop: NativeShop, till: NativeTill):
    paid = shop.pay(1700, till)
    request_id = new_request_id()
    voided = till.give_back(paid.key, request_id=request_id)
    assert (voided.result, voided.key, voided.cents) == (pb.RESULT_GIVEN_BACK, paid.key, 1700)
    assert till.give_back(paid.key, request_id=request_id) == voided == till.status(request_id)
    other = shop.pay(1701, till)
    part = till.give_back(other.key, 700)
    assert (part.result, part.cents) == (pb.RESULT_GIVEN_BACK, 700)
    assert part.key not in {"", other.key}
    more = till.give_back(other.key, 1002)
    assert (more.result, more.cause) == (pb.RESULT_REFUSED, "exceeds")


def test_cash_goes_back_in_cash(till: NativeTill):
    paid = till.pay(1003, cash=True)
    back = till.refund(1003, paid.key, cash=True)
    assert (back.result, back.cents, back.cash_cents) == (pb.RESULT_GIVEN_BACK, 1003, 1005)
    assert "10,05" in back.text_fr
    without = till.refund(502, cash=True)
    assert (without.result, without.cash_cents) == (pb.RESULT_GIVEN_BACK, 500)


def test_the_same_part_of_a_sale_goes_back_twice_where_the_first_answer_was_read(shop: NativeShop):
    """Read, though the call was cancelled right after: its outcome was there."""
    till = shop.at_socket
    for _ in range(6):
        sale = till.pay(1000, cash=True).key
        for _ in range(2):
            back = pb.RefundRequest(
                request_id=new_request_id(), cents=100, tender=pb.TENDER_CASH, sale_key=sale, reference="part"
            )
            updates = till.stub.Refund(back, timeout=20)
            assert next(updates).outcome.result == pb.RESULT_GIVEN_BACK
            updates.cancel()


def test_a_refund_to_a_card_is_watched_too_and_names_its_sale(shop: NativeShop):
    paid, seen = shop.pay(1702), []
    with shop.store.customer("visa"):
        back = shop.at_socket.refund(1702, paid.key, watch=lambda progress: seen.append(progress.stage))
    assert (back.result, back.cents) == (pb.RESULT_GIVEN_BACK, 1702)
    assert seen == [pb.STAGE_PREPARING, pb.STAGE_PRESENT_CARD, pb.STAGE_AUTHORISING]
    unnamed = shop.at_socket.refund(1702)
    assert (unnamed.result, unnamed.cause) == (pb.RESULT_REFUSED, "unreferenced")


# ---- a sale in parts ----


def test_a_sale_in_parts_is_paid_and_another_is_taken_back(shop: NativeShop):
    till = shop.at_socket
    first = till.pay(2000, cash=True, reference="parts", split=(0, 5000))
    assert (first.result, first.remaining_cents, first.cash_cents) == (pb.RESULT_APPROVED, 3000, 2000)
    last = shop.pay(3000, reference="parts", split=(2000, 5000))
    assert (last.result, last.remaining_cents) == (pb.RESULT_APPROVED, 0)
    paid = till.cancel_basket("parts")
    assert (paid.result, paid.cause) == (pb.RESULT_REFUSED, "committed")

    card = shop.pay(1000, reference="half", split=(0, 5000))
    cash = till.pay(1502, cash=True, reference="half", split=(1000, 5000))
    assert cash.remaining_cents == 2498
    too_much = till.pay(2499, cash=True, reference="half", split=(2502, 5000))
    assert (too_much.result, too_much.cause) == (pb.RESULT_REFUSED, "exceeds")
    for _ in range(2):
        back = till.cancel_basket("half")
        assert back.result == pb.RESULT_GIVEN_BACK
        assert [(each.cents, each.cash_cents) for each in back.cash] == [(1502, 1502)]
    until(lambda: shop.held(card.key) == ["reversed"])


# ---- one transaction at a time, whoever asks ----


def test_nexo_is_told_that_a_native_payment_runs_and_the_other_way_round(shop: NativeShop, till: NativeTill):
    nexo = shop.store.till()
    with shop.asking(1800, till) as asked:
        asked.comes_to(pb.STAGE_PRESENT_CARD)
        busy = nexo.pay("5.00", cash=True)
        assert busy.error == "Busy"
        assert busy.additional["serviceId"] == asked.request_id.hex()
        other = shop.at_port if till is shop.at_socket else shop.at_socket
        assert other.pay(500, cash=True).result == pb.RESULT_BUSY
        assert till.cancel_basket("nothing").result in {pb.RESULT_BUSY, pb.RESULT_NO_SUCH}
        till.abort(asked.request_id)


def test_a_native_till_is_told_that_a_nexo_payment_runs(shop: NativeShop):
    nexo = shop.store.till()
    with ThreadPoolExecutor(1) as thread:
        asked = thread.submit(nexo.pay, "18.01", service_id="native1801")
        until(lambda: busy(shop))
        told = shop.at_socket.pay(500, cash=True)
        nexo.abort("native1801")
        assert asked.result(60).error == "Aborted"
    assert told.result == pb.RESULT_BUSY
