"""What a journal holds, as plain values: each write is an entry, and the books are what all entries together say.

The semantics of checkout.ports.Journal without a disk. A test compares them with the shipped journal.
"""

import hashlib
from dataclasses import dataclass, field, replace

from pos_bridge.domain.basket import Basket, BasketLeg, BasketState
from pos_bridge.domain.ledger import Advance, JournalHead, KnownBasket, KnownLeg, KnownRequest, Opening, TillKeys
from pos_bridge.domain.leg import APPROVED_STATES, PAID_STATES, REFUNDED_STATES, SETTLED, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.totals import Period, PeriodLeg

START = bytes(32)
_COUNTED = PAID_STATES | REFUNDED_STATES


@dataclass(frozen=True, slots=True)
class Opened:
    opening: Opening
    begun_ms: int


@dataclass(frozen=True, slots=True)
class Advanced:
    change: Advance


@dataclass(frozen=True, slots=True)
class RequestClosed:
    request: bytes


@dataclass(frozen=True, slots=True)
class Told:
    key: LegKey


@dataclass(frozen=True, slots=True)
class BasketCancelled:
    reference: bytes


@dataclass(frozen=True, slots=True)
class PeriodClosed:
    up_to: int


Entry = Opened | Advanced | RequestClosed | Told | BasketCancelled | PeriodClosed


@dataclass(frozen=True, slots=True)
class Request:
    content: bytes
    sale: bytes
    key: LegKey | None
    void: bool = False


@dataclass(slots=True)
class Part:
    """A basket as its entries make it."""

    due: int
    outside: int
    legs: list[LegKey]
    cancelling: bool = False


@dataclass(slots=True)
class Books:
    """Everything that can be read back. `rows`: the hash of each row of the chain."""

    legs: dict[LegKey, KnownLeg] = field(default_factory=dict)
    counts: dict[LegKey, int] = field(default_factory=dict)  # what a leg counts of its basket
    requests: dict[bytes, Request] = field(default_factory=dict)
    told: set[LegKey] = field(default_factory=set)
    baskets: dict[bytes, Part] = field(default_factory=dict)
    period: int = 0
    of_period: dict[LegKey, int] = field(default_factory=dict)  # and its newest row
    rows: list[bytes] = field(default_factory=lambda: [START])

    # ---- writes ----

    def apply(self, entry: Entry) -> None:
        match entry:
            case Opened(opening, begun_ms):
                self._open(opening, begun_ms)
            case Advanced(change):
                self._advance(change)
            case RequestClosed(request):
                self.requests.setdefault(request, Request(b"", b"", None))
            case Told(key):
                self.told.add(key)
            case BasketCancelled(reference):
                self.baskets[reference].cancelling = True
            case PeriodClosed(up_to):
                self.period += 1
                self.of_period = {
                    key: row
                    for key, row in self.of_period.items()
                    if row > up_to or self.legs[key].state not in SETTLED
                }

    def _open(self, opening: Opening, begun_ms: int) -> None:
        key, cash = opening.key, opening.tender is Tender.CASH
        settled = opening.state in SETTLED
        self.legs[key] = KnownLeg(
            key=key,
            tender=opening.tender,
            state=opening.state,
            amount=opening.amount,
            partial_ok=opening.partial_ok,
            flow=opening.flow,
            cause=None,
            approved=None,
            due=opening.due,
            kind=opening.kind,
            sale_key=opening.sale_key,
            not_after_ms=None if opening.not_after_ms is None or settled else opening.not_after_ms // 1000 * 1000,
            confirm_by_ms=None if settled else opening.confirm_by_ms,
            begun_ms=None if settled else begun_ms,
        )
        self.counts[key] = opening.amount.cents
        self._request(opening.till, key, void=False)
        self.of_period[key] = len(self.rows)
        if opening.basket is not None:
            part = opening.basket
            known = self.baskets.setdefault(part.reference, Part(part.due.cents, part.outside, []))
            known.legs.append(key)
        self._row(b"open", key.raw, opening.state, cash=cash)

    def _advance(self, change: Advance) -> None:
        leg = self.legs[change.key]
        approved = leg.approved if change.approved is None else change.approved
        leg = replace(leg, state=change.state, cause=change.cause, approved=approved)
        if change.state in SETTLED:
            leg = replace(leg, not_after_ms=None, confirm_by_ms=None, begun_ms=None)
        self.legs[change.key] = leg
        if change.approved is not None:
            self.counts[change.key] = change.approved.cents
        if change.till is not None:
            self._request(change.till, change.key, void=True)
        self.of_period[change.key] = len(self.rows)
        self._row(b"step", change.key.raw, change.state)

    def _request(self, till: TillKeys, key: LegKey, *, void: bool) -> None:
        self.requests[till.request] = Request(till.content, till.sale, key, void)

    def _row(self, what: bytes, key: bytes, state: State, *, cash: bool = False) -> None:
        self.rows.append(hashlib.sha256(self.rows[-1] + what + key + state.value.encode() + bytes([cash])).digest())

    # ---- reads ----

    @property
    def head(self) -> JournalHead:
        return JournalHead(len(self.rows) - 1, self.rows[-1])

    def holds(self, sequence: int, row_hash: bytes) -> bool:
        return sequence < len(self.rows) and self.rows[sequence] == row_hash

    def find_request(self, request: bytes) -> KnownRequest | None:
        found = self.requests.get(request)
        if found is None:
            return None
        return KnownRequest(found.content, None if found.key is None else self.legs[found.key], found.void)

    def approved_untold(self, sale: bytes) -> LegKey | None:
        for request in self.requests.values():
            key = request.key
            if request.sale != sale or key is None or key in self.told or request.void:
                continue
            leg = self.legs[key]
            if leg.state in APPROVED_STATES or (leg.state is State.CASH_TAKEN and leg.kind is Kind.SALE):
                return key
        return None

    def unsettled(self) -> tuple[KnownLeg, ...]:
        return tuple(leg for leg in self.legs.values() if leg.state not in SETTLED)

    def refunds_of(self, sale: LegKey) -> tuple[KnownLeg, ...]:
        return tuple(leg for leg in self.legs.values() if leg.sale_key == sale)

    def find_basket(self, reference: bytes) -> KnownBasket | None:
        part = self.baskets.get(reference)
        if part is None:
            return None
        legs = [self.legs[key] for key in part.legs]
        due = replace(legs[0].amount, cents=part.due)
        basket_legs = tuple(BasketLeg(leg.kind, leg.state, self.counts[leg.key]) for leg in legs)
        basket = Basket(due, part.outside, part.cancelling, basket_legs)
        return KnownBasket(reference, basket, tuple(part.legs))

    def open_baskets(self) -> tuple[KnownBasket, ...]:
        found = [self.find_basket(reference) for reference in self.baskets]
        return tuple(known for known in found if known is not None and _is_open(known.basket))

    def this_period(self) -> Period:
        legs = [self.legs[key] for key in self.of_period]
        shown = tuple(
            PeriodLeg(leg.key, leg.tender, leg.kind, leg.state, _moved(leg))
            for leg in legs
            if leg.state in _COUNTED or leg.state not in SETTLED
        )
        return Period(self.period, shown, up_to=self.head().sequence)


def _moved(leg: KnownLeg) -> int:
    if leg.due is not None:
        return leg.due
    return leg.amount.cents if leg.approved is None else leg.approved.cents


def _is_open(basket: Basket) -> bool:
    if basket.state in {BasketState.COMMITTED, BasketState.CANCELLED}:
        return False
    return any(leg.state in PAID_STATES or leg.state not in SETTLED for leg in basket.legs)
