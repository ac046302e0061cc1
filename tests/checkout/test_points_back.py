"""Points in the checkout: gone with the money of their sale, whatever breaks in between."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.checkout import identify
from pos_bridge.checkout.returns import GivenBack, given_back
from pos_bridge.domain.authorisation import No, Unknown
from pos_bridge.domain.identity import VaultFault
from pos_bridge.domain.leg import Cause, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import (
    NotRefunded,
    Outcome,
    PaidByCard,
    PaidInCash,
    Refunded,
    RefundedInCash,
    Running,
    Voided,
)
from tests.checkout.baskets import REFERENCE, part, yes
from tests.checkout.choices import MEMBER, TENDERS
from tests.checkout.fakes import ScriptedProcessor, World, ask, give_back_ask, refund_ask
from tests.checkout.points import quiet, sale_of, standing, world_with_points
from tests.checkout.story import story, until


async def give(world: World, sale: PaidByCard | PaidInCash, cents: int | None, number: int) -> object:
    outcome = await world.lane.give_back(give_back_ask(number, sale.key, cents))
    await quiet(world)
    return outcome


@pytest.mark.parametrize("tender", TENDERS)
def test_in_two_parts_exactly_what_the_sale_gave_is_taken_back(tender):
    @story
    async def run():
        world = world_with_points()
        sale = await sale_of(world, tender=tender)
        assert isinstance(await give(world, sale, 6_17, 2), Refunded | RefundedInCash)
        assert standing(world, sale.key) == 6
        assert isinstance(await give(world, sale, 6_17, 3), Refunded | RefundedInCash)
        assert standing(world, sale.key) == 0
        assert world.vault.noted == set()

    run()


@story
async def test_a_void_takes_all_of_it():
    world = world_with_points()
    sale = await sale_of(world)
    assert isinstance(await give(world, sale, None, 2), Voided)
    assert standing(world, sale.key) == 0


@story
async def test_a_refund_with_the_card_present_takes_its_share():
    world = world_with_points()
    sale = await sale_of(world)
    assert isinstance(await world.lane.refund(refund_ask(2, sale.key, cents=6_17)), Refunded)
    await quiet(world)
    assert standing(world, sale.key) == 6


@story
async def test_a_refused_refund_takes_nothing():
    world = world_with_points(ScriptedProcessor(refunds=[No(Cause.ISSUER)]))
    sale = await sale_of(world)
    assert isinstance(await give(world, sale, 6_17, 2), NotRefunded)
    assert (standing(world, sale.key), world.vault.noted) == (12, set())


@story
async def test_a_basket_that_is_cancelled_takes_the_points_of_its_parts():
    world = world_with_points()
    world.processor.answers = [yes(20_00)]
    outcome: Outcome = await world.lane.pay(replace(part(1, 53_27, 0, tender=Tender.CARD), choices=(MEMBER,)))
    assert isinstance(outcome, PaidByCard)
    assert outcome.points == 20
    await quiet(world)
    await world.lane.cancel_basket(REFERENCE)
    await quiet(world)
    await world.identify.settle()
    assert standing(world, outcome.key) == 0


@story
async def test_it_is_noted_before_the_money_moves():
    world = world_with_points()
    sale = await sale_of(world)
    before = list(world.journal.words())
    world.vault.gate = asyncio.Event()
    giving = asyncio.create_task(world.lane.give_back(give_back_ask(2, sale.key, 6_17)))
    await until(lambda: world.vault.asked[-1] == "returned")
    assert world.journal.words() == before
    world.vault.gate.set()
    assert isinstance(await giving, Refunded)
    await quiet(world)


def test_a_refund_that_is_not_known_yet_is_followed_once_it_is(monkeypatch):
    monkeypatch.setattr("pos_bridge.checkout.give_back.WITHIN_S", 0.02)

    @story
    async def run():
        world = world_with_points(ScriptedProcessor(refunds=[Unknown()]))
        sale = await sale_of(world)
        assert isinstance(await world.lane.give_back(give_back_ask(2, sale.key, 6_17)), Running)
        await world.identify.close()
        assert (standing(world, sale.key), world.vault.noted) == (12, {sale.key})
        world.processor.refunds = None
        await world.settled()
        await world.identify.settle()
        assert (standing(world, sale.key), world.vault.noted) == (6, set())

    run()


@story
async def test_what_a_crash_broke_off_is_found_by_its_note():
    world = world_with_points()
    sale = await sale_of(world)
    world.vault.gate = asyncio.Event()
    giving = asyncio.create_task(world.lane.give_back(give_back_ask(2, sale.key, 6_17)))
    await until(lambda: world.vault.asked[-1] == "returned")
    world.vault.gate.set()
    await giving
    world.vault.noted, world.vault.points[sale.key] = {sale.key}, world.vault.points[sale.key]
    await world.crash()
    await world.identify.settle()
    assert (standing(world, sale.key), world.vault.noted) == (6, set())


@story
async def test_a_vault_that_fails_meanwhile_takes_them_by_the_hour():
    world = world_with_points()
    sale = await sale_of(world)
    world.vault.fault = VaultFault.DISK
    assert isinstance(await give(world, sale, 6_17, 2), Refunded)
    await world.identify.settle()
    world.vault.fault = None
    assert standing(world, sale.key) == 12
    await world.identify.returns.settle()
    assert standing(world, sale.key) == 6


def test_a_vault_that_hangs_holds_up_no_refund(monkeypatch):
    monkeypatch.setattr(identify, "WITHIN_S", 0.02)

    @story
    async def run():
        world = world_with_points()
        sale = await sale_of(world)
        world.restart()
        world.vault.gate = asyncio.Event()
        assert isinstance(await world.lane.give_back(give_back_ask(2, sale.key, 6_17)), Refunded)
        world.vault.gate.set()
        await quiet(world)
        assert standing(world, sale.key) == 6

    run()


@story
async def test_the_money_of_nobody_writes_nothing():
    world = world_with_points()
    outcome = await world.lane.pay(ask())
    assert isinstance(outcome, PaidByCard)
    await quiet(world)
    await give(world, outcome, 6_17, 2)
    assert (world.vault.points, world.vault.noted, world.vault.kept) == ({}, set(), {})


@story
async def test_a_journal_that_forgot_the_sale_leaves_what_it_knows_of_its_refunds():
    world = world_with_points()
    assert await given_back(world.journal, LegKey.fresh()) == GivenBack(0, settled=True)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 12_34), max_size=6), st.booleans(), st.sampled_from(TENDERS))
def test_however_it_goes_back_the_points_are_what_the_money_says(parts, crash, tender):
    async def run() -> None:
        world = world_with_points()
        sale = await sale_of(world, tender=tender)
        back = 0
        for number, cents in enumerate(parts, 2):
            outcome = await world.lane.give_back(give_back_ask(number, sale.key, cents))
            back += cents if isinstance(outcome, Refunded | RefundedInCash | Voided) else 0
            if crash:
                await world.crash()
            await quiet(world)
        await world.identify.settle()
        assert back <= 12_34
        assert standing(world, sale.key) == 12 - 12 * back // 12_34
        assert world.vault.noted == set()

    asyncio.run(run())
