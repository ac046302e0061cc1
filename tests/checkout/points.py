"""Makers for tests of points: a world that counts them, sales in it, and what a till asks of their points (awards)."""

from pos_bridge.domain.identity import Chouchous
from pos_bridge.domain.leg import Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import PaidByCard, PaidInCash
from pos_bridge.domain.points import AwardAsk, AwardRefundAsk, PointsRule
from tests.checkout.choices import MEMBER
from tests.checkout.fakes import ScriptedProcessor, World, ask

RULE = PointsRule("2026-11", 1, 100)


def world_with_points(processor: ScriptedProcessor | None = None) -> World:
    return World(processor, rule=RULE)


async def quiet(world: World) -> None:
    await world.settled()
    await world.identify.close()


async def sale_of(world: World, *, tender: Tender = Tender.CARD, member: bool = True) -> PaidByCard | PaidInCash:
    """12.34, with the member's choice kept and the capture ended."""
    outcome = await world.lane.pay(ask(tender=tender, choices=(MEMBER,) if member else ()))
    assert isinstance(outcome, PaidByCard | PaidInCash)
    await quiet(world)
    return outcome


async def paid(world: World, *, tender: Tender = Tender.CARD, member: bool = False) -> LegKey:
    return (await sale_of(world, tender=tender, member=member)).key


def standing(world: World, sale: LegKey) -> int:
    return world.vault.points[sale].standing


def request(number: int) -> bytes:
    return number.to_bytes(16, "little") * 2


def award(
    number: int = 100,
    sale: LegKey | None = None,
    *,
    reference: int = 1,
    cents: int = 12_34,
    member: Chouchous = MEMBER,
    told: int | None = None,
) -> AwardAsk:
    """`reference`: the number of the sale that was asked for (fakes.ask)."""
    return AwardAsk(request(number), sale, reference.to_bytes(32, "big"), Amount(cents), member, told)


def take_back(number: int, sale: LegKey, cents: int | None = None, told: int | None = None) -> AwardRefundAsk:
    return AwardRefundAsk(request(number), sale, None if cents is None else Amount(cents), told)
