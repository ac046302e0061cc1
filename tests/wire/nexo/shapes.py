"""Requests as tills in the field send them: SaleIDs with spaces and parentheses, numbers with and without cents."""

import copy
import json
from typing import Any

POIID = "P400-123456789"

CATEGORIES = {"Payment": "Service", "Display": "Device", "Input": "Device", "Print": "Device", "PIN": "Device"}


def header(category: str = "Payment", service_id: str = "0207111104", **more: str) -> dict[str, Any]:
    return {
        "ProtocolVersion": "3.0",
        "MessageClass": CATEGORIES.get(category, "Service"),
        "MessageCategory": category,
        "MessageType": "Request",
        "ServiceID": service_id,
        "SaleID": "Caisse 3 (étage)",
        "POIID": POIID,
        **more,
    }


def request(category: str, body: Any, **more: Any) -> dict[str, Any]:
    return {"SaleToPOIRequest": {"MessageHeader": header(category, **more), f"{category}Request": body}}


def payment(amount: str = "10.99", **more: Any) -> dict[str, Any]:
    """A card payment; `amount` is spliced in as the number it spells."""
    body = {
        "SaleData": {
            "SaleTransactionID": {
                "TransactionID": "0b5f8ab1-31d0-4b2e-9b5e-2f6d5b5e8a2c--27908",
                "TimeStamp": "2026-11-23T09:30:00.000-05:00",
            },
            "OperatorID": "Cashier 7",
        },
        "PaymentTransaction": {
            "AmountsReq": {"Currency": "CAD", "RequestedAmount": Number(amount)},
            "SaleItem": [
                {
                    "ItemID": 0,
                    "ProductCode": "BODY-3M",
                    "EanUpc": "0628915432109",
                    "UnitOfMeasure": "Other",
                    "Quantity": Number("1.0"),
                    "UnitPrice": Number("10.99"),
                    "ItemAmount": Number("10.99"),
                    "ProductLabel": "Cache-couche, rayé",
                },
            ],
        },
    }
    return request("Payment", body, **more)


def cash(amount: str = "12.37", **more: Any) -> dict[str, Any]:
    message = payment(amount, **more)
    data = {"PaymentInstrumentData": {"PaymentInstrumentType": "Cash"}}
    message["SaleToPOIRequest"]["PaymentRequest"]["PaymentData"] = data
    return message


def status(service_id: str | None = "0207111104", **more: Any) -> dict[str, Any]:
    reference = {"MessageCategory": "Payment", "SaleID": "Caisse 3 (étage)", "ServiceID": service_id}
    body = {} if service_id is None else {"MessageReference": reference}
    return request("TransactionStatus", {"ReceiptReprintFlag": True, **body}, **({"service_id": "S1"} | more))


def abort(service_id: str = "0207111104", **more: Any) -> dict[str, Any]:
    reference = {"MessageCategory": "Payment", "SaleID": "Caisse 3 (étage)", "ServiceID": service_id}
    return request(
        "Abort", {"MessageReference": reference, "AbortReason": "MerchantAbort"}, **({"service_id": "A1"} | more)
    )


class Number:
    """A JSON number by its exact spelling, which a float would lose."""

    def __init__(self, spelling: str) -> None:
        self.spelling = spelling


def encode(message: Any) -> bytes:
    """JSON with each Number as it is spelled."""
    numbers: list[str] = []

    def plain(value: Any) -> Any:
        match value:
            case Number():
                numbers.append(value.spelling)
                return f"#{len(numbers) - 1}#"
            case dict():
                return {key: plain(item) for key, item in value.items()}
            case list():
                return [plain(item) for item in value]
            case _:
                return value

    text = json.dumps(plain(copy.copy(message)))
    for index, spelling in enumerate(numbers):
        text = text.replace(f'"#{index}#"', spelling, 1)
    return text.encode()


def with_field(message: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with one field set; `path` from SaleToPOIRequest on, objects made on the way."""
    changed = copy.deepcopy(message)
    place = changed["SaleToPOIRequest"]
    *way, last = path.split(".")
    for step in way:
        place = place[int(step)] if step.isdigit() else place.setdefault(step, {})
    place[last] = value
    return changed


def without_field(message: dict[str, Any], path: str) -> dict[str, Any]:
    changed = copy.deepcopy(message)
    place = changed["SaleToPOIRequest"]
    *way, last = path.split(".")
    for step in way:
        place = place[step]
    del place[last]
    return changed
