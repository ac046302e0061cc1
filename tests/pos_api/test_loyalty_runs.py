"""Requests about points while they run, or a payment does; aborted, and asked about before they were ever seen."""

import json

import pytest

from pos_bridge.domain.trouble import Trouble
from tests.pos_api.choosing import MEMBER
from tests.pos_api.points import hold_points, let_go, points_status
from tests.pos_api.world import Store, more, repeated, result
from tests.wire.nexo.shapes import SALE, abort, award, payment, status, with_field


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


def test_a_stop_waits_for_what_runs(store: Store):
    hold_points(store)
    asking = store.asking(award(sale=SALE))
    store.wait_for(lambda: len(store.desk.awards) == 1)
    let_go(store)
    store.restart()
    assert result(asking.answer()) == ("Success", None)


def test_a_fault_of_this_program_is_told_without_data(store: Store):
    store.desk.fault = RuntimeError(MEMBER)
    assert result(store.ask(award(sale=SALE))) == ("Failure", "InProgress")
    assert store.troubles == [Trouble.REQUEST]
    store.troubles.clear()
    store.desk.fault = None
    store.desk.awards.clear()
    assert result(store.ask(award(sale=SALE))) == ("Success", None)


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
