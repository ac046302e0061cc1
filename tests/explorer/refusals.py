"""What the shipped journal refuses to write, said of the explorer's books: a step that contradicts what is stored."""

from typing import TYPE_CHECKING

from pos_bridge.domain.ledger import Advance, KnownLeg, Opening
from pos_bridge.domain.leg import APPROVED_STATES, SETTLED, Kind, State, Tender
from pos_bridge.journal.schema import STEPS
from tests.explorer.entries import Advanced, BasketCancelled, Entry, Opened

if TYPE_CHECKING:  # they import each other
    from tests.explorer.books import Books

FIRST_STEPS = frozenset({State.INTENT, State.REFUND_INTENT})
_APPROVED = APPROVED_STATES | {State.REFUNDED}


def refuses(books: "Books", entry: Entry) -> bool:
    """A fault of the program: nothing is written."""
    match entry:
        case Opened(opening, _):
            return _refuses_leg(books, opening)
        case Advanced(change, _):
            leg = books.legs.get(change.key)
            taken = change.till is not None and change.till.request in books.requests
            return leg is None or not _fits(leg, change) or (taken and not said_again(leg, change))
        case BasketCancelled(reference):
            return reference not in books.baskets
        case _:
            return False


def said_again(leg: KnownLeg, change: Advance) -> bool:
    """Of cash what was said again is no new row."""
    return leg.tender is Tender.CASH and leg.state is change.state


def _refuses_leg(books: "Books", opening: Opening) -> bool:
    part = None if opening.basket is None else books.baskets.get(opening.basket.reference)
    if part is not None and part.cancelling and opening.kind is Kind.SALE:
        return True
    before = books.requests.get(opening.till.request)
    again = before is not None and before.void and before.content == opening.till.content
    return opening.key in books.legs or (
        before is not None and not (again and before.key is not None and before.key == opening.sale_key)
    )


def _fits(leg: KnownLeg, change: Advance) -> bool:
    """What the tables of the shipped journal let be written of a leg."""
    if said_again(leg, change):
        return True
    if change.state not in STEPS[leg.tender, leg.kind] or (leg.tender is Tender.CASH and leg.state in SETTLED):
        return False
    approved = leg.approved if change.approved is None else change.approved
    if approved is None:
        return change.state not in _APPROVED
    whole = approved == leg.amount or (leg.partial_ok and approved.cents <= leg.amount.cents)
    return whole and leg.tender is Tender.CARD and change.state not in FIRST_STEPS
