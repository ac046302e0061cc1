"""A payment as a part of a split tender: whether its basket takes it, and what is due after it.

The rules are domain/basket.py's; what stands is asked of the journal each time, so nothing is remembered here.
"""

from dataclasses import dataclass, replace

from pos_bridge.checkout.ports import Journal
from pos_bridge.domain.basket import Basket, BasketFault, admit
from pos_bridge.domain.ledger import BasketPart
from pos_bridge.domain.money import Amount, cash_due
from pos_bridge.domain.outcome import NotInBasket, SaleAsk, Split


@dataclass(frozen=True, slots=True)
class Place:
    """Where a payment stands in its basket. `left`: cents that were due before it."""

    part: BasketPart
    left: int

    def after(self, counts: int) -> int:
        """Cents that are due after a payment of so many."""
        return max(0, self.left - counts)

    def in_cash(self, exact: Amount) -> int:
        """What is handed over for it, in cents: rounded only where it ends the basket, by the rule of every sale."""
        return exact.cents if self.after(exact.cents) else cash_due(exact.cents)


async def find_place(journal: Journal, ask: SaleAsk, *, trusted: bool) -> Place | NotInBasket | None:
    """The place of a payment that a till asks for, or why its basket has none for it; None: it is for itself.

    One that does not say that it is split is a part all the same where its sale has a basket: it counts as paid what is
    recorded of that, and pays the rest. `trusted`: that of the processor's session. Ask while no other payment runs.
    Raises JournalUnwritableError.
    """
    reference = ask.reference if ask.split is None else ask.split.reference
    known = None if reference is None else await journal.find_basket(reference)
    if known is None and ask.former is not None:  # one that is paid in part over an upgrade goes on under its name
        before = await journal.find_basket(ask.former.basket)
        if before is not None and not before.basket.is_anew(trusted=trusted):
            reference, known = before.reference, before
    if reference is None or known is None:
        return None if ask.split is None else _first(ask.split, ask.amount)
    basket = known.basket
    anew = basket.is_anew(trusted=trusted)  # after a card that was declined, say
    if anew and ask.split is None:
        return _first(Split(reference, 0), ask.amount)  # all of it, whatever was said to be due: an article less
    split = Split(reference, basket.paid) if ask.split is None else replace(ask.split, reference=reference)
    fault = admit(basket, ask.amount, split.paid, trusted=trusted)
    if anew and fault is BasketFault.EXCEEDS:
        return _first(split, ask.amount)  # an article more; less may be a part, and is never taken for all of it
    if fault is not None:
        return NotInBasket(fault, basket.paid, basket.remaining)
    return _later(basket, split)


def _first(split: Split, requested: Amount) -> Place | NotInBasket:
    if split.due is not None and requested.cents + split.paid > split.due:
        return NotInBasket(BasketFault.EXCEEDS, split.paid, max(0, split.due - split.paid))
    try:
        due = Amount(requested.cents + split.paid if split.due is None else split.due, requested.currency)
        return Place(BasketPart(split.reference, due, split.paid), due.cents - split.paid)
    except ValueError:  # together more than an amount can be
        return NotInBasket(BasketFault.EXCEEDS, 0, 0)


def _later(basket: Basket, split: Split) -> Place:
    elsewhere = split.paid - basket.paid  # since the payment before it, by the till's own count
    return Place(BasketPart(split.reference, basket.due, basket.outside + elsewhere), basket.due.cents - split.paid)
