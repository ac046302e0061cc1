"""Payments, refunds and voids in any order, with losses, crashes and a disk that fails: what is told stays true.

Hypothesis drives the shipped lane and settler against a processor that keeps its duties. At the end everything is let
settle, and what every till was ever told is held against the processor's ledger.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.domain.happening import Standing
from pos_bridge.domain.leg import OWED, SETTLED, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import (
    AlreadyApproved,
    Busy,
    Closed,
    GiveBackAsk,
    NeverSeen,
    NotPaid,
    NotRecordable,
    NotRefunded,
    PaidByCard,
    PaidInCash,
    RefundAsk,
    Refunded,
    RefundedInCash,
    Running,
    SaleAsk,
    Voided,
)
from tests.checkout.fakes import INTERAC, SEALED, World, ask, give_back_ask, refund_ask
from tests.checkout.honest import HonestProcessor, Loss
from tests.checkout.virtual_time import VirtualTimeLoop

_Result = TypeVar("_Result")
Asked = SaleAsk | RefundAsk | GiveBackAsk
FINAL = (PaidByCard, PaidInCash, NotPaid, Refunded, RefundedInCash, NotRefunded, Voided)


@dataclass(frozen=True)
class Trouble:
    """See HonestProcessor.meets. `dies`: the engine, after so many turns of the loop."""

    lost: list[Loss] = field(default_factory=list)
    day_ends_after: int | None = None
    gone_after: int | None = None
    dies: int = 0


@dataclass(frozen=True)
class Asks:
    """A till asks for something new; `which` of the sales so far it is about, counted round."""

    what: str
    which: int
    cents: int | None
    declined: bool
    meets: Trouble


@dataclass(frozen=True)
class AsksAgain:
    which: int
    status: bool


@dataclass(frozen=True)
class Happens:
    what: str


WHATS = ["pay", "pay", "pay in cash", "give back", "give back", "void", "refund", "refund"]
HAPPENINGS = [
    *(
        "die",
        "day end",
        "network back",
        "network back",
        "network back",
        "network back",
        "disk works",
        "disk works",
        "interac",
        "visa",
    ),
    *("disk fails 0", "disk fails 1", "disk fails 2", "disk fails 4", "hours 0", "hours 1", "hours 30"),
]
LOST = [[], [], [Loss.ANSWER], [Loss.REQUEST], [Loss.ANSWER] * 3, [Loss.ANSWER] * 4, [Loss.REQUEST, Loss.ANSWER]]
CALLS = [None, None, None, 1, 2, 3, 4]
asks = st.builds(
    Asks,
    st.sampled_from(WHATS),
    st.integers(0, 11),
    st.sampled_from([None, 1, 5_00, 12_34, 12_35]),
    st.booleans(),
    st.builds(
        Trouble,
        st.sampled_from(LOST),
        st.sampled_from(CALLS),
        st.sampled_from([None, None, *CALLS]),
        st.one_of(st.just(0), st.just(0), st.integers(1, 40)),
    ),
)
again = st.builds(AsksAgain, st.integers(0, 11), st.booleans())
happens = st.builds(Happens, st.sampled_from(HAPPENINGS))
BEFORE = [Asks(what, 0, None, False, Trouble()) for what in ("pay", "pay in cash", "pay")]
days = st.lists(st.one_of(asks, asks, asks, again, happens), min_size=10, max_size=24)


class Till:
    """One till that asks, asks again, and is told; and everything that can happen to its engine meanwhile."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner(loop_factory=VirtualTimeLoop)
        self.processor = HonestProcessor()
        self.world: World = self.run(self._new_world())
        self.asked: list[Asked] = []
        self.told: dict[bytes, list[Any]] = {}
        self.sales: list[LegKey] = []

    async def _new_world(self) -> World:
        return World(self.processor)

    def run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        return self.runner.run(work)

    def does(self, step: Asks | AsksAgain | Happens) -> None:
        match step:
            case Asks(meets=meets):
                self.processor.declines = [step.declined and step.what in {"pay", "refund"}]
                self.processor.meets(meets.lost, meets.day_ends_after, meets.gone_after)
                asked = self._asks(step.what, step.which, step.cents)
                self.asked.append(asked)
                if meets.dies:
                    self.run(self._die(asked, meets.dies))
                else:
                    self._heard(asked.till.request, self.run(self._desk(asked)))
            case AsksAgain(which, status) if self.asked:
                asked = self.asked[which % len(self.asked)]
                again = self.world.lane.status(asked.till.request) if status else self._desk(asked)
                self._heard(asked.till.request, self.run(again))
            case Happens(what):
                self._happens(what)

    def _asks(self, what: str, which: int, of: int | None) -> Asked:
        number = len(self.asked) + 1
        sale = self.sales[which % len(self.sales)] if self.sales else LegKey.fresh()
        match what:
            case "pay":
                return ask(number)
            case "pay in cash":
                return ask(number, tender=Tender.CASH)
            case "refund":
                return refund_ask(number, sale, cents=of or 12_34)
            case _:
                return give_back_ask(number, sale, of, void_only=what == "void")

    def _happens(self, what: str) -> None:
        match what.split():
            case ["die"]:
                self.run(self._start())
            case ["day", "end"]:
                self.processor.day_end()
            case ["network", "back"]:
                self.processor.comes_back()
            case ["disk", "works"]:
                self._disk_works()
            case ["disk", "fails", after]:
                self.world.journal.break_after = int(after)
            case ["hours", hours]:
                self.processor.now_ms += int(hours) * 3_600_000
                self.run(asyncio.sleep(30))
            case _:
                self.world.readers.card = INTERAC if what == "interac" else SEALED

    def _disk_works(self) -> None:
        self.world.journal.broken, self.world.journal.break_after = False, None

    def _desk(self, asked: Asked) -> Coroutine[Any, Any, Any]:
        match asked:
            case SaleAsk():
                return self.world.lane.pay(asked)
            case RefundAsk():
                return self.world.lane.refund(asked)
            case GiveBackAsk():
                return self.world.lane.give_back(asked)

    async def _die(self, asked: Asked, after: int) -> None:
        asking = asyncio.create_task(self._desk(asked))
        for _ in range(after):
            await asyncio.sleep(0)
        if asking.done():
            self._heard(asked.till.request, asking.result())
        await self._start()
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

    async def _start(self) -> None:
        await self.world.crash()
        await self.world.settler.recover()

    def _heard(self, request: bytes, answer: Any) -> None:
        """The same request has the same end, whenever it is told."""
        if isinstance(answer, PaidByCard | PaidInCash) and answer.key not in self.sales:
            self.sales.append(answer.key)
        before = [told for told in self.told.get(request, []) if isinstance(told, FINAL)]
        if isinstance(answer, FINAL) and before:
            assert type(before[-1]) is type(answer), (before, answer)
            assert getattr(before[-1], "key", None) in {getattr(answer, "key", None), None}, (before, answer)
        if before:
            assert isinstance(answer, (*FINAL, Closed, Running)), (before, answer)
        self.told.setdefault(request, []).append(answer)

    async def end(self) -> None:
        self.processor.comes_back()
        self._disk_works()
        await self._start()
        await self.world.settled()
        self.processor.now_ms += 2 * 86_400_000  # what waits for a refund's last moment
        await self._start()
        await self.world.settled()
        for asked in self.asked:
            self._heard(asked.till.request, await self.world.lane.status(asked.till.request))
        self._nothing_is_open()
        self._no_more_went_back_than_was_taken()
        for answers in self.told.values():
            for answer in answers:
                self._is_true(answer)
        await self.world.settler.close()

    def _nothing_is_open(self) -> None:
        for leg in self.world.journal.legs.values():
            assert leg.state in SETTLED or leg.state is State.UNRESOLVED, leg
        for answers in self.told.values():
            last = answers[-1]
            assert not isinstance(last, Running) or any(
                leg.state is State.UNRESOLVED for leg in self.world.journal.legs.values()
            ), answers

    def _no_more_went_back_than_was_taken(self) -> None:
        journal, ledger = self.world.journal.legs, self.processor.ledger
        for sale in self.sales:
            taken = ledger[sale].amount if sale in ledger else journal[sale].amount
            assert taken is not None
            assert self.processor.refunded_of(sale) <= taken.cents
            cash = sum(
                leg.amount.cents
                for leg in journal.values()
                if leg.sale_key == sale and leg.state is State.CASH_REFUNDED
            )
            assert cash <= taken.cents
            if sale in ledger and ledger[sale].standing is Standing.REVERSED:
                assert not self.processor.refunded_of(sale)

    def _is_true(self, answer: Any) -> None:
        ledger, journal = self.processor.ledger, self.world.journal.legs
        match answer:
            case PaidByCard():
                entry = ledger[answer.key]
                voided = journal[answer.key].state is State.REVERSED
                assert entry.standing is (Standing.REVERSED if voided else Standing.CAPTURED)
            case NotPaid(key=LegKey() as key):
                entry_ = ledger.get(key)
                given_back = entry_ is not None and self.processor.refunded_of(key) == 12_34
                leg = journal[key]  # what can be undone only with its card is listed for a person, who gives it back
                listed = leg.state is State.UNRESOLVED and leg.cause in OWED
                assert entry_ is None or not entry_.stands or given_back or listed, (answer, entry_)
            case Refunded():
                assert ledger[answer.key].standing is Standing.REFUNDED
                assert ledger[answer.key].amount == answer.amount
            case NotRefunded(key=LegKey() as key) if journal[key].kind is not Kind.SALE:
                assert key not in ledger or not ledger[key].stands
            case Voided():
                assert ledger[answer.sale].standing is Standing.REVERSED
            case PaidInCash():
                assert journal[answer.key].state is State.CASH_TAKEN
            case RefundedInCash():
                assert journal[answer.key].state is State.CASH_REFUNDED
            case NotPaid() | NotRefunded() | AlreadyApproved() | Busy() | Closed() | NotRecordable():
                pass
            case Running() | NeverSeen():
                pass
            case _:
                raise AssertionError(answer)


@given(days)
@settings(max_examples=60, deadline=None)
def test_whatever_happens_what_was_told_is_true(day):
    till = Till()
    with till.runner:
        for step in [*BEFORE, *day]:
            till.does(step)
        till.run(till.end())
