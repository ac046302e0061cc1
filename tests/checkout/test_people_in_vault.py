"""The people service over a real vault, journal and trail: from a purchase to an erasure."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pos_bridge.checkout.people import People
from pos_bridge.domain.access import Access, Recorded, Retained, Shown
from pos_bridge.domain.details import Field, Unfit, UnfitDetailError
from pos_bridge.domain.identity import Channel, GivenBy, HomeDelivery, Purpose
from pos_bridge.domain.person import Month, Person, PersonFault, Right
from pos_bridge.domain.points import PointsRule
from pos_bridge.identity.vault import Vault
from pos_bridge.journal.journal import Journal
from pos_bridge.journal.journal_file import JournalFile
from pos_bridge.registers.trail import Trail
from pos_bridge.registers.trail_file import Sound, entries, verify
from tests.checkout.fakes import MemoryLog
from tests.checkout.people_world import CASHIER, OFFICER, SUPERVISOR, SYSTEM
from tests.domain.people import DOOR, MEMBER, ORDER, TODAY, ZOE, agreed, delivery, enrolment
from tests.identity.makers import KEY
from tests.journal.makers import START, Clock, cash

RULE = PointsRule("2026-1", 1, 100)


class Till:
    """All that is on one till's disk, joined as the engine joins it."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.clock = Clock(START)
        self.trail_file = folder / "audit.db"
        self.vault = stack.enter_context(
            closing(Vault.open(folder / "vault.db", KEY, today=lambda: self.clock().date()))
        )
        self.journal = stack.enter_context(closing(Journal(JournalFile.open(folder / "journal", 7, self.clock))))
        trail = stack.enter_context(closing(Trail.open(self.trail_file)))
        self.people = People(self.vault, trail, self.journal, MemoryLog(), clock=self.clock)

    async def bought(self, *choices: tuple[Any, Any]) -> Any:
        opening = cash(1233)
        await self.vault.hold(opening.key, choices, RULE)
        await self.journal.open_leg(opening)
        await self.vault.keep(opening.key, 1233)
        return opening.key


@pytest.fixture
def told(tmp_path: Path) -> Callable[[Callable[[Till], Coroutine[Any, Any, None]]], None]:
    def run(story: Callable[[Till], Coroutine[Any, Any, None]]) -> None:
        with ExitStack() as stack:
            asyncio.run(story(Till(tmp_path / "state", stack)))

    return run


def test_a_members_life(told):
    async def story(till: Till) -> None:
        people = till.people
        sale = await till.bought((MEMBER, agreed(text="till-1")))
        member = await people.enrol(CASHIER, enrolment(Purpose.PROGRAMME, Purpose.OFFERS))
        assert isinstance(member, Person)
        assert member.details == ZOE
        assert await people.enrol(CASHIER, enrolment(Purpose.PROGRAMME, Purpose.OFFERS)) == member
        found = await people.look_up(CASHIER, MEMBER, Purpose.OFFERS)
        assert isinstance(found, Shown)
        assert Field.STREET not in found.details.fields
        await people.receive(SUPERVISOR, MEMBER, Right.ACCESS)
        access = await people.access(OFFICER, MEMBER)
        assert isinstance(access, Access)
        assert [known.linked.key for known in access.sales] == [sale]
        assert access.sales[0].recorded == Recorded(TODAY, 14)
        assert access.sales[0].leg == await till.journal.find_leg(sale)
        assert access.points == 12
        assert not any(request.open for request in access.person.requests)
        with pytest.raises(UnfitDetailError) as caught:
            await people.rectify(SUPERVISOR, MEMBER, {Field.EMAIL: "nobody"})
        assert (caught.value.field, caught.value.why) == (Field.EMAIL, Unfit.SHAPE)
        changed = await people.rectify(SUPERVISOR, MEMBER, {Field.EMAIL: None})
        assert isinstance(changed, Person)
        assert await till.vault.person(MEMBER) == changed
        await people.withdraw(CASHIER, MEMBER, [Purpose.OFFERS], Channel.TILL)
        assert await people.look_up(CASHIER, MEMBER, Purpose.OFFERS) is PersonFault.NO_CONSENT
        assert not isinstance(await people.erase(OFFICER, MEMBER), PersonFault)
        assert await people.access(OFFICER, MEMBER) is PersonFault.UNKNOWN
        assert await till.vault.known(sale) == frozenset(), "a sale of nobody"
        assert await till.journal.find_leg(sale) is not None
        assert isinstance(verify(till.trail_file), Sound)
        named = {entry.person for _, entry in entries(till.trail_file) if entry.person is not None}
        assert named == {member.id}

    told(story)


def test_a_childs_purchases_and_14(told):
    async def story(till: Till) -> None:
        child = enrolment(by=GivenBy.PARENT, until=Month(2027, 2))
        assert isinstance(await till.people.enrol(CASHIER, child), Person)
        sale = await till.bought((MEMBER, agreed()))
        assert await till.vault.known(sale)
        till.clock.turn(days=100)
        today = till.people.today
        there = await till.vault.person(MEMBER)
        assert there is not None
        assert there.in_force(today) == set()
        later = await till.bought((MEMBER, agreed(day=today)))
        assert not await till.vault.known(later), "nothing in force allows it: a sale of nobody"
        assert isinstance(await till.people.consent(CASHIER, MEMBER, agreed(day=today)), Person)
        assert await till.vault.known(await till.bought((MEMBER, agreed(day=today))))

    told(story)


def test_deliveries_end_by_themselves(told):
    async def story(till: Till) -> None:
        other = HomeDelivery("WEB-78")
        await till.bought((ORDER, agreed(Purpose.DELIVERY, text="delivery-1")))
        first = await till.people.deliver(CASHIER, delivery())
        assert isinstance(first, Person)
        assert first.details == DOOR
        await till.people.deliver(CASHIER, replace(delivery(until=TODAY + timedelta(days=90)), choice=other))
        assert await till.people.retain(SYSTEM) == Retained(0, 0, 0)
        till.clock.turn(days=31)
        assert await till.people.retain(SYSTEM) == Retained(1, 0, 0)
        assert await till.vault.person(ORDER) is None
        assert await till.vault.person(other) is not None
        till.clock.turn(days=6 * 366)
        assert await till.people.retain(SYSTEM) == Retained(1, 0, 1), "and the proof of the first"

    told(story)
