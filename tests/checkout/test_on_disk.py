"""Refunds and voids on a real journal: what is told after a restart is what the files say."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pos_bridge.checkout.lane import Lane
from pos_bridge.checkout.parts import Parts
from pos_bridge.checkout.settle import Settler
from pos_bridge.domain.authorisation import Holding, Unknown, Yes
from pos_bridge.domain.happening import Reversed, Standing
from pos_bridge.domain.ledger import TillKeys
from pos_bridge.domain.leg import Cause, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import (
    GiveBackAsk,
    NotPaid,
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
from pos_bridge.journal.journal import Journal
from pos_bridge.processor.terminal import Terminal
from tests.checkout.fakes import CODE, MemoryLog, ScriptedProcessor, ScriptedReaders, ask, give_back_ask, refund_ask

NOW = datetime(2026, 11, 23, 14, 40, tzinfo=UTC)


def hashed(keys: TillKeys) -> TillKeys:
    """The journal takes nothing for a hash that does not look like one."""
    return TillKeys(*(sha256(name).digest() for name in (keys.request, keys.content, keys.sale)))


def pays(number: int, **how: Any) -> SaleAsk:
    asked = ask(number, **how)
    return replace(asked, till=hashed(asked.till))


def gives_back(number: int, of: LegKey, cents: int | None = None) -> GiveBackAsk:
    asked = give_back_ask(number, of, cents)
    return replace(asked, till=hashed(asked.till))


def refunds(number: int, of: LegKey | None, **how: Any) -> RefundAsk:
    asked = refund_ask(number, of, **how)
    return replace(asked, till=hashed(asked.till))


@dataclass
class Engine:
    journal: Journal
    settler: Settler
    lane: Lane

    async def settled(self) -> None:
        while self.settler.busy:
            await asyncio.sleep(0.005)


@pytest.fixture
def processor() -> ScriptedProcessor:
    return ScriptedProcessor(now_ms=int(NOW.timestamp() * 1000))


@contextmanager
def engine(folder: Path, processor: ScriptedProcessor) -> Iterator[Engine]:
    journal = Journal.open(folder / "journal", 7, lambda: NOW)
    log = MemoryLog()
    settler = Settler(journal, processor, log)
    terminal = Terminal(Ed25519PrivateKey.generate())
    try:
        lane = Lane(Parts(journal, ScriptedReaders(), processor, terminal, settler, log, 120))
        yield Engine(journal, settler, lane)
    finally:
        journal.close()


Story = Callable[[Engine], Coroutine[Any, Any, Any]]


@pytest.fixture
def run(tmp_path: Path, processor: ScriptedProcessor) -> Callable[[Story], Any]:
    """A run of an engine on the same files each time, and what its story gave back."""

    def once(story: Story) -> Any:
        async def whole(running: Engine) -> Any:
            await running.settler.recover()
            result = await story(running)
            await running.settler.close()
            return result

        with engine(tmp_path, processor) as running:
            return asyncio.run(whole(running))

    return once


async def sell(running: Engine) -> LegKey:
    paid = await running.lane.pay(pays(1))
    assert isinstance(paid, PaidByCard)
    await running.settled()
    return paid.key


def test_a_void_and_the_sale_it_took_back(run, processor):
    async def first(running: Engine) -> LegKey:
        sale = await sell(running)
        assert await running.lane.give_back(gives_back(2, sale)) == Voided(sale, Amount(12_34))
        await running.settled()
        return sale

    async def later(running: Engine) -> None:
        assert await running.lane.give_back(gives_back(2, sale)) == Voided(sale, Amount(12_34))
        assert isinstance(await running.lane.pay(pays(1)), PaidByCard)
        assert await running.journal.unsettled() == ()

    sale = run(first)
    run(later)
    assert processor.reversed == [sale]


def test_a_void_that_dies_goes_on_after_the_start(run, processor, impatient):
    processor.reversals = [Unknown()]

    async def first(running: Engine) -> LegKey:
        sale = await sell(running)
        assert await running.lane.give_back(gives_back(2, sale)) == Running()
        return sale

    async def later(running: Engine) -> None:
        await running.settled()
        assert await running.lane.give_back(gives_back(2, sale)) == Voided(sale, Amount(12_34))

    sale = run(first)
    processor.reversals = [Reversed(None)]
    run(later)


def test_a_void_that_came_too_late_is_the_refund_of_the_same_request(run, processor):
    processor.reversals = [Reversed(Cause.TOO_LATE)]

    async def first(running: Engine) -> Refunded:
        refunded = await running.lane.give_back(gives_back(2, await sell(running)))
        assert isinstance(refunded, Refunded)
        await running.settled()
        return refunded

    async def later(running: Engine) -> None:
        assert await running.lane.give_back(gives_back(2, refunded.sale)) == refunded
        assert await running.lane.give_back(gives_back(3, refunded.sale)) == NotRefunded(None, Cause.EXCEEDS)

    refunded = run(first)
    run(later)
    assert len(processor.refunded) == 1


def test_a_refund_that_dies_is_sent_again_the_same(run, processor, impatient):
    processor.refunds = [Unknown()]

    async def first(running: Engine) -> LegKey:
        sale = await sell(running)
        assert await running.lane.give_back(gives_back(2, sale, 1_00)) == Running()
        return sale

    async def later(running: Engine) -> None:
        await running.settled()
        outcome = await running.lane.give_back(gives_back(2, sale, 1_00))
        assert isinstance(outcome, Refunded)
        assert outcome.key == processor.refunded[0].key

    sale = run(first)
    processor.refunds = [Yes(Amount(1_00), CODE)]
    run(later)
    assert processor.refunded == [processor.refunded[0]] * len(processor.refunded)


def test_money_that_came_back_too_late_is_refunded_once(run, processor):
    processor.answers, processor.reversals = [Unknown()], [Unknown()]
    processor.look_ups = [Holding(Standing.CAPTURED, Amount(12_34))]

    async def first(running: Engine) -> LegKey | None:
        paid = await running.lane.pay(pays(1))
        assert isinstance(paid, NotPaid)
        return paid.key

    async def dies(running: Engine) -> None:
        while not processor.refunded:
            await asyncio.sleep(0.001)

    async def later(running: Engine) -> None:
        await running.settled()
        known = await running.journal.find_leg(sale)
        assert known is not None
        assert known.state is State.GIVEN_BACK
        assert await running.journal.unsettled() == ()

    sale = run(first)
    processor.reversals, processor.refunds = [Reversed(Cause.TOO_LATE)], [Unknown()]
    run(dies)
    processor.refunds = None
    run(later)
    assert {asked.key for asked in processor.refunded} == {LegKey.refund_of(sale)}


def test_a_card_again_and_cash(run, processor):
    async def first(running: Engine) -> tuple[Any, Any, Any]:
        sale = await sell(running)
        by_card = await running.lane.refund(refunds(2, sale, cents=1_00))
        cash = await running.lane.pay(pays(3, tender=Tender.CASH, cents=12_33))
        assert isinstance(cash, PaidInCash)
        back = await running.lane.give_back(gives_back(4, cash.key))
        unreferenced = await running.lane.refund(refunds(5, None, tender=Tender.CASH, cents=3))
        assert isinstance(by_card, Refunded)
        assert isinstance(back, RefundedInCash)
        assert isinstance(unreferenced, RefundedInCash)
        assert (back.due, unreferenced.due) == (12_35, 5)
        return by_card, back, unreferenced

    async def later(running: Engine) -> tuple[Any, Any, Any]:
        requests = (refunds(2, None), gives_back(4, LegKey.fresh()), refunds(5, None))
        by_card, back, unreferenced = [await running.lane.status(asked.till.request) for asked in requests]
        return by_card, back, unreferenced

    processor.refunds = [Yes(Amount(1_00), CODE)]
    assert run(first) == run(later)
