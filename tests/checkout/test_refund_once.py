"""One approval, one refund: whatever a clock does, however often the engine is killed, and whatever is asked again."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.domain.leg import Tender
from pos_bridge.domain.outcome import NotApproved, RefundedInCash
from pos_bridge.operators.approvals import GOOD_FOR_MS, Approvals, SupervisedRefunds
from pos_bridge.operators.since import Moment
from tests.checkout.fakes import World, ask, refund_ask
from tests.operators.makers import supervisor

CENTS = 12_33
NAMES = st.integers(1, 2)  # of requests; sales have other ones
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("approve"), st.none()),
        st.tuples(st.just("approve for"), NAMES),
        st.tuples(st.just("refund"), NAMES),
        st.tuples(st.just("refund"), NAMES),
        st.tuples(st.just("killed before its intent"), NAMES),
        st.tuples(st.just("killed behind its intent"), NAMES),
        st.tuples(st.just("clock set on by two days"), st.none()),
        st.tuples(st.just("restart"), st.none()),
        st.tuples(st.just("sale"), st.integers(100, 10_000)),
        st.tuples(st.just("later"), st.sampled_from([1, GOOD_FOR_MS // 2, GOOD_FOR_MS])),
    ),
    max_size=12,
)


@dataclass
class Till:
    path: Path
    at_ms: int = 0
    given: int = 0
    sales: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.marie = supervisor(self.path)
        self.approvals = Approvals(self.path, lambda: Moment(bytes(16), self.at_ms))
        self.rule = SupervisedRefunds(self.approvals)
        self.world = World(without_sale=self.rule)

    @property
    def refunds(self) -> int:
        return self.world.journal.words().count("cash_refunded")

    async def step(self, what: str, value: int | None) -> None:
        match what, value:
            case "approve" | "approve for", _:
                await self.approve(value)
            case "refund", int():
                await self.asked(value)
            case "killed before its intent", int():
                self.world.journal.broken = True
                await self.asked(value)
                self.world.journal.broken = False
                self.world.restart()
            case "killed behind its intent", int():
                await self.asked(value)
                self.world.restart()
            case "restart" | "clock set on by two days", _:  # a new engine has no answer in its memory
                if what != "restart":
                    self.world.journal.requests.clear()
                self.world.restart()
            case "sale", int() if value not in self.sales:
                self.sales.add(value)
                await self.world.lane.pay(ask(value, tender=Tender.CASH))
            case "later", int():
                self.at_ms += value
            case _:
                pass

    async def approve(self, name: int | None) -> None:
        request = None if name is None else name.to_bytes(32, "big")
        if request is None or not await self.rule.is_approved(CENTS, request):  # as the engine does (opened.py)
            self.given += self.approvals.approve(self.marie, CENTS, request)

    async def asked(self, name: int) -> object:
        return await self.world.lane.refund(refund_ask(name, None, tender=Tender.CASH, cents=CENTS))


async def told(path: Path, steps: list[tuple[str, int | None]]) -> None:
    till = Till(path)
    try:
        for what, value in steps:
            await till.step(what, value)
            assert till.refunds <= till.given
        await till.step("clock set on by two days", None)
        await till.step("later", GOOD_FOR_MS)
        before = till.refunds
        assert isinstance(await till.asked(1), NotApproved), "nothing that was approved is left"
        await till.step("approve", None)
        assert isinstance(await till.asked(1), RefundedInCash), "and a new approval is good for it"
        assert till.refunds == before + 1 <= till.given
    finally:
        till.rule.close()


@settings(max_examples=25, deadline=None)
@given(steps=STEPS)
def test_never_more_refunds_than_approvals(tmp_path_factory, steps):
    asyncio.run(told(tmp_path_factory.mktemp("till") / "operators.db", steps))
