"""One sale by card, as tills do it: repeating, asking, beginning anew; every kind of card and of answer."""

from pos_bridge.domain.outcome import PaidByCard
from tests.explorer.ending import the_end
from tests.explorer.explore import Bounds, Story
from tests.explorer.line import ALL, LIES
from tests.explorer.outcomes import is_paid
from tests.explorer.reader import INTERAC, VISA_CHIP, Presented
from tests.explorer.world import Model, World


async def repeats(world: World) -> None:
    """The till repeats its request until it is told."""
    await world.till.send_until_told(world.till.sale(12_34))
    await the_end(world)


async def asks(world: World) -> None:
    """The till asks what became of it; told that it was never seen or not paid, it begins anew under another name."""
    till = world.till
    for _ in range(3):
        request = till.sale(12_34)
        said = await till.send(request)
        if said is None:
            said = await till.status_until_told(request)
        if is_paid(said):
            break
        await till.pause(12)
    await the_end(world)


async def clocks_differ(world: World) -> None:
    """The processor's clock is ten minutes ahead of the till's, or behind it."""
    ahead = world.plan("the processor's clock is 10 minutes ahead", "the processor's clock is 10 minutes behind")
    world.skew_ms = -600_000 if ahead else 600_000
    await repeats(world)


async def interac(world: World) -> None:
    """One message: approved is paid."""
    world.customers.usual = Presented(INTERAC)
    await repeats(world)


async def chip(world: World) -> None:
    """The chip's second answer: it agrees, it refuses, or it is pulled and never says."""
    agrees = (True, False, None)[world.plan("the chip agrees", "the chip refuses", "the card is pulled")]
    world.customers.next = [Presented(VISA_CHIP, agrees=agrees)]
    await world.till.send_until_told(world.till.sale(12_34))
    await the_end(world)


async def less_or_no(world: World) -> None:
    """The issuer declines, or approves less, where the till allows that and where it does not."""
    way = world.plan("the issuer declines", "less is approved, as allowed", "less is approved, which was not allowed")
    world.processor.verdict = lambda _card, cents, _partial: 0 if way == 0 else cents // 2
    request = world.till.sale(12_34, partial_ok=way == 1)
    said = await world.till.send_until_told(request)
    if way == 1 and isinstance(said, PaidByCard):
        assert said.approved.cents == 12_34 // 2
    await the_end(world)


STORIES = (
    Story("card-repeat", repeats, Bounds(crashes=2, net=2)),
    Story("card-status", asks, Bounds(crashes=1, net=1)),
    Story("card-status-net", asks, Bounds(net=2)),
    Story("card-status-crash", asks, Bounds(crashes=2)),
    Story("card-session", repeats, Bounds(crashes=1, net=1), Model(fates=ALL)),
    Story("card-session-net", asks, Bounds(net=2), Model(fates=ALL)),
    Story("card-skew", clocks_differ, Bounds(crashes=1, net=1)),
    Story("card-lies", repeats, Bounds(crashes=1, net=2), Model(fates=LIES)),
    Story("card-interac", interac, Bounds(crashes=2, net=1)),
    Story("card-chip", chip, Bounds(crashes=1, net=1)),
    Story("card-less", less_or_no, Bounds(crashes=1, net=1)),
)
