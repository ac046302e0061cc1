"""Points by a message of their own: for a sale that was paid here, once, however a till mixes its messages."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.domain.identity import Chouchous
from pos_bridge.domain.leg import State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import PaidByCard, PaidInCash, Refunded
from pos_bridge.domain.points import Counted, NotCounted, PointsFault
from tests.checkout.baskets import part, yes
from tests.checkout.choices import MEMBER, TENDERS
from tests.checkout.fakes import World, ask, give_back_ask
from tests.checkout.points import award, paid, quiet, request, standing, take_back, world_with_points
from tests.checkout.story import story

PAID = {State.CAPTURING, State.CAPTURED, State.CAPTURE_LOST, State.CASH_TAKEN}


@pytest.mark.parametrize("named", [True, False], ids=["by its key", "by the till's name"])
@pytest.mark.parametrize("tender", TENDERS)
def test_a_paid_sale_is_counted_once(tender, named):
    @story
    async def run():
        world = world_with_points()
        sale = await paid(world, tender=tender)
        asked = award(100, sale if named else None)
        assert await world.lane.award(asked) == Counted(sale, 12)
        assert await world.lane.award(asked) == Counted(sale, 12), "the same request"
        assert await world.lane.award(replace(asked, request=request(101))) == NotCounted(PointsFault.COUNTED)
        assert standing(world, sale) == 12
        assert await world.lane.counted(request(100), None, asked.reference) == Counted(sale, 12)
        assert await world.lane.counted(request(101), sale, asked.reference) is None
        assert [choice for choice, _ in world.vault.kept[sale]] == [MEMBER]
        assert world.journal.words() == world.journal.words_of(sale), "the journal hears nothing of it"

    run()


@story
async def test_a_member_on_the_payment_and_an_award_after_it_count_once():
    world = world_with_points()
    sale = await paid(world, member=True)
    for asked in (award(100, sale), award(101), award(102, sale, member=Chouchous("SOMEBODY-ELSE"))):
        assert await world.lane.award(asked) == NotCounted(PointsFault.COUNTED)
    assert standing(world, sale) == 12


@story
async def test_what_is_not_paid_here_is_not_counted():
    world = world_with_points()
    assert await world.lane.award(award()) == NotCounted(PointsFault.UNKNOWN_SALE)
    assert await world.lane.award(award(100, LegKey.fresh())) == NotCounted(PointsFault.UNKNOWN_SALE)
    sale = await paid(world)
    for cents in (12_33, 12_35):
        other = award(100, reference=2, cents=cents)
        assert await world.lane.award(other) == NotCounted(PointsFault.UNKNOWN_SALE)
    refund = await world.lane.give_back(give_back_ask(2, sale, 1_00))
    assert isinstance(refund, Refunded)
    assert await world.lane.award(award(100, refund.key, cents=1_00)) == NotCounted(PointsFault.UNKNOWN_SALE)
    await quiet(world)
    assert world.vault.points == {}


@pytest.mark.parametrize("state", [state for state in State if state not in PAID])
def test_a_sale_in_any_other_state_is_not_counted(state):
    @story
    async def run():
        world = world_with_points()
        sale = await paid(world)
        world.journal.legs[sale] = replace(world.journal.legs[sale], state=state)
        assert await world.lane.award(award(100, sale)) == NotCounted(PointsFault.NOT_PAID)
        assert world.vault.points == {}

    run()


@story
async def test_no_more_than_was_paid_and_less_where_the_till_names_the_payment():
    world = world_with_points()
    sale = await paid(world)
    assert await world.lane.award(award(100, sale, cents=12_35)) == NotCounted(PointsFault.EXCEEDS)
    assert await world.lane.award(award(100, sale, cents=5_99)) == Counted(sale, 5)


@story
async def test_a_till_that_reckons_with_other_points_is_told_and_nothing_is_counted():
    world = world_with_points()
    sale = await paid(world)
    assert await world.lane.award(award(100, sale, told=50)) == NotCounted(PointsFault.OTHER_POINTS, 12)
    assert world.vault.points == {}
    assert await world.lane.award(award(101, sale, told=12)) == Counted(sale, 12)
    wrong = await world.lane.take_back(take_back(102, sale, 6_17, told=7))
    assert wrong == NotCounted(PointsFault.OTHER_POINTS, 6)
    assert await world.lane.take_back(take_back(103, sale, 6_17, told=6)) == Counted(sale, 6)


@story
async def test_two_payments_of_one_amount_under_one_name_are_counted_one_after_the_other():
    """A till that splits in halves and says nothing of it."""
    world = world_with_points()
    first = await world.lane.pay(ask(1, sale=7, tender=Tender.CASH))
    assert isinstance(first, PaidInCash)
    await world.lane.told(first.key)
    second = await world.lane.pay(ask(2, sale=7, tender=Tender.CASH))
    assert isinstance(second, PaidInCash)
    asked = award(100, reference=7)
    assert await world.lane.award(asked) == Counted(first.key, 12)
    assert await world.lane.award(award(101, reference=7)) == Counted(second.key, 12)
    assert await world.lane.award(asked) == Counted(first.key, 12)
    assert await world.lane.award(award(102, reference=7)) == NotCounted(PointsFault.COUNTED)


@story
async def test_a_sale_in_parts_is_counted_by_its_payments():
    world = world_with_points()
    world.processor.answers = [yes(20_00)]
    outcome = await world.lane.pay(part(1, 53_27, 0, tender=Tender.CARD))
    assert isinstance(outcome, PaidByCard)
    await quiet(world)
    reference = int.from_bytes(next(iter(world.journal.requests.values()))[0].sale, "big")  # type: ignore[union-attr] # a payment's
    assert await world.lane.award(award(100, reference=reference)) == NotCounted(PointsFault.IN_PARTS)
    assert await world.lane.award(award(101, outcome.key, cents=20_00)) == Counted(outcome.key, 20)


# ---- and back ----


@story
async def test_it_is_taken_back_in_parts_each_once():
    world = world_with_points()
    sale = await paid(world)
    await world.lane.award(award(100, sale))
    assert await world.lane.take_back(take_back(101, sale, 6_17)) == Counted(sale, 6)
    assert await world.lane.take_back(take_back(101, sale, 6_17)) == Counted(sale, 6)
    assert await world.lane.take_back(take_back(102, sale, 6_18)) == NotCounted(PointsFault.EXCEEDS)
    assert await world.lane.take_back(take_back(103, sale)) == Counted(sale, 6)
    assert await world.lane.take_back(take_back(104, sale)) == NotCounted(PointsFault.EXCEEDS)
    assert standing(world, sale) == 0
    assert await world.lane.counted(request(101), sale, bytes(32)) == Counted(sale, 6)


@pytest.mark.parametrize("money_first", [True, False])
def test_a_return_that_is_told_with_its_money_and_again_with_its_points_counts_once(money_first):
    @story
    async def run():
        world = world_with_points()
        sale = await paid(world)
        await world.lane.award(award(100, sale))

        async def money() -> None:
            assert isinstance(await world.lane.give_back(give_back_ask(2, sale, 6_17)), Refunded)
            await quiet(world)

        async def points() -> None:
            assert await world.lane.take_back(take_back(101, sale, 6_17)) == Counted(sale, 6)

        for way in (money, points) if money_first else (points, money):
            await way()
            assert standing(world, sale) == 6

    run()


@story
async def test_of_a_sale_without_points_none_are_taken():
    world = world_with_points()
    sale = await paid(world)
    assert await world.lane.take_back(take_back(100, sale)) == NotCounted(PointsFault.NO_POINTS)


@story
async def test_an_award_after_a_part_went_back_gives_what_is_left():
    world = world_with_points()
    sale = await paid(world)
    assert isinstance(await world.lane.give_back(give_back_ask(2, sale, 6_17)), Refunded)
    await quiet(world)
    assert await world.lane.award(award(100, sale)) == Counted(sale, 6)
    assert isinstance(await world.lane.give_back(give_back_ask(3, sale)), Refunded)
    await quiet(world)
    assert standing(world, sale) == 0


# ---- by chance ----


Step = Callable[[World, LegKey, int], Awaitable[object]]
STEPS: dict[str, Step] = {
    "award": lambda world, sale, number: world.lane.award(award(number, sale)),
    "award by name": lambda world, sale, number: world.lane.award(award(number)),
    "again": lambda world, sale, number: world.lane.award(award(100, sale)),
    "money back": lambda world, sale, number: world.lane.give_back(give_back_ask(number, sale, 3_33)),
    "points back": lambda world, sale, number: world.lane.take_back(take_back(number, sale, 3_33)),
    "crash": lambda world, sale, number: world.crash(),
}
AWARDS = {"award", "award by name", "again"}


@settings(max_examples=60, deadline=None)
@given(st.booleans(), st.lists(st.sampled_from(tuple(STEPS)), max_size=8))
def test_however_messages_are_mixed_a_sale_gives_its_points_once(member, steps):
    async def run() -> None:
        world = world_with_points()
        sale = await paid(world, member=member)
        back = gone = 0
        for number, step in enumerate(steps, 100):
            outcome = await STEPS[step](world, sale, number)
            back += 3_33 * isinstance(outcome, Refunded)
            gone += 3_33 * (step == "points back" and isinstance(outcome, Counted))
            await quiet(world)
        assert (sale in world.vault.points) is (member or bool(AWARDS & set(steps)))
        if sale in world.vault.points:
            assert standing(world, sale) == 12 - max(12 * back // 12_34, 12 * gone // 12_34)

    asyncio.run(run())
