"""Payments, refunds and voids in any order, with losses, crashes and a disk that fails: what is told stays true.

Hypothesis drives the shipped lane and settler against a processor that keeps its duties. At the end everything is let
settle, and what every till was ever told is held against the processor's ledger.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from pos_bridge.domain.happening import Standing
from pos_bridge.domain.leg import SETTLED, Kind, State, Tender
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
from tests.checkout.fakes import World, ask, give_back_ask, refund_ask
from tests.checkout.honest import HonestProcessor, Loss
from tests.checkout.virtual_time import VirtualTimeLoop

_Result = TypeVar("_Result")
Asked = SaleAsk | RefundAsk | GiveBackAsk
FINAL = (PaidByCard, PaidInCash, NotPaid, Refunded, RefundedInCash, NotRefunded, Voided)

losses = st.lists(st.sampled_from(Loss), max_size=5)
cents = st.sampled_from([None, 1, 5_00, 12_34, 12_35])
turns = st.integers(0, 40)
pick = st.integers(0, 11)  # of what there is, counted round


class Till(RuleBasedStateMachine):
    """One till that asks, asks again, and is told; and everything that can happen to its engine meanwhile."""

    def __init__(self) -> None:
        super().__init__()
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

    # ---- what a till does ----

    @rule(tender=st.sampled_from(Tender), lost=losses, declined=st.booleans())
    def pay(self, tender: Tender, lost: list[Loss], declined: bool) -> None:
        self.processor.declines = [declined]
        self._ask(ask(len(self.asked) + 1, tender=tender), lost)

    @rule(which=pick, of=cents, void_only=st.booleans(), lost=losses)
    def give_back(self, which: int, of: int | None, void_only: bool, lost: list[Loss]) -> None:
        if self.sales:
            sale = self.sales[which % len(self.sales)]
            self._ask(give_back_ask(len(self.asked) + 1, sale, of, void_only=void_only), lost)

    @rule(which=pick, of=cents, lost=losses, declined=st.booleans())
    def refund(self, which: int, of: int | None, lost: list[Loss], declined: bool) -> None:
        if self.sales:
            self.processor.declines = [declined]
            sale = self.sales[which % len(self.sales)]
            self._ask(refund_ask(len(self.asked) + 1, sale, cents=of or 12_34), lost)

    @rule(which=pick)
    def ask_again(self, which: int) -> None:
        if self.asked:
            self._ask(self.asked[which % len(self.asked)], [])

    @rule(which=pick)
    def ask_what_became_of_it(self, which: int) -> None:
        if self.asked:
            request = self.asked[which % len(self.asked)].till.request
            self._heard(request, self.run(self.world.lane.status(request)))

    # ---- what happens to it ----

    @rule(what=st.integers(0, 3), which=pick, after=turns, lost=losses)
    def die_while_working(self, what: int, which: int, after: int, lost: list[Loss]) -> None:
        number = len(self.asked) + 1
        sale = self.sales[which % len(self.sales)] if self.sales else LegKey.fresh()
        give_backs = give_back_ask(number, sale), give_back_ask(number, sale, 1_00)
        asked: Asked = (ask(number), *give_backs, refund_ask(number, sale))[what]
        self.asked.append(asked)
        self.processor.losses = list(lost)
        self.run(self._die(asked, after))

    @rule()
    def die(self) -> None:
        self.run(self._start())

    @rule()
    def day_ends_at_the_processor(self) -> None:
        self.processor.day_end()

    @rule(after=st.integers(0, 4))
    def the_disk_fails(self, after: int) -> None:
        self.world.journal.break_after = after

    @rule()
    def the_disk_works_again(self) -> None:
        self.world.journal.broken, self.world.journal.break_after = False, None

    @rule(hours=st.sampled_from([0, 1, 30]))
    def time_passes(self, hours: int) -> None:
        self.processor.now_ms += hours * 3_600_000
        self.run(asyncio.sleep(30))

    # ---- ----

    def _ask(self, asked: Asked, lost: list[Loss]) -> None:
        if asked not in self.asked:
            self.asked.append(asked)
        self.processor.losses = list(lost)
        self._heard(asked.till.request, self.run(self._desk(asked)))

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

    def teardown(self) -> None:
        try:
            self.run(self._end())
        finally:
            self.runner.close()

    async def _end(self) -> None:
        self.processor.losses = []
        self.the_disk_works_again()
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
                assert entry_ is None or not entry_.stands or given_back, (answer, entry_)
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


def test_whatever_happens_what_was_told_is_true():
    run_state_machine_as_test(Till, settings=settings(max_examples=150, stateful_step_count=16, deadline=None))
