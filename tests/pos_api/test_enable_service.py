"""EnableService: a client goes on, and no card is read ahead."""

from typing import Any

import pytest

from tests.pos_api.world import Store, more, result
from tests.wire.nexo.shapes import payment, request


def enable(action: str, services: Any = None, **header: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"TransactionAction": action}
    if services is not None:
        body["ServicesEnabled"] = services
    return request("EnableService", body, **header)


@pytest.mark.parametrize("services", [["Payment"], "Payment", ["CardAcquisition", "Payment"], ["Loyalty"]])
def test_a_client_that_waits_for_success_goes_on(store: Store, services):
    body = store.ask(enable("StartTransaction", services))
    assert result(body) == ("Success", None)
    assert more(body)["warning"] == "card-not-read-ahead"
    assert store.desk.asks == [], "nobody is asked for a card"
    assert result(store.ask(payment())) == ("Success", None)


@pytest.mark.parametrize("services", [None, ["Payment"], []])
def test_there_is_nothing_to_abort(store: Store, services):
    assert store.ask(enable("AbortTransaction", services)) == {"Response": {"Result": "Success"}}


def test_an_abort_of_it_leaves_a_payment_alone(store: Store):
    store.hold()
    paying = store.asking(payment(service_id="P1"))
    store.wait_for(lambda: store.desk.asks != [])
    assert result(store.ask(enable("AbortTransaction"))) == ("Success", None)
    busy = store.ask(enable("StartTransaction", ["Payment"]))
    assert result(busy) == ("Failure", "Busy")
    assert more(busy)["serviceId"] == "P1"
    store.release()
    assert result(paying.answer()) == ("Success", None)


@pytest.mark.parametrize("services", [["CardAcquisition"], ["StoredValue", "BalanceInquiry"]])
def test_services_that_are_not_there(store: Store, services):
    assert result(store.ask(enable("StartTransaction", services))) == ("Failure", "UnavailableService")


@pytest.mark.parametrize(
    ("action", "services", "field"),
    [
        ("StartTransaction", None, "EnableServiceRequest.ServicesEnabled"),
        ("StartTransaction", [], "EnableServiceRequest.ServicesEnabled"),
        ("StartTransaction", ["Gossip"], "EnableServiceRequest.ServicesEnabled[]"),
        ("Begin", ["Payment"], "EnableServiceRequest.TransactionAction"),
    ],
)
def test_malformed(store: Store, action, services, field):
    body = store.ask(enable(action, services))
    assert result(body) == ("Failure", "MessageFormat")
    assert more(body)["field"] == field
