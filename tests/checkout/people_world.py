"""Who asks about a person's data, and the service that answers them: its vault, trail and sales in memory."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from pos_bridge.checkout.people import People
from pos_bridge.domain.audit import Actor, Role
from pos_bridge.domain.identity import Purpose
from pos_bridge.domain.person import Person
from tests.checkout.fakes import MemoryLog
from tests.checkout.memory_people import MemoryPersons, MemorySales, MemoryTrail
from tests.domain.people import MEMBER, PROGRAMME, agreed, enrolment

CASHIER, SUPERVISOR = Actor(Role.CASHIER, 12), Actor(Role.SUPERVISOR, 3)
IT, OFFICER, SYSTEM = Actor(Role.IT, 9), Actor(Role.PRIVACY_OFFICER, 7), Actor(Role.SYSTEM, 0)


@dataclass
class World:
    done: list[str] = field(default_factory=list)
    log: MemoryLog = field(default_factory=MemoryLog)
    sales: MemorySales = field(default_factory=MemorySales)
    now: datetime = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)

    def __post_init__(self) -> None:
        self.persons = MemoryPersons(self.done)
        self.persons.agreed[MEMBER] = (agreed(PROGRAMME),)  # by somebody who was erased before
        self.trail = MemoryTrail(self.done)
        self.people = People(self.persons, self.trail, self.sales, self.log, clock=lambda: self.now)

    async def enrolled(self, *purposes: Purpose) -> Person:
        person = await self.people.enrol(CASHIER, enrolment(*purposes))
        assert isinstance(person, Person)
        self.done.clear()
        return person
