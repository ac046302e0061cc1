"""A day and the books of the processor: each leg about which they disagree, at the day end or later."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import UTC, datetime

from pos_bridge.checkout.day_end import MARGIN_MS
from pos_bridge.domain.authorisation import HeldLeg, Holding, Unknown
from pos_bridge.domain.happening import Standing
from pos_bridge.domain.ledger import JournalUnwritableError, TillKeys
from pos_bridge.domain.leg import Kind, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.totals import Gap, Period, Total
from pos_bridge.journal.journal import Journal
from tests.checkout.bank import Account, Bank
from tests.checkout.days import CARD_SALE, CASH_SALE, asks
from tests.checkout.fakes import ScriptedProcessor, World, ask
from tests.checkout.sales import sold
from tests.checkout.story import story


class Leaving(Bank):
    """A bank that cannot be reached for its list while it is `away`."""

    away = False

    async def held_since(self, begun_ms: int) -> tuple[HeldLeg, ...] | Unknown:
        return Unknown() if self.away else await super().held_since(begun_ms)


@story
async def test_each_leg_that_differs_is_named():
    bank = Bank()
    world = World(bank)
    agreed, other_amount, lost, reversed_ = [await sold(world, number) for number in range(1, 5)]
    bank.accounts[other_amount].cents = 12_35
    del bank.accounts[lost]
    bank.accounts[reversed_].standing = Standing.REVERSED
    bank.accounts[stranger := LegKey.fresh()] = Account(Standing.CAPTURED, 99)
    shown = await world.lane.period()
    assert shown.differences is not None
    assert {difference.key: difference.gap for difference in shown.differences} == {
        other_amount: Gap.AMOUNT,
        lost: Gap.ONLY_HERE,
        reversed_: Gap.STATE,
        stranger: Gap.ONLY_THERE,
    }
    assert agreed in bank.accounts


@story
async def test_without_the_processor_the_totals_are_told_and_nothing_is_compared():
    world = World(ScriptedProcessor(held=None))
    await sold(world)
    closed = await world.lane.close_period(asks(2))
    assert closed.differences is None
    assert closed.totals == {CARD_SALE: Total(1, 12_34)}
    assert (await world.lane.period()).number == 1


@story
async def test_a_leg_that_is_not_in_the_list_is_looked_up():
    """It began long before the period, and its money moved in it."""
    world = World(ScriptedProcessor(held=[], look_ups=[Holding(Standing.CAPTURED, Amount(12_34))]))
    key = await sold(world)
    assert (await world.lane.period()).differences == ()
    assert world.processor.looked_up == [key]
    world.processor.look_ups = [Unknown()]
    assert (await world.lane.period()).differences is None


@story
async def test_what_the_processor_lists_of_an_earlier_period_or_of_what_was_never_paid_is_no_stranger():
    bank = Bank(chances=iter([2]))
    world = World(bank)
    await world.lane.pay(ask(1))  # declined
    await sold(world, 2)
    await world.lane.close_period(asks(3))
    shown = await world.lane.period()
    assert shown.differences == ()
    declined = next(key for key, kept in bank.accounts.items() if kept.standing is Standing.DECLINED)
    bank.accounts[declined].standing = Standing.CAPTURED
    shown = await world.lane.period()
    assert shown.differences is not None
    assert [(found.key, found.gap) for found in shown.differences] == [(declined, Gap.STATE)]


@story
async def test_what_differed_for_a_moment_only_is_not_told():
    """A sale was captured between two looks."""

    class Late(ScriptedProcessor):
        looks = 0

        async def held_since(self, begun_ms: int) -> tuple[HeldLeg, ...] | Unknown:
            self.looks += 1
            standing = Standing.AUTHORISED if self.looks == 1 else Standing.CAPTURED
            return tuple(HeldLeg(key, Kind.SALE, standing, Amount(12_34), begun_ms) for key in self.captured)

    world = World(Late())
    await sold(world)
    assert (await world.lane.period()).differences == ()
    assert isinstance(world.processor, Late)
    assert world.processor.looks == 2


def test_the_list_is_asked_from_before_the_period_began(tmp_path):
    """On a real journal, over a day end: the clocks of till and processor need not agree."""
    now = datetime(2026, 11, 23, 14, 40, tzinfo=UTC)
    asked: list[int] = []

    class Listening(Bank):
        async def held_since(self, begun_ms: int) -> tuple[HeldLeg, ...] | Unknown:
            asked.append(begun_ms)
            return await super().held_since(begun_ms)

    async def run() -> None:
        world = World(Listening())
        world.journal = journal  # type: ignore[assignment] # met by what the lane needs of one
        world.restart()
        hashes = TillKeys(*(hashlib.sha256(name).digest() for name in (b"request", b"content", b"sale")))
        await world.lane.pay(replace(ask(1, tender=Tender.CASH), till=hashes))
        first = await world.lane.close_period(asks(7))
        second = await world.lane.close_period(asks(8))
        assert (first.number, second.number) == (0, 1)
        assert first.totals == {CASH_SALE: Total(1, 12_35)}
        assert second.totals == {}

    journal = Journal.open(tmp_path / "journal", 7, lambda: now)
    try:
        asyncio.run(run())
        assert asyncio.run(journal.period()) == Period(2, (), begun_ms=asked[1] + MARGIN_MS, up_to=1)
    finally:
        journal.close()
    hour_ms = int(now.replace(minute=0).timestamp()) * 1000
    assert asked == [0, hour_ms - MARGIN_MS]


@story
async def test_a_day_that_was_not_compared_is_compared_later():
    bank = Leaving()
    world = World(bank)
    lost = await sold(world)
    bank.away = True
    assert (await world.lane.close_period(asks(1))).differences is None
    assert (await world.lane.period()).differences is None
    bank.away = False
    kept = bank.accounts.pop(lost)
    for shown in (await world.lane.period(), await world.lane.close_period(asks(2))):
        assert shown.differences is not None
        assert [(found.key, found.gap) for found in shown.differences] == [(lost, Gap.ONLY_HERE)]
        assert await world.journal.days_to_compare() == (0,)
    bank.accounts[lost] = kept
    assert (await world.lane.period()).differences == ()
    assert await world.journal.days_to_compare() == ()


@story
async def test_a_repeat_of_its_request_compares_a_day_too():
    bank = Leaving()
    world = World(bank)
    await sold(world)
    bank.away = True
    assert (await world.lane.close_period(asks(1))).differences is None
    bank.away = False
    again = await world.lane.closed_period(asks(1))
    assert again is not None
    assert again.differences == ()
    assert await world.journal.days_to_compare() == ()


@story
async def test_a_processor_that_goes_away_in_between_has_not_compared():
    class Going(Bank):
        answers_left = 3

        async def held_since(self, begun_ms: int) -> tuple[HeldLeg, ...] | Unknown:
            self.answers_left -= 1
            return await super().held_since(begun_ms) if self.answers_left >= 0 else Unknown()

    bank = Going()
    world = World(bank)
    await sold(world)
    bank.answers_left = 0
    await world.lane.close_period(asks(1))
    bank.answers_left = 1  # for the running day
    assert (await world.lane.period()).differences is None
    assert await world.journal.days_to_compare() == (0,)


@story
async def test_an_agreement_that_cannot_be_noted_changes_no_answer():
    world = World(Leaving())
    assert isinstance(world.processor, Leaving)
    await sold(world)
    world.processor.away = True
    await world.lane.close_period(asks(1))
    world.processor.away = False

    async def fails(number: int) -> None:
        raise JournalUnwritableError(str(number))

    world.journal.note_day_agreed = fails  # type: ignore[method-assign] # of this one
    assert (await world.lane.period()).differences == ()
