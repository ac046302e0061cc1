"""A reversal that is asked for again, or at the same moment as something else: money goes back once."""

import pytest

from tests.pos_api.told import event, key_in
from tests.pos_api.world import Store, more, repeated, result
from tests.wire.nexo.shapes import abort, payment, reversal, status, with_field

NAMED = "ReversalRequest.OriginalPOITransaction.POITransactionID"


@pytest.mark.parametrize("message", [reversal(), reversal("5")], ids=["whole", "part"])
def test_the_same_again_gives_back_once(store: Store, message):
    first = store.ask(message)
    assert store.ask(message) == first
    assert repeated(store.ask(status(category="Reversal")), "Reversal") == first
    assert repeated(store.ask(status(None)), "Reversal") == first
    store.restart()
    again = repeated(store.ask(status(None)), "Reversal")
    assert again["POIData"] == first["POIData"]
    assert again["OriginalPOITransaction"] == first["OriginalPOITransaction"]
    assert again["ReversedAmount"] == first["ReversedAmount"]
    assert len(store.desk.backs) == 1


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{NAMED}.TransactionID", "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"),
        ("ReversalRequest.ReversedAmount", 5),
        ("ReversalRequest.ReversalReason", "Malfunction"),
    ],
)
def test_the_same_name_for_something_else(store: Store, path, value):
    first = store.ask(reversal())
    other = store.ask(with_field(reversal(), path, value))
    assert result(other) == ("Failure", "NotAllowed")
    assert "the first one stands" in more(other)["messageEn"]
    assert store.ask(reversal()) == first
    assert len(store.desk.backs) == 1


def test_a_reversals_name_never_meets_a_payments(store: Store):
    """The same ServiceID in both categories names two requests."""
    paid = store.ask(payment())
    back = store.ask(reversal())
    assert (result(paid), result(back)) == (("Success", None), ("Success", None))
    told = store.ask(status())["RepeatedMessageResponse"]["RepeatedResponseMessageBody"]
    assert told == {"PaymentResponse": paid}
    assert repeated(store.ask(status(category="Reversal")), "Reversal") == back


def test_a_reversal_never_seen_is_not_found_and_closed(store: Store):
    asked = store.ask(status(category="Reversal"))
    assert result(asked) == ("Failure", "NotFound")
    assert "This refund never arrived" in more(asked)["messageEn"]
    late = store.ask(reversal())
    assert result(late) == ("Failure", "Aborted")
    assert store.desk.backs == []
    assert repeated(store.ask(status(category="Reversal")), "Reversal") == late


def test_what_the_answers_file_lost_is_told_as_far_as_it_is_known(store: Store):
    first = store.ask(reversal("5"))
    store.answers.kept.clear()
    again = repeated(store.ask(status(category="Reversal")), "Reversal")
    assert (key_in(again), again["ReversedAmount"]) == (key_in(first), 5)
    store.ask(reversal(service_id="2"))
    store.answers.kept.clear()
    assert repeated(store.ask(status(None)), "Reversal")["ReversedAmount"] == 10.99


# ---- at the same moment ----


def test_a_reversal_is_the_one_thing_that_runs_and_no_abort_stops_it(store: Store):
    store.hold()
    first = store.asking(reversal())
    store.wait_for(lambda: store.desk.live == 1)
    body = store.ask(payment(service_id="2"))
    assert result(body) == ("Failure", "Busy")
    assert more(body)["serviceId"] == "0207111104"
    assert result(store.ask(status(category="Reversal"))) == ("Failure", "InProgress")
    assert "remboursement" in event(store.post(abort(category="Reversal"))[1])
    store.release()
    assert result(first.answer()) == ("Success", None)


def test_an_abort_before_its_reversal_closes_it(store: Store):
    event(store.post(abort(category="Reversal"))[1])
    assert result(store.ask(reversal())) == ("Failure", "Aborted")
    assert result(store.ask(payment())) == ("Success", None), "another request by the same ServiceID"
