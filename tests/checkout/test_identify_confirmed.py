"""Whose sale it is, once the till has confirmed its payment or nobody has: at once, and not by the next hour."""

import pytest

from pos_bridge.domain.outcome import PaidByCard
from tests.checkout.choices import MEMBER
from tests.checkout.fakes import World, ask
from tests.checkout.story import story, until


async def approved(world: World, within_s: int = 30) -> PaidByCard:
    outcome = await world.lane.pay(ask(choices=(MEMBER,), confirm_within_s=within_s))
    assert isinstance(outcome, PaidByCard)
    assert outcome.confirm
    assert outcome.key in world.vault.holding, "nobody's yet"
    return outcome


@story
async def test_a_confirmed_payment_is_its_members_sale():
    world = World()
    paid = await approved(world)
    await world.lane.confirm(paid.key)
    await until(lambda: paid.key in world.vault.kept)
    assert not world.vault.holding


@pytest.mark.parametrize("how", ["cancel", "silence"])
def test_of_a_payment_that_is_given_up_nothing_stays(how):
    @story
    async def run():
        world = World()
        paid = await approved(world, 30 if how == "cancel" else 0)
        if how == "cancel":
            await world.lane.cancel(paid.key)
        await until(lambda: not world.vault.holding)
        assert not world.vault.kept

    run()


@story
async def test_a_payment_without_a_choice_asks_the_vault_nothing():
    world = World()
    outcome = await world.lane.pay(ask(confirm_within_s=30))
    assert isinstance(outcome, PaidByCard)
    await world.lane.confirm(outcome.key)
    await world.settled()
    assert not world.vault.kept
