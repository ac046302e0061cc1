"""What whoever asks about people is told when the vault, its trail or the journal do not answer."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Never

import pytest

from pos_bridge.checkout.people import People
from pos_bridge.domain.access import Erased
from pos_bridge.domain.audit import Actor, Role
from pos_bridge.domain.identity import VaultFault
from pos_bridge.domain.ledger import JournalUnwritableError
from pos_bridge.domain.person import Person, PersonFault
from pos_bridge.protocol import till_v1_pb2 as pb
from pos_bridge.till_api.people_desk import PeopleDesk
from pos_bridge.till_api.person_bounds import Texts
from pos_bridge.till_api.person_told import erased
from tests.checkout.fakes import MemoryLog
from tests.checkout.memory_people import MemoryPersons, MemorySales, MemoryTrail
from tests.checkout.story import story
from tests.domain.people import enrolment

CASHIER = Actor(Role.CASHIER, 12)


def now() -> datetime:
    return datetime(2026, 11, 23, 14, 5, tzinfo=UTC)


def never(*_: Any) -> Never:
    raise AssertionError("nobody asked for it")


class World:
    def __init__(self) -> None:
        done: list[str] = []
        self.persons, self.trail = MemoryPersons(done), MemoryTrail(done)
        people = People(self.persons, self.trail, MemorySales(), MemoryLog(), clock=now)
        self.desk = PeopleDesk(people, Texts("members-3"), now, never, never)

    def enrolling(self) -> Callable[[], Awaitable[Person | PersonFault]]:
        return lambda: self.desk.people.enrol(CASHIER, enrolment())


@story
async def test_done_says_what_is_agreed_to_and_nothing_of_the_person():
    world = World()
    told = await world.desk.person(world.enrolling())
    assert told == pb.PersonAnswer(result=pb.PERSON_RESULT_DONE, in_force=[pb.PURPOSE_PROGRAMME])


@pytest.mark.parametrize("fault", VaultFault)
def test_a_vault_that_does_not_answer(fault: VaultFault):
    @story
    async def run():
        world = World()
        world.persons.broken = fault
        told = await world.desk.person(world.enrolling())
        assert (told.result, told.cause) == (pb.PERSON_RESULT_UNUSABLE, fault.name.lower())
        assert told.text_fr != told.text_en

    run()


@story
async def test_a_trail_that_takes_nothing_and_a_journal_that_cannot_be_read():
    world = World()
    world.trail.full = True
    assert (await world.desk.person(world.enrolling())).cause == "trail"
    assert not world.persons.by_choice, "what is not noted is not done"

    async def unreadable() -> Person | PersonFault:
        raise JournalUnwritableError

    assert (await world.desk.person(unreadable)).cause == "journal"


def test_erased_is_not_said_before_it_is_acknowledged():
    told = erased(Erased(acknowledged=False, renewed=False))
    assert (told.result, told.cause, told.acknowledged) == (pb.PERSON_RESULT_DONE, "not_acknowledged", False)
    assert "do not say" in told.text_en
    told = erased(Erased(acknowledged=True, renewed=True))
    assert (told.cause, told.acknowledged, told.renewed) == ("", True, True)
    assert "30 days" in told.text_en
