"""Split tenders: paid in parts, left half paid, given up, with cards and cash, across crashes and a closed batch."""

import asyncio
from typing import Any

from pos_bridge.domain.leg import Tender
from pos_bridge.domain.outcome import BasketCancelled, PaidByCard, PaidInCash
from tests.explorer.ending import settled, the_end
from tests.explorer.explore import Bounds, Story
from tests.explorer.till import Request
from tests.explorer.world import World

DUE = 34_33  # 20.00 by the first card, which has no more, and 14.33 that is rounded if it is paid in cash


async def first_part(world: World) -> tuple[Request, int]:
    """All of it is asked of a card that has 20.00 left: what was paid."""
    world.processor.verdict = lambda _card, cents, _partial: min(cents, 20_00)
    paid = await part(world, DUE, 0)
    world.processor.verdict = lambda _card, cents, _partial: cents
    return paid


async def part(world: World, cents: int, paid: int, tender: Tender = Tender.CARD) -> tuple[Request, int]:
    """One payment of the basket, repeated until it is told: how much of it was paid."""
    request = world.till.sale(cents, tender=tender, paid=paid)
    match await world.till.send_until_told(request):
        case PaidByCard(approved=approved):
            return request, approved.cents
        case PaidInCash(exact=exact):
            return request, exact.cents
        case _:
            return request, 0


async def given_up(world: World) -> None:
    """The till cancels its basket, again and again until it is told how that went."""
    till = world.till
    for request in till.requests:
        request.undone = True
    told: Any = await till.say_until_told("gives the basket up", lambda lane: lane.cancel_basket(till.reference(1)))
    if isinstance(told, BasketCancelled):
        till.given_up[1] = sum(back.due for back in told.cash)


async def paid_in_two(world: World) -> None:
    """Two cards, or a card and cash: all of it is paid, or the rest is left, or it is given up in between."""
    tender = (Tender.CARD, Tender.CASH)[world.plan("the rest is paid by card", "the rest is paid in cash")]
    way = world.plan("all is paid", "the rest is left", "it is given up after the first part")
    _, first = await first_part(world)
    if way == 2:
        await given_up(world)
    elif way == 0:
        await part(world, DUE - first, first, tender)
    await the_end_of_a_basket(world)


async def cash_between(world: World) -> None:
    """Card, cash that is not rounded because something is left, and then it is paid or given up.

    Where the card paid nothing, the cash says anew what is due: all of it.
    """
    _, first = await first_part(world)
    _, second = await part(world, 10_01 if first else DUE, first, Tender.CASH)
    if world.plan("it is given up", "a card pays the rest"):
        if first + second < DUE:
            await part(world, DUE - first - second, first + second)
    else:
        await given_up(world)
        if world.till.given_up.get(1) not in {None, second}:
            world.broken.append(f"P8 {world.till.given_up[1]} cents are handed back for {second} that were taken")
    await the_end_of_a_basket(world)


async def given_up_late(world: World) -> None:
    """It is given up when the processor's batch has closed: what was taken is refunded instead."""
    _, first = await first_part(world)
    await settled(world)
    world.processor.close_batch()
    if first:
        await given_up(world)
    await the_end_of_a_basket(world)


async def given_up_while_paying(world: World) -> None:
    """It is given up while its second payment runs: that is told, and the till gives it up again."""
    till = world.till
    _, first = await first_part(world)
    second = till.sale(DUE - first, paid=first)
    paying = asyncio.create_task(till.send(second))
    await asyncio.sleep((0.1, 2.02, 2.3)[world.plan("at once", "while it is sent", "when it is over")])
    await given_up(world)
    await paying
    await till.status_until_told(second)
    await the_end_of_a_basket(world)


async def refunded_in_part(world: World) -> None:
    """A part of the first payment is given back before the basket is given up: the rest goes back too, and no more."""
    till = world.till
    first, cents = await first_part(world)
    if cents:
        await till.send_until_told(till.give_back(first.leg, 5_00))
        await given_up(world)
    await the_end_of_a_basket(world)


async def overpaid(world: World) -> None:
    """More than is due, and a till that counts less than was paid: nothing moves."""
    _, first = await first_part(world)
    if first:
        _, wrong = await part(world, DUE - first + 1, first)
        _, forgets = await part(world, 10_00, 0)
        if wrong or forgets:
            world.broken.append("P8 a basket takes more than is due")
    await the_end_of_a_basket(world)


async def the_end_of_a_basket(world: World) -> None:
    await the_end(world)
    world.till.half_paid = await world.till.say("asks which baskets are half paid", lambda lane: lane.half_paid())


STORIES = (
    Story("split-two", paid_in_two, Bounds(crashes=1, net=1)),
    Story("split-cash-between", cash_between, Bounds(crashes=1, net=1)),
    Story("split-late", given_up_late, Bounds(crashes=1, net=1)),
    Story("split-while-paying", given_up_while_paying, Bounds(crashes=1, net=1)),
    Story("split-refunded", refunded_in_part, Bounds(crashes=1, net=1)),
    Story("split-overpaid", overpaid, Bounds(crashes=1, net=0)),
)
