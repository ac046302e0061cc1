"""A basket: the legs that pay one till transaction in parts, and the pure rules of a split tender.

Where a basket stands follows from what is durable about its legs, so that it can never disagree with them. Only that it
is being cancelled is a word of its own.
"""

from dataclasses import dataclass
from enum import Enum

from pos_bridge.domain.leg import PAID_STATES, REFUNDED_STATES, SETTLED, Cause, Kind, State
from pos_bridge.domain.money import Amount


class BasketState(Enum):
    OPEN = "open"  # some of it is due, or a payment of it waits for the till's word
    COMMITTED = "committed"  # end: all of it is paid
    CANCELLING = "cancelling"  # durable before the first leg is undone
    CANCELLED = "cancelled"  # end: no leg of it stands


class BasketFault(Enum):
    """Why a payment cannot be part of the basket that its sale reference names."""

    EXCEEDS = "exceeds"  # more than what is still due
    PAID_DIFFERS = "paid_differs"  # the till counts less as paid than is paid here: it misses an answer
    COMMITTED = "committed"  # nothing is due any more
    CANCELLED = "cancelled"
    IN_DOUBT = "in_doubt"  # what became of a leg of it is not known


@dataclass(frozen=True, slots=True)
class BasketLeg:
    """One leg of a basket: `counts` cents of the amount due are paid by it if its state is a paid one.

    A refund counts against the sale it is of, while that one is paid: `of` is its place among the basket's legs.
    """

    kind: Kind
    state: State
    counts: int
    cause: Cause | None = None
    of: int | None = None

    def __post_init__(self) -> None:
        if (self.of is None) is not (self.kind is Kind.SALE):
            raise ValueError("a refund, and only a refund, is of another leg")

    @property
    def paid(self) -> bool:
        return self.kind is Kind.SALE and self.state in PAID_STATES


_UNDONE = frozenset({State.REVERSING, State.GIVING_BACK})  # told as not paid, and it will not be


@dataclass(frozen=True, slots=True)
class Basket:
    """`due`: the first RequestedAmount and PaidAmount together; `outside`: what of it was paid elsewhere (cents).

    `legs`: its payments, and the refunds of them that were opened before it was all paid, in that order. (What is given
    back later is a return of goods, and does not open the basket again.)
    """

    due: Amount
    outside: int
    cancelling: bool
    legs: tuple[BasketLeg, ...]

    def __post_init__(self) -> None:
        for place, leg in enumerate(self.legs):
            if leg.of is not None and not (0 <= leg.of < place and self.legs[leg.of].kind is Kind.SALE):
                raise ValueError("a refund in a basket is of an earlier payment of it")

    @property
    def paid(self) -> int:
        """Cents that are paid, here and outside, and were not given back."""
        return self.outside + sum(map(self.left_of, range(len(self.legs))))

    @property
    def remaining(self) -> int:
        return max(0, self.due.cents - self.paid)

    @property
    def state(self) -> BasketState:
        if self.cancelling:
            settled = all(leg.state in SETTLED for leg in self.legs)
            return BasketState.CANCELLED if settled and not self.standing else BasketState.CANCELLING
        waits = any(leg.state is State.AUTHORISED for leg in self.legs)
        return BasketState.OPEN if self.remaining or waits else BasketState.COMMITTED

    @property
    def standing(self) -> tuple[int, ...]:
        """The places of the payments of which something is paid and was not given back."""
        return tuple(place for place in range(len(self.legs)) if self.left_of(place))

    @property
    def half_paid(self) -> bool:
        """Shown to the cashier and at day end: not at its end, and something of it was paid here, or may have been."""
        ended = self.state in {BasketState.COMMITTED, BasketState.CANCELLED}
        return not ended and (bool(self.standing) or any(leg.state not in SETTLED for leg in self.legs))

    def is_anew(self, *, trusted: bool) -> bool:
        """Whether nothing is paid by it, so that a payment may say anew what is due, as the first did."""
        return not (self.cancelling or any(leg.paid for leg in self.legs) or self.in_doubt(trusted=trusted))

    def left_of(self, place: int) -> int:
        """Cents of a payment that stand: what it counts without what was given back of it. 0 for a refund."""
        if not self.legs[place].paid:
            return 0
        back = (leg.counts for leg in self.legs if leg.of == place and leg.state in REFUNDED_STATES)
        return max(0, self.legs[place].counts - sum(back))

    def in_doubt(self, *, trusted: bool) -> bool:
        """Whether what became of a leg is not known, so that another payment could be one too many.

        One that is being undone is as good as undone: the till was told that it is not paid. Not so where it asked for
        that itself and waits for the answer (a void), nor where the journal is not `trusted` (session.Trust).
        """
        return any(not self._known(leg, trusted=trusted) for leg in self.legs)

    def _known(self, leg: BasketLeg, *, trusted: bool) -> bool:
        if leg.of is not None and not self.legs[leg.of].paid:
            return True  # the refund after a reversal that came too late: its sale counts nothing already
        if leg.state in SETTLED or leg.paid:
            return True
        return leg.kind is Kind.SALE and leg.state in _UNDONE and leg.cause is not Cause.VOIDED and trusted


def admit(basket: Basket, requested: Amount, paid: int, *, trusted: bool = True) -> BasketFault | None:
    """Whether one more payment of `requested` may begin; `paid` is what the till counts as paid so far, in cents.

    What it counts beyond what is recorded here was paid elsewhere, and is not due either.
    """
    if basket.cancelling:
        return BasketFault.CANCELLED
    if basket.in_doubt(trusted=trusted):
        return BasketFault.IN_DOUBT
    if paid < basket.paid:
        return BasketFault.PAID_DIFFERS
    if not basket.remaining:
        return BasketFault.COMMITTED
    if paid + requested.cents > basket.due.cents:
        return BasketFault.EXCEEDS
    return None
