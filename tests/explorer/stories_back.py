"""Money that goes back: voids at every moment, refunds by reference and with the card, too late, too much, twice."""

import asyncio
from collections.abc import Mapping
from typing import Any

from pos_bridge.domain.leg import Kind, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import NotRefunded, PaidByCard, Refunded, Voided
from pos_bridge.domain.totals import Reckoning, Total
from tests.explorer.ending import settled, the_end
from tests.explorer.explore import Bounds, Story
from tests.explorer.reader import INTERAC, MASTERCARD, VISA, Presented
from tests.explorer.world import World

FIRST_DAY, SECOND_DAY = (name.ljust(32) for name in (b"first day", b"second day"))


async def sold(world: World, cents: int = 12_34) -> LegKey | None:
    """A sale that was told as paid; None where it was not."""
    said = await world.till.send_until_told(world.till.sale(cents))
    return said.key if isinstance(said, PaidByCard) else None


async def sold_before(world: World, cents: int = 12_34) -> LegKey:
    """The same, settled, before anything can fail."""
    world.ground.quiet = True
    key = await sold(world, cents)
    await settled(world)
    world.ground.quiet = False
    assert key is not None
    return key


async def voided(world: World) -> None:
    """The whole sale is taken back: at once while it is captured, when it is, or after the processor's batch closed."""
    when = world.plan("it is voided at once", "it is voided once captured", "the batch is closed before")
    only = bool(world.plan("a void or a refund will do", "only a void will do"))
    key = await sold(world)
    if key is not None:
        if when:
            await settled(world)
        if when == 2:
            world.processor.close_batch()
        back = world.till.give_back(key, void_only=only)
        said = await world.till.send_until_told(back)
        if when == 2 and isinstance(said, Voided):
            world.broken.append("P7 a sale of a closed batch is told as voided")
    await the_end(world)


async def batch_closes(world: World) -> None:
    """The processor's batch closes at some moment of a void: reversed, or refunded instead, and never both."""
    key = await sold_before(world)
    back = world.till.give_back(key)
    taking = asyncio.create_task(world.till.send(back))
    moments_s = (0.002, 0.03, 0.08, 11.0)
    await asyncio.sleep(moments_s[world.plan(*(f"the batch closes after {moment} s" for moment in moments_s))])
    world.processor.close_batch()
    await taking
    await world.till.send_until_told(back)
    await the_end(world)


async def refunded(world: World) -> None:
    """A part is refunded by reference, then more than what is left, then what is left."""
    key = await sold_before(world)
    till = world.till
    await till.send_until_told(till.give_back(key, 4_00))
    too_much = await till.send_until_told(till.give_back(key, 9_00))
    if isinstance(too_much, Refunded):
        world.broken.append("P7 more than what is left is refunded")
    await till.send_until_told(till.give_back(key, 8_34))
    await the_end(world)


async def refund_captures_first(world: World) -> None:
    """A part of a sale is refunded while that sale is still being captured; the till asks twice."""
    key = await sold(world)
    if key is not None:
        back = world.till.give_back(key, 4_00)
        first, second = (asyncio.create_task(world.till.send(back)) for _ in range(2))
        await first
        await second
        await world.till.send_until_told(back)
    await the_end(world)


async def refund_declined(world: World) -> None:
    """The issuer says no to a refund; the till tries again under another name."""
    key = await sold_before(world)
    world.processor.verdict = lambda _card, _cents, _partial: 0
    await world.till.send_until_told(world.till.give_back(key, 4_00))
    world.processor.verdict = lambda _card, cents, _partial: cents
    await world.till.send_until_told(world.till.give_back(key, 4_00))
    await the_end(world)


async def refunded_to_the_card(world: World) -> None:
    """Interac: its card is presented again, another one, or none; a refund whose answer is lost is undone."""
    world.customers.usual = Presented(INTERAC)
    key = await sold_before(world)
    way = world.plan("the card that paid", "another card", "no card")
    world.customers.usual = Presented((INTERAC, VISA, None)[way])
    till, back = world.till, world.till.refund(12_34, key)
    asking = asyncio.create_task(till.send(back))
    if way == 2:
        await asyncio.sleep(5)
        await till.abort(back)
    await asking
    said = await till.status_until_told(back)
    if way and isinstance(said, Refunded):
        world.broken.append("P7 a refund went to another card than the one that paid")
    if not isinstance(said, Refunded):
        world.customers.usual = Presented(INTERAC)
        await till.send_until_told(till.refund(12_34, key))
    await the_end(world)


async def interac_needs_its_card(world: World) -> None:
    """Interac by reference: voided in the same batch, and told to present the card after it."""
    world.customers.usual = Presented(INTERAC)
    key = await sold_before(world)
    if world.plan("the batch is open", "the batch is closed"):
        world.processor.close_batch()
    said = await world.till.send_until_told(world.till.give_back(key))
    if isinstance(said, NotRefunded):
        await world.till.send_until_told(world.till.refund(12_34, key))
    await the_end(world)


async def voids_and_refunds(world: World) -> None:
    """A void and a refund of a part of the same sale are asked for at once, in either order."""
    key = await sold_before(world)
    till = world.till
    asks: list[Any] = [till.give_back(key), till.give_back(key, 5_00)]
    if world.plan("the void first", "the refund first"):
        asks.reverse()
    running = [asyncio.create_task(till.send(ask)) for ask in asks]
    for task in running:
        await task
    told = [await till.send_until_told(ask) for ask in asks]
    if isinstance(told[0], Voided) and isinstance(told[1], Refunded):
        world.broken.append("P7 a sale is both voided and refunded")
    await the_end(world)


async def another_cards_refund(world: World) -> None:
    """A refund with the card present of a credit sale, twice under two names: what was paid goes back once."""
    key = await sold_before(world)
    world.customers.usual = Presented(MASTERCARD if world.plan("the card that paid", "another card") else VISA)
    till = world.till
    for _ in range(2):
        await till.send_until_told(till.refund(12_34, key))
    await the_end(world)


async def day_ends(world: World) -> None:
    """A sale, a part of it given back, and the day end: each leg is counted once, as the processor has it.

    What is asked for again after a crash is the same day end, and ends no second day.
    """
    till = world.till
    key = await sold(world)
    if key is not None:
        await till.send_until_told(till.give_back(key, 4_00))
    await till.say_until_told("ends the day", lambda lane: lane.close_period(FIRST_DAY))
    await till.send_until_told(till.sale(5_00, sale=2))
    await the_end(world)
    for words, call in (
        ("asks for the period", lambda lane: lane.period()),
        ("ends it", lambda lane: lane.close_period(SECOND_DAY)),
    ):
        day: Reckoning = await till.say(words, call)
        if day.differences != () or day.unsettled or day.half_paid:
            world.broken.append(f"P3 the books differ at the day end: {day.differences}, {day.unsettled} open")
        if day.number != 1:
            world.broken.append(f"P3 one day ended, and {day.number} did")


async def day_voided(world: World) -> None:
    """A sale, the day end, and the sale taken back: each day has what moved in it, and both are what stands."""
    till = world.till
    key = await sold(world)
    await till.say_until_told("ends the day", lambda lane: lane.close_period(FIRST_DAY))
    if key is not None:
        await till.send_until_told(till.give_back(key))
    await the_end(world)
    days: list[Reckoning] = [
        await till.say("ends the next day", lambda lane: lane.close_period(SECOND_DAY)),
        await till.say("asks for the first one again", lambda lane: lane.close_period(FIRST_DAY)),
    ]
    told = sum(_cents(day.totals) - _cents(day.taken_back) for day in days)
    stands = sum(held.moved if held.state != "refunded" else -held.moved for held in world.processor.held.values())
    if told != stands or [day.number for day in days] != [1, 0]:
        world.broken.append(f"P3 the days have {told} cents, and {stands} stand")


def _cents(found: Mapping[tuple[Tender, Kind], Total]) -> int:
    return sum(total.cents if kind is Kind.SALE else -total.cents for (_, kind), total in found.items())


STORIES = (
    Story("back-day", day_ends, Bounds(crashes=1, net=1)),
    Story("back-day-void", day_voided, Bounds(crashes=1, net=1)),
    Story("back-void", voided, Bounds(crashes=1, net=1)),
    Story("back-batch", batch_closes, Bounds(crashes=1, net=1)),
    Story("back-refund", refunded, Bounds(crashes=1, net=1)),
    Story("back-capture", refund_captures_first, Bounds(crashes=1, net=1)),
    Story("back-declined", refund_declined, Bounds(crashes=1, net=1)),
    Story("back-card", refunded_to_the_card, Bounds(crashes=1, net=1)),
    Story("back-interac", interac_needs_its_card, Bounds(crashes=1, net=1)),
    Story("back-both", voids_and_refunds, Bounds(crashes=1, net=1)),
    Story("back-other-card", another_cards_refund, Bounds(crashes=1, net=1)),
)
