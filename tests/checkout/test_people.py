"""Acts on a person's data, each by itself: at a till, by right and when due; what is done, and what is noted of it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pos_bridge.domain.access import Due, Duty, Erased, Shown
from pos_bridge.domain.audit import Act, AuditEntry
from pos_bridge.domain.details import Field, Unfit, UnfitDetailError
from pos_bridge.domain.identity import Channel, GivenBy, HomeDelivery, Purpose
from pos_bridge.domain.person import Month, Person, PersonFault, Refusal, Right, RightRequest, Whose
from pos_bridge.domain.person_change import withdrawn
from pos_bridge.domain.purposes import READS
from tests.checkout.people_world import CASHIER, OFFICER, SUPERVISOR, World
from tests.checkout.story import story
from tests.domain.people import CONTACT, DOOR, MEMBER, OFFERS, ORDER, PROGRAMME, TODAY, ZOE, agreed, delivery, enrolment

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
