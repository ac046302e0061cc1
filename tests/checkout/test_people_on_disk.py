"""The people service over a real trail: what was done is in it, and what is not in it was not done."""

from pathlib import Path

import pytest

from pos_bridge.checkout.people import People
from pos_bridge.domain.audit import Act, Actor, Role
from pos_bridge.domain.identity import Channel, Purpose
from pos_bridge.domain.person import Person, PersonFault
from pos_bridge.registers.trail import Trail
from pos_bridge.registers.trail_file import Sound, TrailDamagedError, entries, verify
from tests.checkout.people_world import CASHIER, OFFICER, World
from tests.checkout.story import story
from tests.domain.people import MEMBER, enrolment
from tests.registers.makers import hand


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.db"


def test_every_act_and_every_refusal_is_on_disk(path):
    @story
    async def run():
        world = World()
        trail = Trail.open(path)
        people = People(world.persons, trail, world.sales, world.log, clock=lambda: world.now)
        try:
            person = await people.enrol(CASHIER, enrolment(Purpose.PROGRAMME, Purpose.OFFERS))
            assert isinstance(person, Person)
            await people.look_up(CASHIER, MEMBER, Purpose.OFFERS)
            await people.look_up(CASHIER, MEMBER, Purpose.CONTACT)
            await people.access(Actor(Role.IT, 9), MEMBER)
            await people.withdraw(CASHIER, MEMBER, [Purpose.OFFERS], Channel.TILL)
            await people.erase(OFFICER, MEMBER)
        finally:
            trail.close()
        assert [(entry.act, entry.purpose, entry.person, entry.refused) for _, entry in entries(path)] == [
            (Act.ENROL, None, None, None),
            (Act.READ, Purpose.OFFERS, person.id, None),
            (Act.READ, Purpose.CONTACT, person.id, PersonFault.NO_CONSENT),
            (Act.ACCESS, None, None, PersonFault.NOT_ALLOWED),
            (Act.WITHDRAW, Purpose.OFFERS, person.id, None),
            (Act.ERASE, None, person.id, None),
        ]
        assert isinstance(verify(path), Sound)
        raw = path.read_bytes()
        assert all(word.encode() not in raw for word in ("CH-1001", "Roy", "example.com", "Montr"))

    run()


def test_behind_a_damaged_trail_nothing_is_done(path):
    @story
    async def run():
        world = World()
        trail = Trail.open(path)
        people = People(world.persons, trail, world.sales, world.log, clock=lambda: world.now)
        try:
            person = await people.enrol(CASHIER, enrolment())
            hand(path, ("UPDATE trail SET operator = 13", ()))
            with pytest.raises(TrailDamagedError):
                await people.erase(OFFICER, MEMBER)
        finally:
            trail.close()
        assert world.persons.by_choice == {MEMBER: person}

    run()
