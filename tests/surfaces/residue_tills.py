"""All that a till can say about a customer, asked for or not, as paths on a whole store. As residue_cards.py."""

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from hw_sim.till import Till, new_service_id
from tests.surfaces import residue_marks as marks
from tests.surfaces.accounts import Told
from tests.surfaces.residue_marks import Moment
from tests.surfaces.residue_scene import Scene, Walk, told


def everything_at_once(scene: Scene) -> None:
    """Looked at while the card is awaited: what was dropped is gone by then, not only once it is all over."""
    scene.book.extra = marks.ALL_DROPPED
    with scene.awaiting() as asking:
        scene.watch.memory_looked_at(Moment.WAITING)
        scene.swipe("visa")
    scene.book.extra = {}
    assert told(asking).paid
    assert "warning=identity-dropped" in told(asking).message


def _cash(scene: Scene, extra: Mapping[str, Any]) -> Told:
    scene.book.extra = extra
    answer = scene.book.pay_cash()
    scene.book.extra = {}
    return answer


def each_place_with_cash(scene: Scene) -> None:
    for place, extra in marks.DROPPED.items():
        assert _cash(scene, extra).paid, place


def refused(scene: Scene) -> None:
    for place, extra in marks.REFUSED.items():
        answer = scene.book.till.pay("10.00", cash=True, extra=extra)
        assert answer.result == "Failure", place


def not_served(scene: Scene) -> None:
    words = {"OutputContent": {"OutputFormat": "Text", "OutputText": [{"Text": f"{marks.NAME} {marks.E_MAIL}"}]}}
    for category in ("Input", "Display", "Print", "CardAcquisition", "StoredValue", "Admin", "PIN", "Loyalty", "Sound"):
        body = {"DisplayOutput": words, "Data": marks.PHONE, "PAN": marks.SENT_NUMBER, "TextString": marks.SHOPPER}
        scene.book.till.ask(category, body)
    for category in ("Abort", "TransactionStatus"):
        scene.book.till.ask(category, {"AbortReason": marks.NAME, "MessageReference": {"SaleID": marks.E_MAIL}})


def malformed(scene: Scene) -> None:
    good = json.dumps(_request(scene.book.till)).encode()
    for fault, body in marks.malformed(good).items():
        assert scene.book.till.post(body).status in {400, 413}, fault
    for headers in ({"X-API-Key": marks.NAME}, {"Origin": f"https://{marks.SHOPPER}.example"}, {"Host": marks.SHOPPER}):
        assert scene.book.till.post(good, headers).status in {400, 401, 403}


def hung_up_in_the_middle(scene: Scene) -> None:
    """Half a request, and a whole one whose answer nobody waits for."""
    till = scene.book.till
    whole = json.dumps(_request(till)).encode()
    for body in (whole[: len(whole) // 2], whole):
        head = (
            f"POST /nexo HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {till._api_key}\r\nContent-Length: {len(whole)}\r\n"
        )
        with (
            socket.create_connection((till._host, till._port)) as raw,
            till._tls.wrap_socket(raw, server_hostname=till._host) as line,
        ):
            line.sendall(head.encode() + b"\r\n" + body)


@contextmanager
def _chosen(scene: Scene) -> Iterator[None]:
    scene.book.chosen = {"member": marks.MEMBER, "order": marks.ORDER}
    yield
    scene.book.chosen = {}


def known_and_paid(scene: Scene) -> None:
    """With a card, in cash, and beside what nobody asked for."""
    with _chosen(scene):
        with scene.awaiting() as asking:
            scene.watch.memory_looked_at(Moment.WAITING)
            scene.swipe("visa")
        for told_to in (told(asking), scene.book.pay_cash(), _cash(scene, {**marks.ALL_DROPPED, "LoyaltyData": []})):
            assert told_to.paid
            assert "identity=" in told_to.message


def known_and_declined(scene: Scene) -> None:
    scene.book.mode("decline")
    with _chosen(scene):
        assert scene.pay("visa").error == "Refusal"


def known_and_killed(scene: Scene) -> None:
    with _chosen(scene), scene.awaiting():
        scene.kill()
    scene.restart()


def _request(till: Till) -> dict[str, Any]:
    header = {
        "ProtocolVersion": "3.0",
        "MessageClass": "Service",
        "MessageCategory": "Payment",
        "MessageType": "Request",
        "ServiceID": new_service_id(),
        "SaleID": till.sale_id,
        "POIID": till.poiid,
    }
    sale = {"TransactionID": marks.SALE_REFERENCE, "TimeStamp": "2026-01-01T00:00:00Z"}
    body = {
        **marks.ALL_DROPPED,
        "SaleData": {**marks.ALL_DROPPED["SaleData"], "SaleTransactionID": sale},
        "PaymentTransaction": {"AmountsReq": {"Currency": "CAD", "RequestedAmount": 77.7}},
        "PaymentData": {"PaymentInstrumentData": {"PaymentInstrumentType": "Cash"}},
    }
    return {"SaleToPOIRequest": {"MessageHeader": header, "PaymentRequest": body}}


SAID_BY_A_TILL: tuple[Walk, ...] = (
    everything_at_once,
    each_place_with_cash,
    refused,
    not_served,
    malformed,
    hung_up_in_the_middle,
    known_and_paid,
    known_and_declined,
    known_and_killed,
)
