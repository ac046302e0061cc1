"""How much of a sale may still be given back: the pure rule that both kinds of refund ask before anything is opened."""

from collections.abc import Iterable
from dataclasses import dataclass

from pos_bridge.domain.ledger import KnownLeg
from pos_bridge.domain.leg import State
from pos_bridge.domain.money import cash_due

NOTHING_STANDS = frozenset({State.ENDED, State.REFUND_DECLINED, State.REVERSED, State.CASH_CANCELLED})


@dataclass(frozen=True, slots=True)
class RefundSoFar:
    """A refund leg of a sale, whatever became of it. `cents` exact; `due` what was handed out in cash (cents)."""

    state: State
    cents: int
    due: int = 0

    @property
    def may_stand(self) -> bool:
        """One in doubt counts as made: it may be, and then giving the money back again is twice."""
        return self.state not in NOTHING_STANDS


def refunds_so_far(refunds: Iterable[KnownLeg]) -> tuple[RefundSoFar, ...]:
    return tuple(RefundSoFar(leg.state, leg.amount.cents, leg.due or 0) for leg in refunds)


def left(captured: int, refunds: Iterable[RefundSoFar]) -> int:
    """Cents of what was captured that no refund took and none in doubt may have taken: 0 and up."""
    return max(0, captured - sum(refund.cents for refund in refunds if refund.may_stand))


def cash_back(cents: int, taken: int | None, refunds: Iterable[RefundSoFar]) -> int:
    """What the customer is handed for a refund of `cents`, rounded as a sale is, and never more than is left in all.

    `taken` is what the sale's customer paid after rounding; None for a sale that is not known here. Without that bound
    a sale that is given back in parts would round to more than it was paid with.
    """
    rounded = cash_due(cents)
    if taken is None:
        return rounded
    return max(0, min(rounded, taken - sum(refund.due for refund in refunds if refund.may_stand)))
