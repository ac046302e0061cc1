"""Requests as tills in the field send them: SaleIDs with spaces and parentheses, numbers with and without cents."""

import copy
import json
from typing import Any

POIID = "P400-123456789"
SALE = "5f0c1c1e-93a5-4a8e-9d5b-0a1b2c3d4e5f"  # the key of a sale, as a receipt shows it

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


def split(amount: str, paid: str = "0", **more: Any) -> dict[str, Any]:
    """A part of a split payment; `paid` as the till counts it."""
    message = with_field(payment(amount, **more), "PaymentRequest.PaymentData.SplitPaymentFlag", value=True)
    return with_field(message, "PaymentRequest.PaymentTransaction.AmountsReq.PaidAmount", Number(paid))


def original(sale: str = SALE) -> dict[str, Any]:
    named = {"TransactionID": sale, "TimeStamp": "2026-11-22T16:00:00.000Z"}
    return {"POITransactionID": named, "SaleID": "Caisse 3 (étage)", "POIID": POIID}


def refund(amount: str = "10.99", sale: str | None = SALE, **more: Any) -> dict[str, Any]:
    """A refund that comes as a payment, to the card of a sale."""
    message = with_field(payment(amount, **more), "PaymentRequest.PaymentData.PaymentType", "Refund")
    path = "PaymentRequest.PaymentTransaction.OriginalPOITransaction"
    return message if sale is None else with_field(message, path, original(sale))


def cash_refund(amount: str = "12.37", sale: str | None = None, **more: Any) -> dict[str, Any]:
    path = "PaymentRequest.PaymentData.PaymentInstrumentData.PaymentInstrumentType"
    return with_field(refund(amount, sale, **more), path, "Cash")


def reversal(amount: str | None = None, sale: str = SALE, **more: Any) -> dict[str, Any]:
    """Of the whole sale, or of `amount`."""
    body = {"OriginalPOITransaction": original(sale), "ReversalReason": "MerchantCancel"}
    message = request("Reversal", body, **more)
    return message if amount is None else with_field(message, "ReversalRequest.ReversedAmount", Number(amount))


def award(
    amount: str | None = "10.99", sale: str | None = None, *, kind: str = "Award", member: str = "CH-7788", **more: Any
) -> dict[str, Any]:
    """Points for a sale: of the payment with that key, or of the one that `payment` makes."""
    transaction: dict[str, Any] = {
        "LoyaltyTransactionType": kind,
        "TransactionConditions": {"LoyaltyHandling": "Required", "AllowedLoyaltyBrand": ["Chouchous"]},
    }
    if amount is not None:
        transaction |= {"Currency": "CAD", "TotalAmount": Number(amount)}
    if sale is not None:
        transaction["OriginalPOITransaction"] = original(sale)
    account = {"EntryMode": ["Scanned"], "IdentificationType": "BarCode", "LoyaltyID": member}
    body = {
        "SaleData": payment()["SaleToPOIRequest"]["PaymentRequest"]["SaleData"],
        "LoyaltyTransaction": transaction,
        "LoyaltyData": [{"LoyaltyAccountID": account}],
    }
    return request("Loyalty", body, **more)


def award_refund(amount: str | None = None, sale: str | None = SALE, **more: Any) -> dict[str, Any]:
    message = award(amount, sale, kind="AwardRefund", **more)
    del message["SaleToPOIRequest"]["LoyaltyRequest"]["LoyaltyData"]
    return message


def totals(**more: Any) -> dict[str, Any]:
    return request("GetTotals", {"TotalDetails": ["POIID"], "TotalFilter": {"POIID": POIID}}, **more)


def reconciliation(kind: str = "SaleReconciliation", **more: Any) -> dict[str, Any]:
    return request("Reconciliation", {"ReconciliationType": kind}, **more)


def status(service_id: str | None = "0207111104", category: str = "Payment", **more: Any) -> dict[str, Any]:
    reference = {"MessageCategory": category, "SaleID": "Caisse 3 (étage)", "ServiceID": service_id}
    body = {} if service_id is None else {"MessageReference": reference}
    return request("TransactionStatus", {"ReceiptReprintFlag": True, **body}, **({"service_id": "S1"} | more))


def abort(service_id: str = "0207111104", category: str = "Payment", **more: Any) -> dict[str, Any]:
    reference = {"MessageCategory": category, "SaleID": "Caisse 3 (étage)", "ServiceID": service_id}
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
