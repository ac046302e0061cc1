"""Makers for tests of split tenders: a part of one, and what a bank allows of it."""

from pos_bridge.domain.authorisation import Yes
from pos_bridge.domain.leg import Tender
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import SaleAsk, Split
from tests.checkout.fakes import CODE, ask

REFERENCE = bytes(range(32))


def part(number: int, cents: int, paid: int, *, tender: Tender = Tender.CASH, reference: bytes = REFERENCE) -> SaleAsk:
    return ask(number, cents=cents, tender=tender, partial_ok=True, split=Split(reference, paid))


def yes(cents: int) -> Yes:
    return Yes(Amount(cents), CODE)
