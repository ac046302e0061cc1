"""Acts on a person's data: by whoever may, for what they agreed to, noted before they are done."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pos_bridge import events
from pos_bridge.checkout.people import WITHIN_S, People
from pos_bridge.domain.access import Due, Duty, Erased, Shown
from pos_bridge.domain.audit import MAY, Act, Actor, AuditEntry, Role, TrailUnwritableError
from pos_bridge.domain.details import Field, Unfit, UnfitDetailError
from pos_bridge.domain.identity import Channel, GivenBy, HomeDelivery, Purpose, VaultFault, VaultUnusableError
from pos_bridge.domain.person import Month, Person, PersonFault, Refusal, Right, RightRequest, Whose
from pos_bridge.domain.person_change import withdrawn
from pos_bridge.domain.purposes import READS
from tests.checkout.fakes import MemoryLog
from tests.checkout.memory_people import MemoryPersons, MemorySales, MemoryTrail
from tests.checkout.story import story
from tests.checkout.virtual_time import VirtualTimeLoop
from tests.domain.people import DOOR, MEMBER, ORDER, TODAY, ZOE, agreed, delivery, enrolment

CASHIER, SUPERVISOR = Actor(Role.CASHIER, 12), Actor(Role.SUPERVISOR, 3)
IT, OFFICER, SYSTEM = Actor(Role.IT, 9), Actor(Role.PRIVACY_OFFICER, 7), Actor(Role.SYSTEM, 0)
PROGRAMME, OFFERS, CONTACT = Purpose.PROGRAMME, Purpose.OFFERS, Purpose.CONTACT


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


# ---- who may ----

Call = Callable[[People, Actor], Awaitable[object]]

CALLS: dict[Act, Call] = {
    Act.ENROL: lambda people, actor: people.enrol(actor, enrolment()),
    Act.DELIVER: lambda people, actor: people.deliver(actor, delivery()),
    Act.READ: lambda people, actor: people.look_up(actor, MEMBER, PROGRAMME),
    Act.ACCESS: lambda people, actor: people.access(actor, MEMBER),
    Act.RECTIFY: lambda people, actor: people.rectify(actor, MEMBER, {Field.CITY: "Laval"}),
    Act.WITHDRAW: lambda people, actor: people.withdraw(actor, MEMBER, [OFFERS], Channel.TILL),
    Act.ERASE: lambda people, actor: people.erase(actor, MEMBER),
    Act.REQUEST: lambda people, actor: people.receive(actor, MEMBER, Right.ACCESS),
    Act.REFUSE: lambda people, actor: people.refuse(actor, MEMBER, Right.ACCESS, Refusal.NOT_VERIFIED),
    Act.LIST_DUE: lambda people, actor: people.due(actor),
    Act.RETAIN: lambda people, actor: people.retain(actor),
    Act.PROVE: lambda people, actor: people.proof(actor, MEMBER),
}


def test_each_act_has_its_rule_and_its_call():
    assert set(MAY) == set(Act)
    assert set(Act) - set(CALLS) == {Act.APPROVE_REFUND}, "of no person: tests/operators"
    calls = {name for name in vars(People) if not name.startswith("_") and callable(vars(People)[name])}
    others = {"consent", "renew"}  # enrolment too; of nobody
    assert len(calls - others) == len(CALLS), "a new call stands in CALLS"


@pytest.mark.parametrize("actor", [CASHIER, SUPERVISOR, IT, OFFICER, SYSTEM], ids=lambda actor: actor.role.name)
@pytest.mark.parametrize("act", CALLS, ids=lambda act: act.name)
def test_only_who_may(act, actor):
    @story
    async def run():
        world = World()
        await world.enrolled(PROGRAMME, OFFERS)
        answer = await CALLS[act](world.people, actor)
        entry = world.trail.last
        assert (entry.act, entry.actor, entry.day) == (act, actor, TODAY)
        if actor.role in MAY[act]:
            assert not isinstance(answer, PersonFault)
            assert entry.refused is None
        else:
            assert answer is PersonFault.NOT_ALLOWED
            assert world.done == ["note"], "nothing is looked at, and the refusal is noted"
            assert (entry.refused, entry.person) == (PersonFault.NOT_ALLOWED, None)

    run()


@story
async def test_whoever_may_not_is_not_told_whether_there_is_somebody():
    world = World()
    assert await world.people.access(CASHIER, MEMBER) is PersonFault.NOT_ALLOWED


# ---- noted before it is done ----


@pytest.mark.parametrize("act", CALLS, ids=lambda act: act.name)
def test_it_is_noted_before_it_is_done(act):
    @story
    async def run():
        world = World()
        await world.enrolled(PROGRAMME, OFFERS)
        actor = next(actor for actor in (CASHIER, OFFICER, SYSTEM) if actor.role in MAY[act])
        await CALLS[act](world.people, actor)
        before, _, after = " ".join(world.done).partition("note")
        assert set(before.split()) <= {"person"}, "to see whether it can be, and who it is"
        assert "note" not in after

    run()


@pytest.mark.parametrize("act", CALLS, ids=lambda act: act.name)
def test_what_the_trail_does_not_take_is_not_done(act):
    @story
    async def run():
        world = World()
        before = await world.enrolled(PROGRAMME, OFFERS)
        world.trail.full = True
        actor = next(actor for actor in (CASHIER, OFFICER, SYSTEM) if actor.role in MAY[act])
        for _ in range(2):
            with pytest.raises(TrailUnwritableError):
                await CALLS[act](world.people, actor)
        assert world.persons.by_choice == {MEMBER: before}
        assert set(world.done) <= {"person"}
        assert world.log.events == [events.TrailUnwritable()], "once"
        world.trail.full = False
        await CALLS[act](world.people, actor)
        world.trail.full = True
        with pytest.raises(TrailUnwritableError):
            await CALLS[act](world.people, actor)
        assert world.log.events.count(events.TrailUnwritable()) == 2

    run()


@pytest.mark.parametrize("act", CALLS, ids=lambda act: act.name)
def test_a_vault_that_fails_is_told(act):
    @story
    async def run():
        world = World()
        await world.enrolled(PROGRAMME, OFFERS)
        world.persons.broken = VaultFault.DISK_FULL
        actor = next(actor for actor in (CASHIER, OFFICER, SYSTEM) if actor.role in MAY[act])
        for _ in range(2):
            with pytest.raises(VaultUnusableError) as caught:
                await CALLS[act](world.people, actor)
            assert caught.value.fault is VaultFault.DISK_FULL
        assert world.log.events == [events.VaultUnusable(VaultFault.DISK_FULL)]

    run()


AT_A_TILL = (Act.ENROL, Act.DELIVER, Act.READ, Act.WITHDRAW)


@pytest.mark.parametrize("hangs", ["vault", "trail"])
@pytest.mark.parametrize("act", AT_A_TILL, ids=lambda act: act.name)
def test_a_customer_waits_for_no_disk_that_hangs(act, hangs):
    async def run(loop: VirtualTimeLoop) -> None:
        world = World()
        await world.enrolled(PROGRAMME, OFFERS)
        never = asyncio.Event()

        async def hang(*_: object) -> None:
            await never.wait()

        target: object = world.persons if hangs == "vault" else world.trail
        for name in ("person", "change") if hangs == "vault" else ("note",):
            setattr(target, name, hang)
        began = loop.time()
        with pytest.raises(VaultUnusableError if hangs == "vault" else TrailUnwritableError):
            await CALLS[act](world.people, CASHIER)
        assert loop.time() - began == pytest.approx(WITHIN_S)

    loop = VirtualTimeLoop()
    try:
        loop.run_until_complete(run(loop))
    finally:
        loop.close()


# ---- at a till ----


@story
async def test_enrolling_and_what_is_noted_of_it():
    world = World()
    person = await world.people.enrol(CASHIER, enrolment(PROGRAMME, OFFERS))
    assert isinstance(person, Person)
    assert person.details == ZOE
    assert world.trail.entries == [AuditEntry(TODAY, CASHIER, Act.ENROL)], "of nobody yet"
    assert await world.people.enrol(CASHIER, enrolment(PROGRAMME, OFFERS)) == person
    assert world.trail.last.person == person.id
    other = enrolment(PROGRAMME, given=DOOR)
    assert await world.people.enrol(CASHIER, other) is PersonFault.EXISTS
    assert world.trail.last == AuditEntry(TODAY, CASHIER, Act.ENROL, None, person.id, PersonFault.EXISTS)
    child = enrolment(by=GivenBy.PARENT)
    assert await world.people.enrol(CASHIER, child) is PersonFault.UNFIT


@story
async def test_a_delivery_and_its_recipient():
    world = World()
    kept = world.people.retention.keep_until(TODAY)
    assert isinstance(await world.people.deliver(CASHIER, delivery(whose=Whose.RECIPIENT, until=kept)), Person)
    found = await world.people.look_up(CASHIER, ORDER, Purpose.DELIVERY)
    assert isinstance(found, Shown)
    assert found.details == DOOR
    assert await world.people.look_up(OFFICER, ORDER, CONTACT) is PersonFault.NOT_FOR_PURPOSE


@story
async def test_a_purpose_is_asked_for_at_each_look():
    world = World()
    person = await world.enrolled(PROGRAMME, OFFERS)
    found = await world.people.look_up(CASHIER, MEMBER, OFFERS)
    assert isinstance(found, Shown)
    assert found == Shown(ZOE.only(READS[OFFERS]), frozenset({PROGRAMME, OFFERS}))
    assert world.trail.last == AuditEntry(TODAY, CASHIER, Act.READ, OFFERS, person.id)
    for purpose, fields, fault in (
        (CONTACT, None, PersonFault.NO_CONSENT),
        (Purpose.DELIVERY, None, PersonFault.NOT_FOR_PURPOSE),
        (OFFERS, {Field.STREET}, PersonFault.NOT_FOR_PURPOSE),  # a delivery address for offers
    ):
        assert await world.people.look_up(CASHIER, MEMBER, purpose, fields) is fault
        assert world.trail.last == AuditEntry(TODAY, CASHIER, Act.READ, purpose, person.id, fault)
    assert await world.people.look_up(CASHIER, HomeDelivery("WEB-0"), Purpose.DELIVERY) is PersonFault.UNKNOWN
    assert world.trail.last.refused is PersonFault.UNKNOWN


@story
async def test_withdrawing_one_purpose():
    world = World()
    await world.enrolled(PROGRAMME, OFFERS)
    person = await world.people.withdraw(CASHIER, MEMBER, [OFFERS], Channel.TILL)
    assert isinstance(person, Person)
    assert person.in_force(TODAY) == {PROGRAMME}
    assert person.details == ZOE
    assert world.trail.last.purpose is OFFERS
    assert await world.people.look_up(CASHIER, MEMBER, OFFERS) is PersonFault.NO_CONSENT
    both = await world.people.withdraw(OFFICER, MEMBER, [OFFERS, PROGRAMME], Channel.MAIL)
    assert isinstance(both, Person)
    assert both.in_force(TODAY) == set()
    assert world.trail.entries[-1].purpose is None, "several"
    again = await world.people.consent(CASHIER, MEMBER, agreed(PROGRAMME, CONTACT))
    assert isinstance(again, Person)
    assert again.in_force(TODAY) == {PROGRAMME, CONTACT}


@story
async def test_somebody_elses_change_between_the_look_and_the_change():
    world = World()
    world.persons.before_change = lambda person: replace(
        person or Person(bytes(32), MEMBER, Month(2026, 11)), details=DOOR
    )
    assert await world.people.enrol(CASHIER, enrolment()) is PersonFault.EXISTS
    assert [entry.refused for entry in world.trail.entries] == [None, PersonFault.EXISTS], "planned, then not done"


# ---- rights ----


@story
async def test_rectifying():
    world = World()
    person = await world.enrolled()
    await world.people.receive(SUPERVISOR, MEMBER, Right.RECTIFY, date(2026, 11, 20))
    changed = await world.people.rectify(SUPERVISOR, MEMBER, {Field.CITY: "Laval", Field.PHONE: None})
    assert isinstance(changed, Person)
    assert changed.details == ZOE.changed({Field.CITY: "Laval", Field.PHONE: None})
    assert changed.requests == (RightRequest(Right.RECTIFY, date(2026, 11, 20), TODAY),)
    with pytest.raises(UnfitDetailError) as caught:
        await world.people.rectify(SUPERVISOR, MEMBER, {Field.LAST_NAME: "4921817844445119"})
    assert (caught.value.field, caught.value.why) == (Field.LAST_NAME, Unfit.CARD_NUMBER)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert world.trail.last == AuditEntry(TODAY, SUPERVISOR, Act.RECTIFY, None, person.id, PersonFault.UNFIT)
    assert world.persons.by_choice[MEMBER] == changed


@story
async def test_erasing():
    world = World()
    person = await world.enrolled()
    await world.people.receive(SUPERVISOR, MEMBER, Right.ERASE)
    world.persons.copied = False
    assert await world.people.erase(OFFICER, MEMBER) == Erased(acknowledged=False, renewed=False)
    assert world.trail.last == AuditEntry(TODAY, OFFICER, Act.ERASE, None, person.id)
    assert not world.persons.by_choice
    assert await world.people.erase(OFFICER, MEMBER) is PersonFault.UNKNOWN
    await world.enrolled()
    world.persons.copied = True
    assert await world.people.erase(OFFICER, MEMBER) == Erased(acknowledged=True, renewed=False)


@story
async def test_a_refused_request_keeps_the_data_while_it_can_be_disputed():
    world = World()
    person = await world.enrolled()
    refused = await world.people.refuse(OFFICER, MEMBER, Right.RECTIFY, Refusal.WRONG_AS_ASKED)
    assert isinstance(refused, Person)
    assert await world.people.erase(OFFICER, MEMBER) is PersonFault.RECOURSE_OPEN
    assert world.trail.last == AuditEntry(TODAY, OFFICER, Act.ERASE, None, person.id, PersonFault.RECOURSE_OPEN)
    assert "erase" not in world.done
    world.now += timedelta(days=31)
    assert isinstance(await world.people.erase(OFFICER, MEMBER), Erased)


# ---- what is due ----


@story
async def test_what_is_due():
    world = World()
    world.persons.copied = False
    for number, day in enumerate((date(2026, 11, 20), date(2026, 10, 1), date(2026, 11, 1))):
        order = HomeDelivery(f"WEB-{number}")
        await world.people.deliver(CASHIER, replace(delivery(), choice=order))
        await world.people.receive(SUPERVISOR, order, Right.ACCESS, day)
    await world.people.enrol(SUPERVISOR, enrolment(by=GivenBy.PARENT, until=Month(2026, 11)))
    await world.people.receive(SUPERVISOR, MEMBER, Right.ERASE)
    await world.people.refuse(OFFICER, MEMBER, Right.ERASE, Refusal.NOT_VERIFIED)
    gone = HomeDelivery("WEB-9")
    await world.people.deliver(CASHIER, replace(delivery(), choice=gone))
    await world.people.erase(OFFICER, gone)
    found = await world.people.due(OFFICER)
    assert isinstance(found, Due)
    assert [(duty.received, duty.due) for duty in found.duties] == [
        (date(2026, 10, 1), date(2026, 10, 31)),
        (date(2026, 11, 1), date(2026, 12, 1)),
        (date(2026, 11, 20), date(2026, 12, 20)),
    ]
    assert (found.copies, found.renewal) == (1, True)
    world.now += timedelta(days=8)  # December: the child is surely 14
    found = await world.people.due(OFFICER)
    assert isinstance(found, Due)
    assert Duty(MEMBER, None, date(2026, 12, 1), date(2026, 12, 31)) in found.duties
    assert world.persons.by_choice[MEMBER].in_force(world.people.today) == set()


def test_what_was_withdrawn_is_withdrawn_by_the_same_function():
    """The people service adds nothing of its own to a person."""

    @story
    async def run():
        world = World()
        before = await world.enrolled(PROGRAMME, OFFERS)
        after = await world.people.withdraw(CASHIER, MEMBER, [OFFERS], Channel.WEB)
        assert after == withdrawn(before, [OFFERS], Channel.WEB, TODAY)

    run()
