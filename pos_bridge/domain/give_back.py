"""How much of a sale may still be given back: the pure rule that every refund asks before anything is opened."""

from collections.abc import Iterable
from dataclasses import dataclass

from pos_bridge.domain.ledger import KnownLeg
from pos_bridge.domain.leg import Cause, Kind, State, Tender
from pos_bridge.domain.money import cash_due

NOTHING_STANDS = frozenset({State.ENDED, State.REFUND_DECLINED, State.REVERSED, State.CASH_CANCELLED})
_GIVES_BACK = frozenset({State.CAPTURING, State.CAPTURED, State.CASH_TAKEN})  # CAPTURING: once it is captured


@dataclass(frozen=True, slots=True)
class RefundSoFar:
    """A refund leg of a sale, whatever became of it. `handed`: cents of cash that the customer got by it."""

    state: State
    cents: int
    handed: int = 0

    @property
    def may_stand(self) -> bool:
        """One in doubt counts as made: it may be, and then giving the money back again is twice."""
        return self.state not in NOTHING_STANDS


def refunds_so_far(refunds: Iterable[KnownLeg]) -> tuple[RefundSoFar, ...]:
    return tuple(RefundSoFar(leg.state, leg.amount.cents, leg.due or 0) for leg in refunds)


def left(captured: int, refunds: Iterable[RefundSoFar]) -> int:
    """Cents of what was captured that no refund took and none in doubt may have taken: 0 and up."""
    return max(0, captured - sum(refund.cents for refund in refunds if refund.may_stand))


@dataclass(frozen=True, slots=True)
class Claim:
    """A sale that is known here, with its refunds so far, when something of it is asked back.

    `cancelling`: it is part of a split tender that is being taken back anyway. `committed`: of one that is all paid.
    """

    sale: KnownLeg
    refunds: tuple[RefundSoFar, ...]
    cancelling: bool = False
    committed: bool = False

    @property
    def paid(self) -> int:
        """Cents; in cash before they were rounded."""
        return (self.sale.approved or self.sale.amount).cents

    @property
    def left(self) -> int:
        return left(self.paid, self.refunds)

    @property
    def untouched(self) -> bool:
        """Nothing of it was given back, or may have been."""
        return not any(refund.may_stand for refund in self.refunds)

    def refusal(self, tender: Tender, cents: int | None) -> Cause | None:
        """Why so many cents of it cannot go back by that tender; None asks for all that is left."""
        sale = self.sale
        if sale.kind is Kind.SALE and sale.state is State.REVERSED:
            return Cause.VOIDED  # nothing of it was paid in the end: its status may still say approved, as it was told
        if sale.kind is not Kind.SALE or sale.tender is not tender or sale.state not in _GIVES_BACK or self.cancelling:
            return Cause.WRONG_STATE
        if not self.left or (cents or 0) > self.left:
            return Cause.EXCEEDS
        return None

    def cash_back(self, cents: int) -> int:
        """What the customer is handed for so many cents (0 and up) of a sale that was paid in cash.

        All that goes back is rounded together, as the sale was: what is due for it up to now, without what was handed
        over before. So the last part makes it just what was taken, and no part before it makes it more.
        """
        made = [refund for refund in self.refunds if refund.may_stand]
        returned = cents + sum(refund.cents for refund in made)
        return self._rounded(returned) - sum(refund.handed for refund in made)

    def _rounded(self, cents: int) -> int:
        taken = self.paid if self.sale.due is None else self.sale.due
        return taken if cents >= self.paid else min(cash_due(cents), taken)
