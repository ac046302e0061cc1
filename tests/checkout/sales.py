"""A sale that was paid, and is settled."""

from pos_bridge.domain.leg import Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import PaidByCard, PaidInCash
from tests.checkout.fakes import World, ask


async def sold(world: World, number: int = 1, *, tender: Tender = Tender.CARD, cents: int = 12_34) -> LegKey:
    outcome = await world.lane.pay(ask(number, tender=tender, cents=cents))
    assert isinstance(outcome, PaidByCard | PaidInCash)
    await world.settled()
    return outcome.key
