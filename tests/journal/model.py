"""What a journal should know, as dictionaries: the journal's own rules told once more, with no file under them."""

from dataclasses import dataclass, field
from datetime import datetime

from pos_bridge.domain.basket import Basket, BasketLeg, BasketState
from pos_bridge.domain.ledger import Advance, JournalHead, Opening
from pos_bridge.domain.leg import MOVED_STATES, PAID_STATES, REFUNDED_STATES, SETTLED, Cause, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.journal.hours import hours_before, universal_hour

_ENDED = {BasketState.COMMITTED, BasketState.CANCELLED}
_NEVER_MOVED = {State.DECLINED, State.ENDED, State.REFUND_DECLINED, State.CASH_CANCELLED}

# Where each kind of movement can go, as the step function has it.
NEXT: dict[tuple[Tender, Kind], dict[State, tuple[State, ...]]] = {
    (Tender.CARD, Kind.SALE): {
        State.INTENT: (
            State.DECLINED, State.ENDED, State.AUTHORISED, State.CAPTURING, State.CAPTURED, State.REVERSING,
        ),
        State.AUTHORISED: (State.CAPTURING, State.REVERSING, State.UNRESOLVED),
        State.CAPTURING: (State.CAPTURED, State.CAPTURE_LOST, State.REVERSING),
        State.CAPTURED: (State.REVERSING,),
        State.REVERSING: (State.REVERSED, State.CAPTURED, State.GIVING_BACK, State.UNRESOLVED),
        State.GIVING_BACK: (State.GIVEN_BACK, State.UNRESOLVED),
        State.UNRESOLVED: (State.CAPTURED, State.REVERSED, State.REVERSING),
    },
    (Tender.CARD, Kind.REFUND): {
        State.REFUND_INTENT: (State.REFUNDED, State.REFUND_DECLINED, State.UNRESOLVED),
        State.UNRESOLVED: (State.REFUNDED, State.REFUND_DECLINED),
    },
    (Tender.CARD, Kind.CARD_REFUND): {
        State.REFUND_INTENT: (State.REFUNDED, State.REFUND_DECLINED, State.ENDED, State.REVERSING),
        State.REVERSING: (State.REVERSED, State.UNRESOLVED),
        State.UNRESOLVED: (State.REFUNDED, State.REFUND_DECLINED, State.REVERSING),
    },
    (Tender.CASH, Kind.SALE): {State.CASH_DUE: (State.CASH_TAKEN, State.CASH_CANCELLED)},
    (Tender.CASH, Kind.REFUND): {},
}  # fmt: skip


@dataclass(slots=True)
class ModelLeg:
    opening: Opening
    state: State
    first: int  # its first row
    last: int
    cause: Cause | None = None
    approved: Amount | None = None
    told: bool = False
    doubted: bool = False

    @property
    def counts(self) -> int:
        return (self.approved or self.opening.amount).cents

    @property
    def untold(self) -> bool:
        return self.state in PAID_STATES | REFUNDED_STATES and not self.told


@dataclass(slots=True)
class ModelRequest:
    content: bytes
    key: LegKey | None
    void: bool
    at: datetime


@dataclass(slots=True)
class ModelBasket:
    due: Amount
    outside: int
    at: datetime
    cancelling: bool = False
    keys: list[LegKey] = field(default_factory=list)


@dataclass(slots=True)
class Model:
    """`now` is told before each question."""

    now: datetime
    heads: list[JournalHead] = field(default_factory=lambda: [JournalHead(0, bytes(32))])
    legs: dict[LegKey, ModelLeg] = field(default_factory=dict)
    requests: dict[bytes, ModelRequest] = field(default_factory=dict)
    baskets: dict[bytes, ModelBasket] = field(default_factory=dict)
    epoch: bytes | None = None
    changed_at: int = 0
    accepted: set[JournalHead] = field(default_factory=set)
    number: int = 0
    closed_at: int = 0
    moved_before: set[LegKey] = field(default_factory=set)

    # ---- what happens ----

    def opened(self, opening: Opening, head: JournalHead) -> None:
        self._row(head)
        key, till = opening.key, opening.till
        self.legs[key] = ModelLeg(opening, opening.state, head.sequence, head.sequence)
        self.requests[till.request] = ModelRequest(till.content, key, void=False, at=self.now)
        if opening.basket is not None:
            reference, part = opening.basket.reference, opening.basket
            basket = self.baskets.setdefault(reference, ModelBasket(part.due, part.outside, self.now))
            basket.due, basket.outside = part.due, part.outside
            self._joins(basket, key)
        elif opening.sale_key is not None:
            found = self.basket_of(opening.sale_key)
            if found is not None and self.as_basket(found).state not in _ENDED:
                self._joins(found, key)

    def basket_cancelled(self, reference: bytes) -> None:
        basket = self.baskets[reference]
        for sale in tuple(basket.keys):
            for key in sorted(self.refunds_of(sale), key=lambda refund: refund.raw):
                if key not in basket.keys:
                    basket.keys.append(key)
        basket.cancelling, basket.at = True, self.now

    def _joins(self, basket: ModelBasket, key: LegKey) -> None:
        basket.keys.append(key)
        basket.at = self.now

    def advanced(self, change: Advance, head: JournalHead) -> None:
        self._row(head)
        leg = self.legs[change.key]
        if leg.state in SETTLED:  # taken up again: doubted if of an earlier ledger, or decided by a person
            leg.doubted = leg.last <= self.changed_at or leg.cause is Cause.DECIDED
        leg.state, leg.cause, leg.last = change.state, change.cause, head.sequence
        leg.approved = change.approved or leg.approved
        if change.till is not None:
            self.requests[change.till.request] = ModelRequest(change.till.content, change.key, void=True, at=self.now)
        basket = self.basket_of(change.key)
        if basket is not None:
            basket.at = self.now

    def _row(self, head: JournalHead) -> None:
        assert head.sequence == len(self.heads)
        self.heads.append(head)

    def epoch_changed(self, digest: bytes) -> None:
        if self.epoch not in {None, digest}:
            self.changed_at = len(self.heads) - 1
            for leg in self.unsettled().values():
                leg.doubted = True
        self.epoch = digest

    def period_closed(self) -> int:
        self.moved_before = {key for key, leg in self.legs.items() if leg.state in MOVED_STATES}
        self.closed_at = len(self.heads) - 1
        self.number += 1
        return self.number - 1

    def forget(self) -> None:
        """What the turn of an hour forgets."""
        for reference in [name for name, basket in self.baskets.items() if self._is_over(basket)]:
            del self.baskets[reference]

    # ---- what should be known ----

    def unsettled(self) -> dict[LegKey, ModelLeg]:
        return {key: leg for key, leg in self.legs.items() if leg.state not in SETTLED}

    def request(self, request: bytes) -> ModelRequest | None:
        found = self.requests.get(request)
        if found is None or not self._is_old(found.at):
            return found
        leg = None if found.key is None else self.legs[found.key]
        kept = leg is not None and (leg.state not in SETTLED or (leg.untold and not found.void))
        return found if kept else None

    def refunds_of(self, sale: LegKey) -> dict[LegKey, State]:
        return {key: leg.state for key, leg in self.legs.items() if leg.opening.sale_key == sale}

    def basket(self, reference: bytes) -> ModelBasket | None:
        found = self.baskets.get(reference)
        return None if found is None or self._is_over(found) else found

    def basket_of(self, key: LegKey) -> ModelBasket | None:
        return next((basket for basket in self.baskets.values() if key in basket.keys), None)

    def as_basket(self, basket: ModelBasket) -> Basket:
        legs = tuple(
            BasketLeg(leg.opening.kind, leg.state, leg.counts, leg.cause, of)
            for leg, of in (
                (self.legs[key], None if sale is None else basket.keys.index(sale))
                for key in basket.keys
                for sale in (self.legs[key].opening.sale_key,)
            )
        )
        return Basket(basket.due, basket.outside, basket.cancelling, legs)

    def period(self) -> dict[LegKey, State]:
        found = {}
        for key, leg in self.legs.items():
            moved, went_on = leg.state in MOVED_STATES, leg.last > self.closed_at
            counts = moved and key not in self.moved_before
            waits = not moved and leg.state not in SETTLED
            taken_back = not moved and went_on and leg.state not in _NEVER_MOVED
            if counts or waits or taken_back:
                found[key] = leg.state
        return found

    def _is_over(self, basket: ModelBasket) -> bool:
        legs = [self.legs[key] for key in basket.keys]
        live = any(leg.state not in SETTLED for leg in legs)
        paid = any(leg.opening.kind is Kind.SALE and leg.state in PAID_STATES for leg in legs)
        standing = live or (paid and self.as_basket(basket).state not in _ENDED)
        return self._is_old(basket.at) and not standing

    def _is_old(self, at: datetime) -> bool:
        return universal_hour(at) < hours_before(self.now, 48)
