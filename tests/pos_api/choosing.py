"""Requests with what a customer may choose to give, and what the gate makes of them."""

from typing import Any

from pos_bridge.pos_api.choice import Chosen, Offered, read_choices
from pos_bridge.pos_api.payment_ask import PaymentAsk, review
from pos_bridge.pos_api.said import Instead
from pos_bridge.wire.nexo.decode import Message, decode
from pos_bridge.wire.nexo.request import PaymentRequest
from tests.wire.nexo.shapes import encode, with_field

MEMBER, ORDER = "CH-7788", "WEB/2026.11-7"
CONDITIONS = "PaymentRequest.PaymentTransaction.TransactionConditions"
LOYALTY, ORDER_ID = "PaymentRequest.LoyaltyData", "PaymentRequest.SaleData.CustomerOrderID"
ORDERS = "PaymentRequest.PaymentData.CustomerOrder"
HANDLING = "LoyaltyRequest.LoyaltyTransaction.TransactionConditions.LoyaltyHandling"
BOTH = Offered("Chouchous", delivery=True)


def account(number: object = MEMBER, kind: str = "BarCode") -> dict[str, Any]:
    return {"LoyaltyAccountID": {"EntryMode": ["Scanned"], "IdentificationType": kind, "LoyaltyID": number}}


def chosen(message: dict[str, Any], *, handling: object = "Allowed", brand: object = ("Chouchous",)) -> dict[str, Any]:
    message = with_field(message, f"{CONDITIONS}.LoyaltyHandling", handling)
    return with_field(message, f"{CONDITIONS}.AllowedLoyaltyBrand", brand)


def with_member(message: dict[str, Any], loyalty: object = None, **conditions: object) -> dict[str, Any]:
    return chosen(with_field(message, LOYALTY, [account()] if loyalty is None else loyalty), **conditions)


def with_order(message: dict[str, Any]) -> dict[str, Any]:
    return with_field(message, ORDER_ID, ORDER)


def reviewed(message: dict[str, Any], offered: Offered = BOTH) -> PaymentAsk | Instead:
    read = decode(encode(message))
    assert isinstance(read, Message), read
    assert isinstance(read.body, PaymentRequest)
    ask = review(read.body, offered)
    assert isinstance(ask, PaymentAsk | Instead)
    return ask


def chosen_of(message: dict[str, Any]) -> Chosen:
    read = decode(encode(message))
    assert isinstance(read, Message)
    assert isinstance(read.body, PaymentRequest)
    return read_choices(read.body, BOTH)


def asked(message: dict[str, Any], offered: Offered = BOTH) -> PaymentAsk:
    ask = reviewed(message, offered)
    assert isinstance(ask, PaymentAsk), ask
    return ask
