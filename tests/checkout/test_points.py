"""Points in the checkout: told with a sale that was paid."""

import pytest

from pos_bridge.domain.authorisation import No, Unknown, Yes
from pos_bridge.domain.identity import VaultFault
from pos_bridge.domain.leg import Cause, Tender
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import (
    NotPaid,
    PaidByCard,
    PaidInCash,
)
from pos_bridge.domain.points import PointsRule
from tests.checkout.choices import MEMBER, ORDER, TENDERS
from tests.checkout.fakes import CODE, ScriptedProcessor, World, ask
from tests.checkout.points import RULE, quiet, sale_of, standing, world_with_points
from tests.checkout.story import story


@pytest.mark.parametrize("tender", TENDERS)
def test_a_paid_sale_gives_its_member_points(tender):
    @story
    async def run():
        world = world_with_points()
        outcome = await sale_of(world, tender=tender)
        assert outcome.points == 12
        assert standing(world, outcome.key) == 12
        assert await world.lane.points(outcome.key, 12_34) == 12
        world.restart()
        assert await world.lane.points(outcome.key, 12_34) == 12

    run()


@story
async def test_cash_gives_points_for_what_a_card_would_have_paid():
    world = world_with_points()
    outcome = await world.lane.pay(ask(tender=Tender.CASH, cents=9_98, choices=(MEMBER,)))
    assert isinstance(outcome, PaidInCash)
    assert (outcome.due, outcome.points) == (10_00, 9)
    await quiet(world)


@story
async def test_a_partial_approval_gives_points_for_what_was_approved():
    world = world_with_points(ScriptedProcessor(answers=[Yes(Amount(5_99), CODE)]))
    outcome = await world.lane.pay(ask(cents=12_34, partial_ok=True, choices=(MEMBER,)))
    assert isinstance(outcome, PaidByCard)
    assert outcome.points == 5
    await quiet(world)
    assert world.vault.points[outcome.key].paid == 5_99


@pytest.mark.parametrize(("choices", "rule"), [((), RULE), ((ORDER,), RULE), ((MEMBER, ORDER), None)])
def test_nobody_or_no_rule_gives_none(choices, rule):
    @story
    async def run():
        world = World(rule=rule)
        outcome = await world.lane.pay(ask(choices=choices))
        assert isinstance(outcome, PaidByCard)
        assert outcome.points is None
        await quiet(world)
        assert world.vault.points == {}
        assert await world.lane.points(outcome.key, 12_34) is None

    run()


@pytest.mark.parametrize("answer", [No(Cause.ISSUER), Unknown()])
def test_a_sale_that_was_not_paid_gives_none(answer):
    @story
    async def run():
        world = world_with_points(ScriptedProcessor(answers=[answer]))
        assert isinstance(await world.lane.pay(ask(choices=(MEMBER,))), NotPaid)
        await quiet(world)
        assert world.vault.points == {}

    run()


@story
async def test_a_vault_that_cannot_hold_gives_none_and_says_none():
    world = world_with_points()
    world.vault.fault = VaultFault.DISK_FULL
    outcome = await world.lane.pay(ask(choices=(MEMBER,)))
    assert isinstance(outcome, PaidByCard)
    assert (outcome.known, outcome.points) == (frozenset(), None)
    world.vault.fault = None
    await quiet(world)
    assert world.vault.points == {}


@story
async def test_what_a_crash_left_held_gives_the_points_of_the_rule_it_was_held_by():
    world = world_with_points()
    outcome = await sale_of(world)
    world.vault.holding[outcome.key] = world.vault.kept.pop(outcome.key)
    world.vault.points.clear()
    world.rule = PointsRule("2027-01", 5, 100)
    world.restart()
    await world.identify.settle()
    await world.identify.settle()
    assert (world.vault.points[outcome.key].rule, standing(world, outcome.key)) == ("2026-11", 12)
