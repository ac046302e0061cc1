"""What a journal holds, as plain values: the books are what all entries (entries.py) together say.

The semantics of checkout.ports.Journal, and of the chain that a session reads, without a disk and without days that
pass. A test compares them with the shipped journal.
"""

import hashlib
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from pos_bridge.domain.basket import Basket, BasketLeg, BasketState
from pos_bridge.domain.ledger import Advance, JournalHead, KnownBasket, KnownLeg, KnownRequest, Opening, TillKeys
from pos_bridge.domain.leg import PAID_STATES, REFUNDED_STATES, SETTLED, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.totals import Period
from tests.explorer import periods
from tests.explorer.entries import (
    Advanced,
    BasketCancelled,
    DayAgreed,
    Entry,
    EpochChanged,
    HeadRefused,
    Opened,
    PeriodClosed,
    RefusedHeadAccepted,
    RequestClosed,
    Told,
)
from tests.explorer.refusals import said_again

START = bytes(32)
_HOUR_MS = 3_600_000
_TO_COLLECT = PAID_STATES | REFUNDED_STATES
_ENDED = frozenset({BasketState.COMMITTED, BasketState.CANCELLED})


class Request(NamedTuple):
    content: bytes = b""
    sale: bytes = b""
    key: LegKey | None = None
    void: bool = False


class Row(NamedTuple):
    """A row of the chain, with the hash that it and all before it have."""

    hash: bytes
    key: LegKey | None
    state: State | None
    at_ms: int
    approved: int | None = None


@dataclass(frozen=True, slots=True)
class DayEnd:
    """How a period ended."""

    request: bytes | None
    agreed: bool
    ended_ms: int


@dataclass(slots=True)
class Part:
    """A basket as its entries make it."""

    due: int
    outside: int
    legs: list[LegKey]
    cancelling: bool = False


@dataclass(slots=True)
class Books:
    """Everything that can be read back. `rows[0]` is the start of the chain."""

    legs: dict[LegKey, KnownLeg] = field(default_factory=dict)
    last: dict[LegKey, int] = field(default_factory=dict)  # each leg's newest row
    requests: dict[bytes, Request] = field(default_factory=dict)
    told: set[LegKey] = field(default_factory=set)
    baskets: dict[bytes, Part] = field(default_factory=dict)
    periods: list[int] = field(default_factory=lambda: [0])  # the last row before each
    days: list[DayEnd] = field(default_factory=list)
    rows: list[Row] = field(default_factory=lambda: [Row(START, None, None, 0)])
    epoch: bytes | None = None
    epoch_row: int = 0
    refused: JournalHead | None = None
    accepted: JournalHead | None = None

    # ---- writes ----

    def apply(self, entry: Entry) -> None:  # noqa: C901 - a line a case
        match entry:
            case Opened(opening, at_ms):
                self._open(opening, at_ms)
            case Advanced(change, at_ms):
                self._advance(change, at_ms)
            case RequestClosed(request):
                self.requests.setdefault(request, Request())
            case Told(key):
                self.told.add(key)
            case BasketCancelled(reference):
                self._cancel(self.baskets[reference])
            case PeriodClosed():
                self._end_day(entry)
            case DayAgreed(number):
                self.days[number] = replace(self.days[number], agreed=True)
            case EpochChanged(digest):
                self._change_epoch(digest)
            case HeadRefused(head):
                self.refused = head
            case RefusedHeadAccepted():
                self.accepted = self.refused

    def _end_day(self, ended: PeriodClosed) -> None:
        if ended.request is None or self.closed_by(ended.request) is None:
            last = self.head.sequence if ended.up_to is None else ended.up_to
            self.periods.append(max(self.periods[-1], last))
            hour_ms = ended.at_ms // _HOUR_MS * _HOUR_MS
            self.days.append(DayEnd(ended.request, ended.agreed, hour_ms + _HOUR_MS))

    def _cancel(self, part: Part) -> None:
        """What was given back of its payments while it was all paid belongs to it from now on."""
        part.cancelling = True
        for sale in tuple(part.legs):
            refunds = sorted(refund.key.raw for refund in self.refunds_of(sale))
            part.legs.extend(key for key in map(LegKey.from_bytes, refunds) if key not in part.legs)

    def _open(self, opening: Opening, at_ms: int) -> None:
        key, settled = opening.key, opening.state in SETTLED
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
            not_after_ms=None if settled else _second(opening.not_after_ms),
            confirm_by_ms=None if settled else _second(opening.confirm_by_ms),
            begun_ms=None if settled else at_ms // 1000 * 1000,
        )
        self._request(opening.till, key, void=False)
        self._row(key, opening.state, at_ms)
        self._join(opening)

    def _join(self, opening: Opening) -> None:
        if opening.basket is not None:
            named = opening.basket
            part = self.baskets.setdefault(named.reference, Part(0, 0, []))
            part.due, part.outside = named.due.cents, named.outside
            part.legs.append(opening.key)
        elif opening.sale_key is not None:
            known = self.basket_of(opening.sale_key)
            if known is not None and known.basket.state not in _ENDED:
                self.baskets[known.reference].legs.append(opening.key)

    def _advance(self, change: Advance, at_ms: int) -> None:
        leg = self.legs[change.key]
        if said_again(leg, change):
            return
        if leg.state in SETTLED and change.state not in SETTLED:  # taken up again: of its time only the hour is known
            last = self.last[change.key]
            hour_ms = self.rows[last].at_ms // _HOUR_MS * _HOUR_MS
            leg = replace(leg, doubted=last <= self.epoch_row, begun_ms=hour_ms)
        approved = leg.approved if change.approved is None else change.approved
        leg = replace(leg, state=change.state, cause=change.cause, approved=approved)
        if change.state in SETTLED:
            leg = replace(leg, not_after_ms=None, confirm_by_ms=None, begun_ms=None, doubted=False)
        self.legs[change.key] = leg
        if change.till is not None:
            self._request(change.till, change.key, void=True)
        self._row(change.key, change.state, at_ms)

    def _request(self, till: TillKeys, key: LegKey, *, void: bool) -> None:
        self.requests[till.request] = Request(till.content, till.sale, key, void)

    def _row(self, key: LegKey, state: State, at_ms: int) -> None:
        chained = hashlib.sha256(self.rows[-1].hash + key.raw + state.value.encode()).digest()
        approved = self.legs[key].approved
        self.rows.append(Row(chained, key, state, at_ms, None if approved is None else approved.cents))
        self.last[key] = len(self.rows) - 1

    def _change_epoch(self, digest: bytes) -> None:
        if digest == self.epoch:
            return
        if self.epoch is not None:
            self.epoch_row = self.head.sequence
            for leg in self.unsettled():
                self.legs[leg.key] = replace(leg, doubted=True)
        self.epoch = digest

    # ---- reads ----

    @property
    def head(self) -> JournalHead:
        return JournalHead(len(self.rows) - 1, self.rows[-1].hash)

    def holds(self, sequence: int, row_hash: bytes) -> bool:
        if self.accepted == JournalHead(sequence, row_hash):
            return True
        return sequence < len(self.rows) and self.rows[sequence].hash == row_hash

    def cash_refunded_since(self, row: bytes) -> bool:
        """True as well where there is no such row."""
        hashes = [each.hash for each in self.rows]
        behind = self.rows[hashes.index(row) + 1 :] if row in hashes[1:] else self.rows[:0]
        return row not in hashes[1:] or any(each.state is State.CASH_REFUNDED for each in behind)

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
            if self.legs[key].state in _TO_COLLECT:
                return key
        return None

    def requests_of_sale(self, sale: bytes) -> tuple[LegKey, ...]:
        found = (request for request in self.requests.values() if request.sale == sale and not request.void)
        return tuple(request.key for request in found if request.key is not None)

    def unsettled(self) -> tuple[KnownLeg, ...]:
        open_legs = (leg for leg in self.legs.values() if leg.state not in SETTLED)
        return tuple(sorted(open_legs, key=lambda leg: self.last[leg.key]))

    def refunds_of(self, sale: LegKey) -> tuple[KnownLeg, ...]:
        return tuple(leg for leg in self.legs.values() if leg.sale_key == sale)

    def find_basket(self, reference: bytes) -> KnownBasket | None:
        part = self.baskets.get(reference)
        if part is None:
            return None
        legs = [self.legs[key] for key in part.legs]
        stand = tuple(
            BasketLeg(
                leg.kind,
                leg.state,
                (leg.approved if leg.tender is Tender.CARD and leg.approved is not None else leg.amount).cents,
                leg.cause,
                None if leg.sale_key is None else part.legs.index(leg.sale_key),
            )
            for leg in legs
        )
        due = replace(legs[0].amount, cents=part.due)
        return KnownBasket(reference, Basket(due, part.outside, part.cancelling, stand), tuple(part.legs))

    def basket_of(self, key: LegKey) -> KnownBasket | None:
        for reference, part in self.baskets.items():
            if key in part.legs:
                return self.find_basket(reference)
        return None

    def open_baskets(self) -> tuple[KnownBasket, ...]:
        found = [self.find_basket(reference) for reference in self.baskets]
        return tuple(known for known in found if known is not None and known.basket.half_paid)

    def closed_by(self, request: bytes) -> int | None:
        return next((number for number, day in enumerate(self.days) if day.request == request), None)

    def days_to_compare(self) -> tuple[int, ...]:
        return tuple(number for number, day in enumerate(self.days) if not day.agreed)

    def this_period(self) -> Period:
        return periods.running(self)


def _second(milliseconds: int | None) -> int | None:
    """Whole seconds are kept, rounded up."""
    return None if milliseconds is None else (milliseconds + 999) // 1000 * 1000
