"""A journal in memory: it keeps what a journal keeps, in the order in which it was made durable."""

from dataclasses import replace

from pos_bridge.domain.basket import Basket, BasketLeg, BasketState
from pos_bridge.domain.ledger import (
    Advance,
    BasketPart,
    JournalHead,
    JournalUnwritableError,
    KnownBasket,
    KnownLeg,
    KnownRequest,
    Opening,
    TillKeys,
)
from pos_bridge.domain.leg import MOVED_STATES, PAID_STATES, REFUNDED_STATES, SETTLED, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.totals import Period, PeriodLeg


class MemoryJournal:
    """Keeps what a journal keeps, in the order it was made durable; `broken` refuses writes, `unreadable` reads."""

    def __init__(self) -> None:
        self.legs: dict[LegKey, KnownLeg] = {}
        self.requests: dict[bytes, tuple[TillKeys | None, LegKey | None, bool]] = {}  # the last: it took the leg back
        self.told: set[LegKey] = set()
        self.baskets: dict[bytes, tuple[BasketPart, list[LegKey]]] = {}
        self.cancelling: set[bytes] = set()
        self.history: list[tuple[str, LegKey]] = []
        self.ends: list[int] = [0]  # how much of the history was before each period
        self.days: dict[bytes, int] = {}  # the request that ended each
        self.to_compare: set[int] = set()
        self.broken = False
        self.unreadable = False
        self.lands_broken = False  # the next day end is refused, and stands all the same
        self.break_after: int | None = None  # writes that still succeed
        self.now_ms = 1_000_000

    def new_epoch(self) -> None:
        """The processor's ledger was replaced: what was open then cannot be believed to have been never seen."""
        for leg in self.legs.values():
            if leg.state not in SETTLED:
                self.legs[leg.key] = replace(leg, doubted=True)

    def words(self) -> list[str]:
        return [word for word, _ in self.history]

    def words_of(self, key: LegKey) -> list[str]:
        return [word for word, of in self.history if of == key]

    # ---- writes ----

    def _write(self) -> None:
        if self.break_after is not None:
            self.broken = self.break_after == 0
            self.break_after = max(0, self.break_after - 1)
        if self.broken:
            raise JournalUnwritableError

    async def open_leg(self, opening: Opening) -> JournalHead:
        self._write()
        assert opening.key not in self.legs, "a leg is opened once"
        _, before, void = self.requests.get(opening.till.request, (None, None, True))
        assert before is None or void, "a till request opens one leg; only a void that failed is followed by another"
        self.legs[opening.key] = KnownLeg(
            opening.key,
            opening.tender,
            opening.state,
            opening.amount,
            opening.partial_ok,
            opening.flow,
            None,
            opening.amount if opening.tender is Tender.CASH else None,
            opening.due,
            opening.kind,
            opening.sale_key,
            opening.not_after_ms,
            opening.confirm_by_ms,
            self.now_ms,
        )
        self.requests[opening.till.request] = (opening.till, opening.key, False)
        await self._join(opening)
        self._wrote(opening.key, opening.state)
        return self.head()

    async def _join(self, opening: Opening) -> None:
        """A refund is part of the basket of its sale, until that is at its end."""
        if opening.basket is not None:
            _, legs = self.baskets.get(opening.basket.reference, (None, []))
            self.baskets[opening.basket.reference] = (opening.basket, [*legs, opening.key])
            assert opening.basket.reference not in self.cancelling, "a cancelled basket takes no sale"
        elif opening.sale_key is not None:
            known = await self.basket_of(opening.sale_key)
            if known is not None and known.basket.state not in {BasketState.COMMITTED, BasketState.CANCELLED}:
                self.baskets[known.reference][1].append(opening.key)

    async def advance(self, change: Advance) -> JournalHead:
        self._write()
        moved = replace(self.legs[change.key], state=change.state, cause=change.cause, approved=change.approved)
        self.legs[change.key] = moved
        if change.till is not None:
            self.requests[change.till.request] = (change.till, change.key, True)
        self._wrote(change.key, change.state)
        return self.head()

    def _wrote(self, key: LegKey, state: State) -> None:
        if state in SETTLED:
            self.legs[key] = replace(self.legs[key], not_after_ms=None, confirm_by_ms=None, begun_ms=None)
        self.history.append((state.value, key))

    async def close_till_request(self, request: bytes) -> None:
        self._write()
        self.requests.setdefault(request, (None, None, False))

    async def mark_told(self, key: LegKey) -> None:
        self.told.add(key)

    async def cancel_basket(self, reference: bytes) -> None:
        self._write()
        parts = self.baskets[reference][1]
        for sale in tuple(parts):  # what was given back while it was all paid is part of it now
            parts.extend(sorted((leg.key for leg in await self.refunds_of(sale) if leg.key not in parts), key=str))
        self.cancelling.add(reference)

    async def close_period(self, up_to: int, request: bytes, *, agreed: bool) -> int:
        self._write()
        if request not in self.days:
            self.days[request] = len(self.ends) - 1
            self.ends.append(max(up_to, self.ends[-1]))
            if not agreed:
                self.to_compare.add(self.days[request])
        if self.lands_broken:
            self.lands_broken = False
            raise JournalUnwritableError
        return self.days[request]

    async def note_day_agreed(self, number: int) -> None:
        self.to_compare.discard(number)

    # ---- reads ----

    def _read(self) -> None:
        if self.unreadable:
            raise JournalUnwritableError

    async def find_request(self, request: bytes) -> KnownRequest | None:
        self._read()
        found = self.requests.get(request)
        if found is None:
            return None
        till, key, void = found
        return KnownRequest(b"" if till is None else till.content, None if key is None else self.legs[key], void)

    async def find_leg(self, key: LegKey) -> KnownLeg | None:
        self._read()
        return self.legs.get(key)

    async def approved_untold(self, sale: bytes) -> LegKey | None:
        self._read()
        for till, key, void in self.requests.values():
            if till is None or key is None or void or till.sale != sale or key in self.told:
                continue
            if self.legs[key].state in PAID_STATES | REFUNDED_STATES:
                return key
        return None

    async def requests_of_sale(self, sale: bytes) -> tuple[LegKey, ...]:
        self._read()
        found = ((till, key) for till, key, void in self.requests.values() if not void)
        return tuple(key for till, key in found if till is not None and key is not None and till.sale == sale)

    async def unsettled(self) -> tuple[KnownLeg, ...]:
        self._read()
        return tuple(leg for leg in self.legs.values() if leg.state not in SETTLED)

    async def refunds_of(self, sale: LegKey) -> tuple[KnownLeg, ...]:
        self._read()
        return tuple(leg for leg in self.legs.values() if leg.sale_key == sale)

    async def find_basket(self, reference: bytes) -> KnownBasket | None:
        self._read()
        if reference not in self.baskets:
            return None
        part, parts = self.baskets[reference]
        legs = [self.legs[key] for key in parts]
        places = {leg.key: place for place, leg in enumerate(legs)}
        stand = tuple(
            BasketLeg(
                leg.kind,
                leg.state,
                (leg.approved or leg.amount).cents,
                leg.cause,
                None if leg.sale_key is None else places[leg.sale_key],
            )
            for leg in legs
        )
        basket = Basket(part.due, part.outside, reference in self.cancelling, stand)
        return KnownBasket(reference, basket, tuple(places))

    async def basket_of(self, key: LegKey) -> KnownBasket | None:
        self._read()
        for reference, (_, parts) in self.baskets.items():
            if key in parts:
                return await self.find_basket(reference)
        return None

    async def open_baskets(self) -> tuple[KnownBasket, ...]:
        found = [await self.find_basket(reference) for reference in self.baskets]
        return tuple(basket for basket in found if basket is not None and basket.basket.half_paid)

    async def period(self) -> Period:
        self._read()
        running, up_to = len(self.ends) - 1, len(self.history)
        legs = [leg for leg in self._between(running, up_to) if leg.state not in MOVED_STATES or not leg.counted]
        known = {leg.key for leg in legs}
        waiting = [_in_period(leg, leg.state, 0) for leg in self.legs.values() if leg.state not in SETTLED]
        earlier = [leg for leg in waiting if leg.key not in known and leg.state in MOVED_STATES]
        legs += [leg for leg in waiting if leg.key not in known and leg.state not in MOVED_STATES]
        return Period(running, tuple(legs), tuple(earlier), up_to=up_to)

    def _between(self, number: int, up_to: int) -> list[PeriodLeg]:
        """What went on in that period, as it was at `up_to`, and what was counted of it before."""
        begun, found = self.ends[number], []
        then = {key: State(word) for word, key in self.history[:up_to]}
        before = {key: State(word) for word, key in self.history[:begun]}
        for key in dict.fromkeys(key for _, key in self.history[begun:up_to]):
            leg = self.legs[key]
            counted = _cents(leg) if before.get(key) in MOVED_STATES else 0
            if counted or then[key] not in _NEVER_MOVED:
                found.append(_in_period(leg, then[key], counted))
        return found

    async def closed_by(self, request: bytes) -> int | None:
        self._read()
        return self.days.get(request)

    async def closed_day(self, number: int) -> Period | None:
        self._read()
        if not 0 <= number < len(self.ends) - 1:
            return None
        up_to = self.ends[number + 1]
        legs = (leg for leg in self._between(number, up_to) if leg.state not in MOVED_STATES or not leg.counted)
        return Period(number, tuple(legs), up_to=up_to, ended_ms=self.now_ms)

    async def days_to_compare(self) -> tuple[int, ...]:
        self._read()
        return tuple(sorted(self.to_compare))

    @property
    def writable(self) -> bool:
        return not self.broken

    def head(self) -> JournalHead:
        return JournalHead(len(self.history), len(self.history).to_bytes(32))  # another one after each row

    async def cash_refunded_since(self, row: bytes) -> bool:
        at = int.from_bytes(row)
        return not 1 <= at <= len(self.history) or State.CASH_REFUNDED.value in self.words()[at:]


_NEVER_MOVED = frozenset({State.DECLINED, State.ENDED, State.REFUND_DECLINED, State.CASH_CANCELLED})


def _cents(leg: KnownLeg) -> int:
    return leg.due if leg.due is not None else (leg.approved or leg.amount).cents


def _in_period(leg: KnownLeg, state: State, counted: int) -> PeriodLeg:
    return PeriodLeg(leg.key, leg.tender, leg.kind, state, _cents(leg), counted)
