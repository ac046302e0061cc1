"""The day end: totals, what is left, and each leg about which the processor disagrees."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pos_bridge.checkout.day_end import MARGIN_MS
from pos_bridge.domain.authorisation import HeldLeg, Holding, Unknown
from pos_bridge.domain.happening import Standing
from pos_bridge.domain.ledger import Advance, JournalUnwritableError, TillKeys
from pos_bridge.domain.leg import Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import PaidByCard, Voided
from pos_bridge.domain.totals import Gap, Period, Total
from pos_bridge.journal.journal import Journal
from tests.checkout.bank import Account, Bank
from tests.checkout.fakes import MemoryJournal, ScriptedProcessor, World, ask, give_back_ask
from tests.checkout.story import story
from tests.checkout.test_basket import part, yes

CARD_SALE, CASH_SALE = (Tender.CARD, Kind.SALE), (Tender.CASH, Kind.SALE)


def asks(number: int) -> bytes:
    """The keyed hash of a till's request for a day end."""
    return hashlib.sha256(b"day %d" % number).digest()


async def one_sale(world: World, number: int = 1, cents: int = 12_34) -> LegKey:
    outcome = await world.lane.pay(ask(number, cents=cents))
    assert isinstance(outcome, PaidByCard)
    await world.settled()
    return outcome.key


@story
async def test_a_day_whose_books_agree():
    world = World(Bank())
    await one_sale(world, 1, 10_00)
    await one_sale(world, 2, 5_00)
    await world.lane.pay(ask(3, tender=Tender.CASH, cents=12_33))
    shown = await world.lane.period()
    assert (shown.number, shown.unsettled, shown.half_paid, shown.differences) == (0, 0, 0, ())
    assert shown.totals == {CARD_SALE: Total(2, 15_00), CASH_SALE: Total(1, 12_35)}
    assert await world.lane.close_period(asks(1)) == shown
    after = await world.lane.period()
    assert (after.number, after.totals, after.differences) == (1, {}, ())


@story
async def test_each_leg_that_differs_is_named():
    bank = Bank()
    world = World(bank)
    agreed, other_amount, lost, reversed_ = [await one_sale(world, number) for number in range(1, 5)]
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
    await one_sale(world)
    closed = await world.lane.close_period(asks(2))
    assert closed.differences is None
    assert closed.totals == {CARD_SALE: Total(1, 12_34)}
    assert (await world.lane.period()).number == 1


@story
async def test_a_leg_that_is_not_in_the_list_is_looked_up():
    """It began long before the period, and its money moved in it."""
    world = World(ScriptedProcessor(held=[], look_ups=[Holding(Standing.CAPTURED, Amount(12_34))]))
    key = await one_sale(world)
    assert (await world.lane.period()).differences == ()
    assert world.processor.looked_up == [key]
    world.processor.look_ups = [Unknown()]
    assert (await world.lane.period()).differences is None


@story
async def test_what_the_processor_lists_of_an_earlier_period_or_of_what_was_never_paid_is_no_stranger():
    bank = Bank(chances=iter([2]))
    world = World(bank)
    await world.lane.pay(ask(1))  # declined
    await one_sale(world, 2)
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
    await one_sale(world)
    assert (await world.lane.period()).differences == ()
    assert isinstance(world.processor, Late)
    assert world.processor.looks == 2


@story
async def test_what_is_not_settled_and_what_is_half_paid_is_counted():
    world = World(ScriptedProcessor(answers=[yes(10_00)], captures=[Unknown()]))
    await world.lane.pay(part(1, 30_00, 0, tender=Tender.CARD))
    shown = await world.lane.period()
    assert (shown.unsettled, shown.half_paid) == (1, 1)
    await world.settler.close()
    (leg,) = world.journal.legs.values()
    await world.journal.advance(Advance(leg.key, State.CAPTURE_LOST, approved=leg.approved))
    shown = await world.lane.period()
    assert (shown.unsettled, shown.totals) == (1, {})


@story
async def test_what_is_sold_while_the_processor_is_asked_belongs_to_the_next_day():
    class Slow(Bank):
        async def held_since(self, begun_ms: int) -> tuple[HeldLeg, ...] | Unknown:
            begun.set()
            await self.gate.wait()
            return await super().held_since(begun_ms)

    begun = asyncio.Event()
    bank = Slow()
    world = World(bank)
    await world.lane.pay(ask(1, tender=Tender.CASH, cents=10_00))
    closing = asyncio.create_task(world.lane.close_period(asks(4)))
    await begun.wait()
    await world.lane.pay(ask(2, tender=Tender.CASH, cents=20_00))
    bank.gate.set()
    assert (await closing).totals == {CASH_SALE: Total(1, 10_00)}
    assert (await world.lane.close_period(asks(5))).totals == {CASH_SALE: Total(1, 20_00)}
    assert (await world.lane.period()).totals == {}


@story
async def test_a_period_that_cannot_be_ended_has_not_ended():
    world = World(Bank())
    await one_sale(world)
    world.journal.broken = True
    with pytest.raises(JournalUnwritableError):
        await world.lane.close_period(asks(6))
    assert not (await world.lane.health()).journal_writable
    world.journal.broken = False
    assert (await world.lane.period()).number == 0


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


# ---- asked for again, and compared again ----


class Leaving(Bank):
    """A bank that cannot be reached for its list while it is `away`."""

    away = False

    async def held_since(self, begun_ms: int) -> tuple[HeldLeg, ...] | Unknown:
        return Unknown() if self.away else await super().held_since(begun_ms)


@story
async def test_the_same_request_is_told_of_the_same_day_in_the_next_run_too():
    world = World(Bank())
    await one_sale(world)
    closed = await world.lane.close_period(asks(1))
    world.restart()
    await one_sale(world, 2, 5_00)
    assert await world.lane.closed_period(asks(1)) == closed
    assert await world.lane.close_period(asks(1)) == closed
    assert await world.lane.closed_period(asks(2)) is None
    assert (await world.lane.close_period(asks(2))).totals == {CARD_SALE: Total(1, 5_00)}


@story
async def test_what_was_open_at_the_day_end_is_told_as_it_is_now():
    world = World(ScriptedProcessor(captures=[Unknown()], held=[]))
    await world.lane.pay(ask(1))
    assert (await world.lane.close_period(asks(1))).unsettled == 1
    await world.settler.close()
    (leg,) = world.journal.legs.values()
    await world.journal.advance(Advance(leg.key, State.CAPTURED, approved=leg.approved))
    again = await world.lane.closed_period(asks(1))
    assert again is not None
    assert (again.unsettled, again.totals) == (0, {CARD_SALE: Total(1, 12_34)})
    assert (await world.lane.period()).totals == {}


@story
async def test_a_void_after_the_day_end_is_in_the_day_of_the_void():
    bank = Bank()
    world = World(bank)
    key = await one_sale(world)
    await one_sale(world, 2, 5_00)
    await world.lane.close_period(asks(1))
    assert isinstance(await world.lane.give_back(give_back_ask(3, key)), Voided)
    await world.settled()
    assert bank.accounts[key].standing is Standing.REVERSED
    second = await world.lane.close_period(asks(2))
    assert (second.totals, second.taken_back, second.differences) == ({}, {CARD_SALE: Total(1, 12_34)}, ())
    first = await world.lane.closed_period(asks(1))
    assert first is not None
    assert (first.totals, first.taken_back, first.differences) == ({CARD_SALE: Total(2, 17_34)}, {}, ())


@story
async def test_a_day_end_whose_commit_failed_and_stands_is_the_one_that_is_told():
    world = World(Bank())
    await one_sale(world)
    world.journal.lands_broken = True
    closed = await world.lane.close_period(asks(1))
    assert (closed.number, closed.totals) == (0, {CARD_SALE: Total(1, 12_34)})
    after = await world.lane.period()
    assert (after.number, after.totals) == (1, {})


@story
async def test_one_that_could_not_even_be_read_is_told_when_it_is_asked_for_again():
    await told_to(1)


@story
async def test_one_that_could_not_even_be_read_is_told_to_the_next_request():
    await told_to(2)


async def told_to(name: int) -> None:
    world = World(Bank())
    await one_sale(world)
    with pytest.raises(JournalUnwritableError):
        await closes_and_goes_blind(world)
    world.journal.unreadable = False
    shown = await world.lane.period()
    assert (shown.number, shown.totals) == (0, {CARD_SALE: Total(1, 12_34)}), "not the empty day after it"
    await one_sale(world, 2, 5_00)
    assert (await world.lane.period()).totals == {CARD_SALE: Total(1, 5_00)}
    assert await world.lane.close_period(asks(name)) == shown
    assert await world.lane.closed_period(asks(name)) == shown
    after = await world.lane.close_period(asks(3))
    assert (after.number, after.totals) == (1, {CARD_SALE: Total(1, 5_00)})


async def closes_and_goes_blind(world: World) -> None:
    """The commit lands, and neither that nor anything else can be read."""

    async def blind(request: bytes) -> int | None:
        world.journal.unreadable = request in world.journal.days
        return await MemoryJournal.closed_by(world.journal, request)

    world.journal.closed_by, world.journal.lands_broken = blind, True  # type: ignore[method-assign] # of this one
    try:
        await world.lane.close_period(asks(1))
    finally:
        del world.journal.closed_by


@story
async def test_a_day_end_that_did_not_happen_is_in_doubt_no_more():
    world = World(Bank())
    await one_sale(world)
    world.journal.broken = True
    with pytest.raises(JournalUnwritableError):
        await world.lane.close_period(asks(1))
    world.journal.broken = False
    assert (await world.lane.close_period(asks(2))).number == 0
    assert (await world.lane.close_period(asks(1))).number == 1


@story
async def test_a_day_that_was_not_compared_is_compared_later():
    bank = Leaving()
    world = World(bank)
    lost = await one_sale(world)
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
    await one_sale(world)
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
    await one_sale(world)
    bank.answers_left = 0
    await world.lane.close_period(asks(1))
    bank.answers_left = 1  # for the running day
    assert (await world.lane.period()).differences is None
    assert await world.journal.days_to_compare() == (0,)


@story
async def test_an_agreement_that_cannot_be_noted_changes_no_answer():
    world = World(Leaving())
    assert isinstance(world.processor, Leaving)
    await one_sale(world)
    world.processor.away = True
    await world.lane.close_period(asks(1))
    world.processor.away = False

    async def fails(number: int) -> None:
        raise JournalUnwritableError(str(number))

    world.journal.note_day_agreed = fails  # type: ignore[method-assign] # of this one
    assert (await world.lane.period()).differences == ()
