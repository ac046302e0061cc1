"""The marks of the residue proof: the numbers and names that go through every path, and where a till hides its own.

A card's are to be nowhere, ever. What a till sends about a customer without a choice is to be nowhere once it was
judged, and with a choice nowhere in clear once the sale is over. What a till calls its sale by is given back to it, so
the engine holds that while it is asked.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any

from hw_sim.cards import CARDS
from hw_sim.readers.stripe import HOLDER, stripe
from hw_sim.residue import Find, Search


class Whose(Enum):
    CARD = "of a card"
    TILL = "sent by a till, not asked for"
    CHOSEN = "what a customer chose to be known by"
    ECHO = "a till's own word for its sale"


class Moment(Enum):
    """What the engine does while it is looked at."""

    BUSY = "at work"
    WAITING = "waiting"  # for a card or for an answer; what it was asked it has judged
    OVER = "over"


SWIPED = ("visa", "amex", "interac")
SENT_NUMBER = CARDS["amex-corporate"].number
E_MAIL = "lavertu@qzx.ca"
NAME = "Quimperlaine"
PHONE = "1-418-555-0147"
SHOPPER = "qzv-40771-kl"
MEMBER = "QX-2918-44571"
ORDER = "QZX/2026.77-42KJ"
SALE_REFERENCE = "robichaudine"

_NUMBERS = (*((CARDS[name].number, Whose.CARD) for name in SWIPED), (SENT_NUMBER, Whose.TILL))
_TEXTS = (
    (HOLDER, Whose.CARD),
    *((text, Whose.TILL) for text in (E_MAIL, NAME, PHONE, SHOPPER)),
    *((text, Whose.CHOSEN) for text in (MEMBER, ORDER)),
    (SALE_REFERENCE, Whose.ECHO),
)
# An encrypting reader shows a hash of each track beside what it encrypts: it names the card as its number does.
_HASHES = tuple(
    hashlib.sha1(track, usedforsecurity=False).digest()
    for track in (stripe(CARDS["visa"]).track_1, stripe(CARDS["visa"]).track_2)
)
PLANTED_NUMBER = CARDS["visa"].number
PLANTED_TEXT = HOLDER
PLANTED_HASH = _HASHES[0]

_OF = MappingProxyType(
    {
        **{f"number {place}": whose for place, (_, whose) in enumerate(_NUMBERS)},
        **{f"text {place}": whose for place, (_, whose) in enumerate(_TEXTS)},
        **{f"bytes {place}": Whose.CARD for place in range(len(_HASHES))},
    }
)
_HELD_IN_MEMORY = MappingProxyType(
    {
        Whose.CARD: frozenset[Moment](),
        Whose.TILL: frozenset({Moment.BUSY}),
        Whose.CHOSEN: frozenset({Moment.BUSY, Moment.WAITING}),
        Whose.ECHO: frozenset({Moment.BUSY, Moment.WAITING}),
    }
)


def whose(find: Find) -> Whose:
    return _OF[find.what]


def must_not_be(find: Find, place: str, moment: Moment) -> bool:
    """Whether this mark may not be found there and then."""
    match place:
        case "memory":
            return moment not in _HELD_IN_MEMORY[whose(find)]
        case "answer":
            return whose(find) is not Whose.ECHO
        case _:
            return True


def search() -> Search:
    """For all of them."""
    return Search(tuple(number for number, _ in _NUMBERS), None, tuple(text for text, _ in _TEXTS), _HASHES)


# ---- where identity leaks in (NEXO.md) ----

_PAIRS = f"shopperEmail={E_MAIL}&shopperReference={SHOPPER}&shopperName={NAME}"
_IN_BASE64 = base64.b64encode(
    json.dumps({"applicationInfo": {}, "shopperEmail": E_MAIL, "telephoneNumber": PHONE}).encode()
).decode()
_IDENTIFIED = {"EntryMode": ["Scanned"], "IdentificationType": "AccountNumber", "LoyaltyID": SHOPPER}


def _sale_data(**fields: object) -> dict[str, Any]:
    return {"SaleData": fields}


def _item(**fields: object) -> dict[str, Any]:
    item = {"ItemID": 0, "ProductCode": "T-shirt", "ItemAmount": 10, **fields}
    return {"PaymentTransaction": {"SaleItem": [item]}}


# A payment is taken with any of these; what they carry is dropped.
DROPPED: Mapping[str, dict[str, Any]] = MappingProxyType(
    {
        "pairs for the acquirer": _sale_data(SaleToAcquirerData=_PAIRS),
        "JSON in base64 for the acquirer": _sale_data(SaleToAcquirerData=_IN_BASE64),
        "data for the terminal": _sale_data(SaleToPOIData=f"name={NAME}&phone={PHONE}"),
        "a statement reference": _sale_data(SaleToIssuerData={"StatementReference": NAME}),
        "a line of the order": _item(AdditionalProductInfo=f"{NAME} {PHONE}", ProductLabel=E_MAIL),
        "a loyalty number": {"LoyaltyData": [{"LoyaltyAccountID": _IDENTIFIED}]},
        "a loyalty number that is forbidden": {
            "LoyaltyData": [{"LoyaltyAccountID": _IDENTIFIED}],
            "PaymentTransaction": {"TransactionConditions": {"LoyaltyHandling": "Forbidden"}},
        },
        "a telephone for a member": {
            "LoyaltyData": {"LoyaltyAccountID": {"IdentificationType": "PhoneNumber", "LoyaltyID": PHONE}},
            "PaymentTransaction": {"TransactionConditions": {"LoyaltyHandling": "Allowed"}},
        },
        "two orders that do not agree": {
            "SaleData": {"CustomerOrderID": SHOPPER},
            "PaymentData": {"CustomerOrder": {"CustomerOrderID": E_MAIL, "AccessedBy": NAME}},
        },
        "fields that nobody knows": {"Shopper": {"Email": E_MAIL, "Card": SENT_NUMBER}, "SaleData": {"Memo": NAME}},
        "a brand that is none": {"PaymentTransaction": {"TransactionConditions": {"AllowedPaymentBrand": [NAME]}}},
        "a token's customer": _sale_data(SaleReferenceID=SHOPPER, CustomerToken=SENT_NUMBER),
    }
)
ALL_DROPPED: dict[str, Any] = {
    "SaleData": {
        "SaleToAcquirerData": _PAIRS,
        "SaleToPOIData": _IN_BASE64,
        "SaleToIssuerData": {"StatementReference": NAME},
        "Memo": SENT_NUMBER,
    },
    "PaymentTransaction": _item(AdditionalProductInfo=f"{NAME} {PHONE}")["PaymentTransaction"],
    "PaymentData": {"CustomerOrder": {"AccessedBy": NAME, "AdditionalInformation": PHONE}},
    "LoyaltyData": [{"LoyaltyAccountID": _IDENTIFIED}],
    "Shopper": {"Email": E_MAIL},
}
_CARD_DATA = {"EntryMode": ["Keyed"], "SensitiveCardData": {"PAN": SENT_NUMBER, "CardHolderName": NAME}}
# And these are refused.
REFUSED: Mapping[str, dict[str, Any]] = MappingProxyType(
    {
        "a card that was typed in": {"PaymentData": {"PaymentInstrumentData": {"CardData": _CARD_DATA}}},
        "a wallet": {"PaymentData": {"PaymentInstrumentData": {"MobileData": {"MSISDN": PHONE, "Name": NAME}}}},
        "a card for a member": {
            "LoyaltyData": {"LoyaltyAccountID": {**_IDENTIFIED, "IdentificationType": "PAN", "LoyaltyID": SENT_NUMBER}}
        },
        "a card for an order": _sale_data(CustomerOrderID=SENT_NUMBER),
        "a stripe that a keyboard typed": _sale_data(
            SaleTransactionID={"TransactionID": f"%B{SENT_NUMBER}^{NAME}^2512101", "TimeStamp": "now"}
        ),
        "a token that is asked for": _sale_data(TokenRequestedType="Customer", SaleToAcquirerData=_PAIRS),
        "a wrong type": {"PaymentTransaction": {"AmountsReq": {"Currency": [SENT_NUMBER, NAME]}}},
        "a name where a number is due": {"PaymentTransaction": {"AmountsReq": {"RequestedAmount": SENT_NUMBER}}},
        "an amount that is a card": {"PaymentTransaction": {"AmountsReq": {"RequestedAmount": int(SENT_NUMBER)}}},
    }
)


def malformed(good: bytes) -> Mapping[str, bytes]:
    """Bodies that cannot be answered in nexo, by name; `good` is a whole request that holds marks."""
    return MappingProxyType(
        {
            "no JSON": good[:-9],
            "not even text": b"\xff" + good,
            "no request": json.dumps({"Card": SENT_NUMBER, "Name": NAME, "Mail": E_MAIL}).encode(),
            "no header": json.dumps({"SaleToPOIRequest": {"Name": NAME, "Mail": E_MAIL}}).encode(),
            "a header with somebody in it": good.replace(
                b'"MessageClass": "Service"', f'"MessageClass": ["{NAME}"]'.encode()
            ),
            "a category with somebody in it": good.replace(b'"Payment"', f'"{NAME}"'.encode()),
            "too much": good[:-1] + (f' "{E_MAIL}",' * 20_000).encode(),
        }
    )
