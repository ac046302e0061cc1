"""All that is kept about a person, for a computer: JSON in UTF-8. Its names are in docs/privacy/rights.md, and stay.

Words of closed lists are the domain's names in small letters. Days are YYYY-MM-DD and months YYYY-MM in the store's
time, amounts cents. A name that has nothing to say is there and null, so that nobody has to guess.
"""

import json
from enum import Enum

from pos_bridge.domain.access import Access, KnownSale
from pos_bridge.domain.details import Details
from pos_bridge.domain.identity import Choice, Chouchous, Consent, ConsentEnd, Purpose
from pos_bridge.domain.ledger import KnownLeg
from pos_bridge.domain.person import Month, RightRequest
from pos_bridge.domain.points import Earned

FORMAT = "pos-bridge-access-1"  # another number only where a name goes or means something else
Json = dict[str, object]


def to_bytes(access: Access) -> bytes:
    """The document, indented, with a line's end."""
    return (json.dumps(document(access), ensure_ascii=False, indent=2) + "\n").encode()


def document(access: Access) -> Json:
    person = access.person
    return {
        "format": FORMAT,
        "day": access.day.isoformat(),
        "vault_id": person.id.hex(),
        **number(person.choice),
        "details": None if access.withheld else given(person.details),
        "details_are": word(person.whose),
        "details_withheld": access.withheld,
        "in_force": purposes(access.in_force),
        "history": [_event(event) for event in person.history],
        "child_until": None if person.child_until is None else _month(person.child_until),
        "last_active": _month(person.active),
        "keep_until": None if person.keep_until is None else person.keep_until.isoformat(),
        "requests": [_request(request) for request in person.requests],
        "purchases": [_purchase(sale) for sale in access.sales],
        "points": access.points,
        "told_to": list(access.told_to),
    }


def number(choice: Choice) -> Json:
    """What the person gave to be found by, under the name of what it is."""
    if isinstance(choice, Chouchous):
        return {"member": choice.member, "order": None}
    return {"member": None, "order": choice.order}


def given(details: Details) -> Json:
    return {word(field): text for field, text in details.given}


def purposes(several: frozenset[Purpose]) -> list[str]:
    """In the order of Purpose."""
    return [word(purpose) for purpose in Purpose if purpose in several]


def word(one: Enum) -> str:
    """The stable name of a word of a closed list."""
    return one.name.lower()


def _event(event: Consent | ConsentEnd) -> Json:
    if isinstance(event, ConsentEnd):
        return {
            "event": "withdrawn",
            "day": event.day.isoformat(),
            "channel": word(event.channel),
            "purposes": [word(event.purpose)],
        }
    return {
        "event": "agreed",
        "day": event.day.isoformat(),
        "hour": event.hour,
        "channel": word(event.channel),
        "purposes": purposes(event.purposes),
        "text_version": event.text_version,
        "language": event.language,
        "by": word(event.by),
    }


def _request(request: RightRequest) -> Json:
    return {
        "right": word(request.right),
        "received": request.received.isoformat(),
        "due": request.due.isoformat(),
        "ended": None if request.ended is None else request.ended.isoformat(),
        "refused_because": None if request.refusal is None else word(request.refusal),
    }


def _purchase(sale: KnownSale) -> Json:
    return {
        "key": str(sale.linked.key),
        "for": word(sale.linked.kind),
        "day": None if sale.recorded is None else sale.recorded.day.isoformat(),
        "hour": None if sale.recorded is None else sale.recorded.hour,
        "sale": None if sale.leg is None else _leg(sale.leg),
        "refunds": [_leg(refund) for refund in sale.refunds],
        "points": None if sale.linked.earned is None else _points(sale.linked.earned),
    }


def _leg(leg: KnownLeg) -> Json:
    """As the journal has it; the deadlines of a movement that is under way are not the person's."""
    return {
        "key": str(leg.key),
        "kind": leg.kind.value,
        "tender": leg.tender.value,
        "cents": leg.amount.cents,
        "approved_cents": None if leg.approved is None else leg.approved.cents,
        "cash_cents": leg.due,
        "outcome": leg.state.value,
        "cause": None if leg.cause is None else leg.cause.value,
    }


def _points(earned: Earned) -> Json:
    return {
        "rule": earned.rule,
        "paid_cents": earned.paid,
        "counted_cents": earned.counted,
        "given": earned.points,
        "returned_cents": earned.returned,
        "taken_back": [{"cents": each.cents, "points": each.points} for each in earned.withdrawals],
        "standing": earned.standing,
    }


def _month(month: Month) -> str:
    return f"{month.year:04}-{month.month:02}"
