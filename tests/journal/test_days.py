"""Days: whatever happens in whatever order, all days together are what stands, and each day is told again as it was."""

import asyncio
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.checkout import day_end
from pos_bridge.domain.authorisation import HeldLeg, Holding, Unknown
from pos_bridge.domain.happening import Standing
from pos_bridge.domain.ledger import Advance, JournalUnwritableError, KnownBasket, KnownLeg, Opening
from pos_bridge.domain.leg import MOVED_STATES, SETTLED, Cause, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.totals import Period, PeriodLeg, Reckoning, Total, taken_back, totals
from pos_bridge.journal import months
from pos_bridge.journal.journal import Journal
from pos_bridge.journal.journal_file import JournalFile
from pos_bridge.journal.quarantine import quarantine
from tests.journal.failing import FailingConnection
from tests.journal.makers import (
    START,
    Clock,
    captured,
    capturing,
    card,
    cash,
    cash_back,
    forge,
    opened,
    owed,
    paid,
    refund,
    resumed,
)
from tests.journal.model import NEXT

REQUESTS = [bytes(range(first, first + 32)) for first in range(8)]
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
            made = refund(sale, cents)
            object.__setattr__(made, "key", derived)
            self._write(made)
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


@settings(deadline=None)
@given(st.data())
def test_every_cent_is_in_one_day_and_the_books_agree(data):
    story = Story(data)
    try:
        for _ in range(data.draw(st.integers(1, 25))):
            story.happens()
        running = story.journal.period()
        every: Sums = Counter()
        for day in (*story.told, running):
            every.update(moved(day))
        assert every == story.standing()
        for day in story.told:
            again = story.journal.closed_day(day.number)
            assert again is not None
            assert (totals(again.legs), taken_back(again.legs)) == (totals(day.legs), taken_back(day.legs))
        assert story.journal.closed_day(len(story.told)) is None
        for period in (running, *story.told):
            keys = [leg.key for leg in (*period.legs, *period.earlier)]
            assert len(keys) == len(set(keys))
        open_legs = {key for key, state in story.states.items() if state not in SETTLED}
        assert open_legs <= {leg.key for leg in (*running.legs, *running.earlier)}
        compared = asyncio.run(day_end.compare(Reading(story.journal), TrueLedger(story)))
        assert compared.differences == ()
        assert len(compared.closed) == min(31, len(story.told))
    finally:
        story.end()


# ---- by hand ----


def test_a_void_after_the_day_end_is_taken_back_on_the_day_of_the_void(journal):
    sale = paid(journal, 5000)
    journal.close_period()
    journal.advance(Advance(sale.key, State.REVERSING, Cause.VOIDED))
    journal.close_period()
    journal.advance(Advance(sale.key, State.REVERSED, Cause.VOIDED))
    assert journal.period().legs == (PeriodLeg(sale.key, *SALE, State.REVERSED, 5000),)
    first, second = journal.closed_day(0), journal.closed_day(1)
    assert first is not None
    assert second is not None
    assert (moved(first), moved(second), moved(journal.period())) == ({SALE: 5000}, {SALE: -5000}, {})
    assert journal.closed_day(2) is None


@pytest.mark.parametrize("turned", [False, True])
def test_a_refund_that_is_undone_after_the_day_end(journal, clock, turned):
    sale = paid(journal, 5000)
    back = refund(sale.key, 2000, present=True)
    journal.open_leg(back)
    journal.advance(Advance(back.key, State.REFUNDED, None, Amount(2000)))
    journal.close_period()
    if turned:
        clock.turn(days=31)
    for state in (State.REVERSING, State.UNRESOLVED, State.REFUND_DECLINED):
        journal.advance(Advance(back.key, state, Cause.DECIDED))
    assert taken_back(journal.period().legs)[Tender.CARD, Kind.CARD_REFUND].cents == 2000
    assert totals(journal.period().legs) == {}


def test_a_sale_given_back_moved_as_much_as_its_refund(journal):
    """Its answer was never known, so the journal has what was asked; the processor had approved a part of it."""
    sale = card(1000)
    journal.open_leg(sale)
    for state in (State.REVERSING, State.GIVING_BACK):
        journal.advance(Advance(sale.key, state, Cause.TOO_LATE))
    journal.close_period()
    back = refund(sale.key, 600)
    object.__setattr__(back, "key", LegKey.refund_of(sale.key))
    journal.open_leg(back)
    journal.advance(Advance(back.key, State.REFUNDED, None, Amount(600)))
    journal.advance(Advance(sale.key, State.GIVEN_BACK, Cause.TOO_LATE))
    period = journal.period()
    assert moved(period) == {SALE: -400, (Tender.CARD, Kind.REFUND): 600}
    assert {total.cents for total in totals(period.legs).values()} == {600}


def test_a_request_ends_one_day_in_whatever_run(folder, clock):
    journal = opened(folder, clock)
    sale = paid(journal, 700)
    assert journal.closed_by(REQUESTS[0]) is None
    assert journal.close_period(None, REQUESTS[0]) == 0
    journal.close()
    journal = opened(folder, clock)
    assert journal.close_period(None, REQUESTS[0]) == journal.closed_by(REQUESTS[0]) == 0
    assert journal.period().number == 1
    day = journal.closed_day(0)
    assert day is not None
    assert [(leg.key, leg.cents) for leg in day.legs] == [(sale.key, 700)]
    clock.turn(days=10)  # December comes: what is carried over is forgotten in its time
    assert journal.closed_by(REQUESTS[0]) is None
    assert journal.close_period(None, REQUESTS[0]) == 1
    clock.turn(days=2, hours=2)
    journal.rest()
    for path in months.files(folder):
        with months.read_only(path) as connection:
            assert connection.execute("SELECT count(*) FROM days WHERE request IS NOT NULL").fetchone() == (0,)
    assert journal.closed_day(0) == day
    journal.close()


def test_a_request_is_known_over_the_turn_of_a_month(folder, clock):
    clock.turn(days=7, hours=9)  # 30 November, before midnight
    journal = opened(folder, clock)
    paid(journal)
    journal.close_period(None, REQUESTS[0])
    clock.turn(hours=5)
    paid(journal)
    assert len(months.files(folder)) == 2
    assert journal.closed_by(REQUESTS[0]) == 0
    journal.close()


def test_a_day_is_compared_again_until_the_processor_agrees(journal):
    for number, agreed in enumerate((True, False, False)):
        paid(journal)
        assert journal.close_period(agreed=agreed) == number
    assert journal.days_to_compare() == (1, 2)
    journal.note_day_agreed(1)
    journal.note_day_agreed(77)
    assert journal.days_to_compare() == (2,)


def test_a_day_end_never_goes_back(journal):
    """Two at the same time, told of the same rows."""
    told = journal.period().up_to
    sale = paid(journal)
    assert journal.close_period() == 0
    assert journal.close_period(told) == 1
    assert journal.period().legs == ()
    first, second = journal.closed_day(0), journal.closed_day(1)
    assert first is not None
    assert second is not None
    assert first.legs == (PeriodLeg(sale.key, *SALE, State.CAPTURED, sale.amount.cents),)
    assert second.legs == ()


def test_day_ends_of_a_damaged_month_go_along(folder, clock):
    journal = opened(folder, clock)
    sale = card(300)
    journal.open_leg(sale)
    journal.advance(capturing(sale))
    journal.close_period(None, REQUESTS[0])
    journal.advance(captured(sale))
    journal.close()
    forge(folder / "2026-11.db", "UPDATE requests SET hour = hour + 1")
    quarantine(folder, clock)
    journal = resumed(folder, clock)
    assert journal.close_period(None, REQUESTS[0]) == 0
    assert journal.days_to_compare() == (0,)
    journal.close()


@pytest.mark.parametrize("table", ["period", "trust"])
def test_a_row_that_is_gone_is_damage(journal, folder, table):
    paid(journal)
    forge(folder / "2026-11.db", f"DELETE FROM {table}")  # under a running engine
    with pytest.raises(JournalUnwritableError):
        journal.period() if table == "period" else journal.is_refused()


def test_a_day_end_whose_sync_failed_and_that_stands_is_told(folder, monkeypatch):
    """It is whole in the log all the same: the journal is opened anew, which syncs that, and the day is there."""

    class Lying(FailingConnection):
        def execute(self, statement, *arguments):
            done = sqlite3.Connection.execute(self, statement, *arguments)
            if statement == "COMMIT" and self.fail_at is not None:
                type(self).fail_at = None
                error = sqlite3.OperationalError("disk I/O error")
                error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
                raise error
            return done

    class Away:
        async def held_since(self, begun_ms: int) -> Unknown:
            return Unknown()

        async def look_up(self, key: LegKey) -> Unknown:
            return Unknown()

    async def told() -> list[Reckoning]:
        ends = day_end.DayEnds(journal, Away())
        Lying.fail_at = "COMMIT"
        return [await ends.close(REQUESTS[0]), await ends.close(REQUESTS[0]), await ends.close(REQUESTS[1])]

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, **k, factory=Lying))
    file = opened(folder, Clock())
    paid(file, 700)
    journal = Journal(file)
    first, again, second = asyncio.run(told())
    journal.close()
    assert first == again
    assert (first.number, first.totals) == (0, {SALE: Total(1, 700)})
    assert (second.number, second.totals) == (1, {})
