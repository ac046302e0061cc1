"""A basket: the legs that pay one till transaction in parts, and the pure rules of a split tender.

Where a basket stands follows from what is durable about its legs, so that it can never disagree with them. Only that it
is being cancelled is a word of its own.
"""

from dataclasses import dataclass
from enum import Enum

from pos_bridge.domain.leg import PAID_STATES, SETTLED, Kind, State
from pos_bridge.domain.money import Amount


class BasketState(Enum):
    OPEN = "open"  # some of it is due
    COMMITTED = "committed"  # end: all of it is paid
    CANCELLING = "cancelling"  # durable before the first leg is undone
    CANCELLED = "cancelled"  # end: no leg of it stands


class BasketFault(Enum):
    """Why a payment cannot be part of the basket that its sale reference names."""

    EXCEEDS = "exceeds"  # more than what is still due
    PAID_DIFFERS = "paid_differs"  # the till counts less as paid than is paid here: it misses an answer
    COMMITTED = "committed"  # nothing is due any more
    CANCELLED = "cancelled"
    IN_DOUBT = "in_doubt"  # a leg of it is not settled


@dataclass(frozen=True, slots=True)
class BasketLeg:
    """One leg of a basket: `counts` cents of the amount due are paid by it if its state is a paid one."""

    kind: Kind
    state: State
    counts: int


@dataclass(frozen=True, slots=True)
class Basket:
    """`due`: the first RequestedAmount and PaidAmount together; `outside`: that PaidAmount, paid elsewhere (cents)."""

    due: Amount
    outside: int
    cancelling: bool
    legs: tuple[BasketLeg, ...]

    @property
    def paid(self) -> int:
        """Cents that are paid, here and outside."""
        return self.outside + sum(leg.counts for leg in self.legs if leg.kind is Kind.SALE and leg.state in PAID_STATES)

    @property
    def remaining(self) -> int:
        return max(0, self.due.cents - self.paid)

    @property
    def state(self) -> BasketState:
        standing = any(leg.kind is Kind.SALE and leg.state in PAID_STATES for leg in self.legs)
        settled = all(leg.state in SETTLED for leg in self.legs)
        if self.cancelling:
            return BasketState.CANCELLED if settled and not standing else BasketState.CANCELLING
        return BasketState.OPEN if self.remaining else BasketState.COMMITTED


def admit(basket: Basket, requested: Amount, paid: int) -> BasketFault | None:
    """Whether one more payment of `requested` may begin; `paid` is what the till counts as paid so far, in cents."""
    if basket.state in {BasketState.CANCELLING, BasketState.CANCELLED}:
        return BasketFault.CANCELLED
    if any(leg.state not in SETTLED and leg.state not in PAID_STATES for leg in basket.legs):
        return BasketFault.IN_DOUBT
    if paid < basket.paid:
        return BasketFault.PAID_DIFFERS
    if not basket.remaining:
        return BasketFault.COMMITTED
    if requested.cents > basket.remaining:
        return BasketFault.EXCEEDS
    return None
