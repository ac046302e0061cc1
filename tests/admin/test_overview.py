"""What is told of hours that are over, and that nothing under way is."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pos_bridge.admin.overview import Hour, Session, Sources, overview, unresolved
from pos_bridge.admin.vitals import Seen
from pos_bridge.domain.ledger import KnownLeg
from pos_bridge.domain.leg import Flow, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount

TEN = datetime(2026, 11, 23, 10, tzinfo=UTC)


def leg(begun: datetime) -> KnownLeg:
    return KnownLeg(
        key=LegKey.fresh(),
        tender=Tender.CARD,
        state=State.INTENT,
        amount=Amount(1234),
        partial_ok=False,
        flow=next(iter(Flow)),
        cause=None,
        approved=None,
        due=None,
        begun_ms=int(begun.timestamp() * 1000),
    )


def told(begun: datetime, now: datetime) -> list[int]:
    async def one() -> tuple[KnownLeg, ...]:
        return (leg(begun),)

    async def health() -> Seen:
        return Seen(processor=True, journal=True, readers=())

    sources = Sources(Path("/nowhere"), lambda: now, date(2026, 11, 23), health, one, dict, lambda: None, {})
    found = asyncio.run(unresolved(sources, now))
    assert found is not None
    return [hours for _, hours in found]


@pytest.mark.parametrize(
    ("begun_min", "told_from_min"),
    [(0, 60), (44, 60), (45, 120), (59, 120)],
)
def test_a_payment_that_is_under_way_when_its_hour_ends_is_not_told(begun_min, told_from_min):
    """Whoever looked each second would see it end, and by what tender."""
    begun = TEN + timedelta(minutes=begun_min)
    for minute in range(begun_min, 180, 5):
        assert bool(told(begun, TEN + timedelta(minutes=minute))) is (minute >= told_from_min)


def test_a_session_that_a_sale_opened_is_told_once_its_hour_is_over():
    now = TEN
    session = Session(lambda: now)
    assert session.opened() is None
    session.opened_now()
    assert session.opened() is None
    now += timedelta(hours=1)
    ten = Hour(TEN.date(), 10)
    assert session.opened() == ten
    session.opened_now()
    session.opened_now()
    assert session.opened() == ten
    now += timedelta(hours=1)
    assert session.opened() == Hour(TEN.date(), 11)


def test_one_overview_is_of_one_look():
    """Two looks could contradict each other in the same answer: a reader that is there, and none that is."""
    looks = 0

    async def health() -> Seen:
        nonlocal looks
        looks += 1
        return Seen(processor=True, journal=True, readers=(("counter", looks == 1),))

    async def none() -> tuple[KnownLeg, ...]:
        return ()

    sources = Sources(Path("/nowhere"), lambda: TEN, TEN.date(), health, none, dict, lambda: None, {})
    assert asyncio.run(overview(sources))["readers"] == [{"name": "counter", "there": True, "locks": None}]
    assert looks == 1
