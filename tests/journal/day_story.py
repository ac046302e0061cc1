"""A journal in which anything happens to any leg, day after day, and what stands beside it: its processor's books."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from hypothesis import strategies as st

from pos_bridge.domain.authorisation import HeldLeg, Holding, Unknown
from pos_bridge.domain.happening import Standing
from pos_bridge.domain.ledger import Advance, KnownBasket, KnownLeg, Opening
from pos_bridge.domain.leg import MOVED_STATES, Cause, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.totals import Period, taken_back, totals
from pos_bridge.journal.journal_file import JournalFile
from tests.journal.makers import START, Clock, card, cash, cash_back, opened, owed, refund, refund_too_late
from tests.journal.model import NEXT

SALE = (Tender.CARD, Kind.SALE)
_APPROVES = {State.AUTHORISED, State.CAPTURING, State.CAPTURED, State.CAPTURE_LOST, State.REFUNDED}
# What the step function also does: an approval that is not captured after all, a person who decides.
MORE: dict[tuple[Tender, Kind], dict[State, tuple[State, ...]]] = {
    (Tender.CARD, Kind.SALE): {
        State.CAPTURING: (State.UNRESOLVED, State.REVERSED),
        State.CAPTURE_LOST: (State.CAPTURED, State.REVERSING, State.REVERSED),
    },
    (Tender.CARD, Kind.CARD_REFUND): {State.REFUNDED: (State.REVERSING,)},
}  # fmt: skip

Sums = Counter[tuple[Tender, Kind]]


def moved(period: Period) -> Sums:
    found: Sums = Counter({place: total.cents for place, total in totals(period.legs).items()})
    found.subtract({place: total.cents for place, total in taken_back(period.legs).items()})
    return found


class Story:
    """A journal in which anything happens. What it has of each leg is read back from it, key by key."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data
        self.folder = Path(tempfile.mkdtemp(prefix="days-")) / "journal"
        self.clock = Clock()
        self.journal = opened(self.folder, self.clock)
        self.states: dict[LegKey, State] = {}
        self.openings: dict[LegKey, Opening] = {}
        self.approved: set[LegKey] = set()
        self.told: list[Period] = []

    def end(self) -> None:
        self.journal.close()
        shutil.rmtree(self.folder.parent)

    def happens(self) -> None:
        choice = self._data.draw(st.sampled_from(("open", "go on", "go on", "go on", "close", "time")))
        match choice:
            case "open":
                self._open()
            case "go on":
                self._go_on()
            case "close":
                self._close()
            case _:
                self.clock.turn(days=self._data.draw(st.sampled_from((0.1, 1, 20))))

    def _open(self) -> None:
        cents = self._data.draw(st.integers(1, 9999))
        sales = [key for key, opening in self.openings.items() if opening.kind is Kind.SALE]
        makers: list[Callable[[int], Opening]] = [card, cash, owed, cash_back]
        if sales:
            of = self._data.draw(st.sampled_from(sales))
            makers += [lambda much: refund(of, much), lambda much: refund(of, much, present=True)]
        self._write(self._data.draw(st.sampled_from(makers))(cents))

    def _write(self, opening: Opening) -> None:
        self.journal.open_leg(opening)
        self.states[opening.key], self.openings[opening.key] = opening.state, opening

    def _go_on(self) -> None:
        ways = {key: self._ways(key) for key in tuple(self.states)}
        keys = [key for key, states in ways.items() if states]
        if keys:
            key = self._data.draw(st.sampled_from(keys))
            self._move(key, self._data.draw(st.sampled_from(ways[key])))

    def _ways(self, key: LegKey) -> tuple[State, ...]:
        opening, state = self.openings[key], self.states[key]
        what = opening.tender, opening.kind
        ways = (*NEXT[what].get(state, ()), *MORE.get(what, {}).get(state, ()))
        return tuple(way for way in ways if way is not State.GIVEN_BACK or self._gives_back(key))

    def _gives_back(self, sale: LegKey) -> bool:
        """Whether its refund leg is there; it is opened for what the processor had captured: less, perhaps."""
        derived = LegKey.refund_of(sale)
        if derived not in self.states:
            known = self.journal.find_leg(sale)
            assert known is not None
            cents = known.amount.cents if known.approved is not None else max(1, known.amount.cents // 2)
            self._write(refund_too_late(sale, cents))
        return self.states[derived] is State.REFUNDED

    def _move(self, key: LegKey, state: State) -> None:
        approved = None
        if state in _APPROVES and key not in self.approved:
            approved = self.openings[key].amount
            self.approved.add(key)
        self.journal.advance(Advance(key, state, Cause.DECIDED, approved))
        self.states[key] = state

    def _close(self) -> None:
        period = self.journal.period()
        assert self.journal.close_period(period.up_to) == period.number == len(self.told)
        self.told.append(period)

    def standing(self) -> Sums:
        """What the ledger says of each leg now."""
        found: Sums = Counter()
        for key, opening in self.openings.items():
            leg = self.journal.find_leg(key)
            assert leg is not None
            if leg.state in MOVED_STATES:
                cents = (leg.approved or leg.amount).cents if leg.due is None else leg.due
                if leg.state is State.GIVEN_BACK and leg.approved is None:
                    cents = self.openings[LegKey.refund_of(key)].amount.cents
                found[opening.tender, opening.kind] += cents
        return found


class TrueLedger:
    """A processor whose books are the journal's: what has moved there, moved here."""

    def __init__(self, story: Story) -> None:
        self._story = story

    def _held(self, key: LegKey) -> HeldLeg | None:
        leg = self._story.journal.find_leg(key)
        if leg is None or leg.tender is Tender.CASH:
            return None
        back = leg.kind is not Kind.SALE
        standing = {
            State.AUTHORISED: Standing.AUTHORISED,
            State.CAPTURE_LOST: Standing.AUTHORISED,
            State.REVERSED: Standing.REVERSED,
            State.DECLINED: Standing.DECLINED,
            State.REFUND_DECLINED: Standing.DECLINED,
        }.get(leg.state, Standing.REFUNDED if back else Standing.CAPTURED)
        if leg.state in {State.ENDED, State.INTENT, State.REFUND_INTENT}:
            return None
        amount = leg.approved or leg.amount
        if leg.state is State.GIVEN_BACK and leg.approved is None:
            amount = self._story.openings[LegKey.refund_of(key)].amount
        return HeldLeg(key, leg.kind, standing, amount, int(START.timestamp() * 1000))

    async def held_since(self, begun_ms: int) -> tuple[HeldLeg, ...] | Unknown:
        held = map(self._held, self._story.openings)
        return tuple(leg for leg in held if leg is not None and leg.begun_ms >= begun_ms)

    async def look_up(self, key: LegKey) -> Holding | Unknown:
        held = self._held(key)
        return Holding(Standing.NOT_SEEN) if held is None else Holding(held.standing, held.amount)


class Reading:
    """The journal's file as a day end reads it."""

    def __init__(self, journal: JournalFile) -> None:
        self._journal = journal

    async def period(self) -> Period:
        return self._journal.period()

    async def closed_day(self, number: int) -> Period | None:
        return self._journal.closed_day(number)

    async def days_to_compare(self) -> tuple[int, ...]:
        return self._journal.days_to_compare()

    async def find_leg(self, key: LegKey) -> KnownLeg | None:
        return self._journal.find_leg(key)

    async def open_baskets(self) -> tuple[KnownBasket, ...]:
        return self._journal.open_baskets()
