"""What the tests read out of what a till is told: names, receipts, what is said of identity, an event."""

import json

from tests.pos_api.receipts import Body
from tests.pos_api.world import more


def key_in(body: Body) -> str:
    return str(body["POIData"]["POITransactionID"]["TransactionID"])


def receipt_lines(body: Body, qualifier: str = "CustomerReceipt") -> list[str]:
    (receipt,) = (r for r in body["PaymentReceipt"] if r["DocumentQualifier"] == qualifier)
    assert receipt["OutputContent"]["OutputFormat"] == "Text"
    assert receipt["RequiredSignatureFlag"] is False
    return [line["Text"] for line in receipt["OutputContent"]["OutputText"]]


def identity(body: Body) -> tuple[str | None, str | None]:
    return more(body).get("identity"), more(body).get("warning")


def event(raw: bytes) -> str:
    """An abort that matched nothing: a notification, with nothing of the request but who is spoken to."""
    envelope = json.loads(raw)["SaleToPOIRequest"]
    assert envelope["MessageHeader"] == {
        "ProtocolVersion": "3.0",
        "MessageClass": "Event",
        "MessageCategory": "Event",
        "MessageType": "Notification",
        "SaleID": "Caisse 3 (étage)",
        "POIID": "P400-123456789",
    }
    assert set(envelope["EventNotification"]) == {"TimeStamp", "EventToNotify", "EventDetails"}
    assert envelope["EventNotification"]["EventToNotify"] == "Reject"
    return str(envelope["EventNotification"]["EventDetails"])
