"""All that is kept about a person, told to them; and who is forgotten when their time is over."""

from dataclasses import replace
from datetime import date

import pytest

from pos_bridge.checkout.passing import PAGE
from pos_bridge.domain.access import Access, Erased, Recorded, Retained
from pos_bridge.domain.audit import Act, AuditEntry
from pos_bridge.domain.details import NO_DETAILS
from pos_bridge.domain.identity import (
    Channel,
    Choice,
    ChoiceKind,
    Chouchous,
    HomeDelivery,
    Purpose,
    VaultFault,
    VaultUnusableError,
)
from pos_bridge.domain.ledger import JournalUnwritableError, KnownLeg
from pos_bridge.domain.leg import Flow, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.person import LinkedSale, Month, Person, PersonFault, Right, RightRequest, Whose
from pos_bridge.domain.points import Earned, PointsRule
from pos_bridge.log import events
from tests.checkout.people_world import CASHIER, OFFICER, SUPERVISOR, SYSTEM, World
from tests.checkout.story import story
from tests.domain.people import DOOR, MEMBER, ORDER, TODAY, ZOE, agreed, delivery, enrolment

RULE = PointsRule("2026-1", 1, 100)


def cash(key: LegKey, cents: int = 1234, sale: LegKey | None = None) -> KnownLeg:
    kind, state = (Kind.SALE, State.CASH_TAKEN) if sale is None else (Kind.REFUND, State.CASH_REFUNDED)
    return KnownLeg(key, Tender.CASH, state, Amount(cents), False, Flow.TWO_MESSAGES, None, None, cents, kind, sale)


@story
async def test_a_member_is_told_all_of_it():
    world = World()
    person = await world.enrolled(Purpose.PROGRAMME, Purpose.OFFERS)
    await world.people.receive(SUPERVISOR, MEMBER, Right.ACCESS, date(2026, 11, 3))
    first, second, forgotten, refund = (LegKey.fresh() for _ in range(4))
    earned = Earned.of(RULE, 5000, 5000).after_returns(1000)
    world.persons.links[person.id] = tuple(
        LinkedSale(key, ChoiceKind.CHOUCHOUS, points)
        for key, points in ((second, earned), (forgotten, None), (first, Earned.of(RULE, 1234, 1234)))
    )
    world.sales.legs = {first: cash(first), second: cash(second, 5000), refund: cash(refund, 1000, second)}
    world.sales.when = {first: Recorded(date(2026, 3, 2), 11), second: Recorded(date(2026, 10, 30), 9)}
    told = await world.people.access(OFFICER, MEMBER)
    assert isinstance(told, Access)
    assert told.person.details == ZOE
    assert told.person.requests == (RightRequest(Right.ACCESS, date(2026, 11, 3), TODAY),), "answered"
    assert (told.day, told.withheld, told.told_to) == (TODAY, False, ())
    assert told.in_force == {Purpose.PROGRAMME, Purpose.OFFERS}
    assert [sale.linked.key for sale in told.sales] == [forgotten, first, second]
    assert [sale.leg for sale in told.sales] == [None, cash(first), cash(second, 5000)]
    assert told.sales[2].recorded == Recorded(date(2026, 10, 30), 9)
    assert told.sales[2].refunds == (cash(refund, 1000, second),)
    assert told.points == 12 + 40
    assert world.trail.last == AuditEntry(TODAY, OFFICER, Act.ACCESS, None, person.id)
    assert world.persons.by_choice[MEMBER] == told.person
    assert "Roy" not in repr(told)


@story
async def test_a_recipients_address_is_not_told_to_who_ordered():
    world = World()
    await world.people.deliver(CASHIER, delivery(whose=Whose.RECIPIENT))
    told = await world.people.access(OFFICER, ORDER)
    assert isinstance(told, Access)
    assert (told.withheld, told.person.details) == (True, NO_DETAILS)
    assert told.points is None
    assert world.persons.by_choice[ORDER].details == DOOR, "kept to deliver it"
    own = HomeDelivery("WEB-78")
    await world.people.deliver(CASHIER, replace(delivery(), choice=own))
    told = await world.people.access(OFFICER, own)
    assert isinstance(told, Access)
    assert (told.withheld, told.person.details) == (False, DOOR)


@story
async def test_nobody_and_an_unreadable_journal():
    world = World()
    assert await world.people.access(OFFICER, MEMBER) is PersonFault.UNKNOWN
    person = await world.enrolled()
    await world.people.receive(SUPERVISOR, MEMBER, Right.ACCESS)
    world.persons.links[person.id] = (LinkedSale(LegKey.fresh(), ChoiceKind.CHOUCHOUS, None),)
    world.sales.unreadable = True
    with pytest.raises(JournalUnwritableError):
        await world.people.access(OFFICER, MEMBER)
    assert world.persons.by_choice[MEMBER].requests[0].open, "it was not answered"


@story
async def test_what_somebody_who_is_gone_had_agreed_to():
    world = World()
    assert await world.people.proof(OFFICER, ORDER) is PersonFault.UNKNOWN
    history = (agreed(Purpose.PROGRAMME),)
    world.persons.agreed[MEMBER] = history
    assert await world.people.proof(OFFICER, MEMBER) == history
    assert await world.people.proof(SUPERVISOR, MEMBER) is PersonFault.NOT_ALLOWED
    assert [(entry.act, entry.person, entry.refused) for entry in world.trail.entries] == [
        (Act.PROVE, None, None),
        (Act.PROVE, None, None),
        (Act.PROVE, None, PersonFault.NOT_ALLOWED),
    ]


# ---- retention ----


@story
async def test_everybody_whose_time_is_over_is_forgotten():
    world = World()
    kept: list[Choice] = []
    gone: list[Choice] = []
    for number in range(PAGE + 30):
        member, order = Chouchous(f"CH-{number}"), HomeDelivery(f"WEB-{number}")
        there = await world.people.enrol(CASHIER, replace(enrolment(), choice=member))
        assert isinstance(there, Person)
        old = replace(there, active=Month(2023, 10 if number % 2 else 11))
        world.persons.by_choice[member] = old
        (gone if number % 2 else kept).append(member)
        if number % 10 == 0:
            there = await world.people.deliver(CASHIER, replace(delivery(), choice=order))
            assert isinstance(there, Person)
            until = date(2026, 11, 22 if number % 20 else 23)
            world.persons.by_choice[order] = replace(there, keep_until=until)
            (gone if number % 20 else kept).append(order)
    world.persons.proofs = 4
    members = sum(isinstance(choice, Chouchous) for choice in gone)
    entries = len(world.trail.entries)
    assert await world.people.retain(SYSTEM) == Retained(len(gone) - members, members, 4)
    assert set(world.persons.by_choice) == set(kept)
    assert world.trail.entries[entries:] == [AuditEntry(TODAY, SYSTEM, Act.RETAIN)]
    assert world.log.events == [events.ProofsForgotten(4), events.PeopleForgotten(len(gone) - members, members)]
    assert world.persons.most_at_once == PAGE
    assert world.done.count("forget") == 2, "the members and the orders, of several pages: each writes the file anew"
    assert await world.people.retain(SYSTEM) == Retained(0, 0, 0)


@story
async def test_who_asks_for_something_while_retention_goes_through_everybody_is_kept():
    world = World()
    await world.enrolled(Purpose.PROGRAMME)
    old = replace(world.persons.by_choice[MEMBER], active=Month(2000, 1))
    world.persons.by_choice[MEMBER] = old
    asked = replace(old, requests=(RightRequest(Right.ACCESS, TODAY),))
    world.persons.before_forget = lambda: world.persons.by_choice.update({MEMBER: asked})
    assert await world.people.retain(SYSTEM) == Retained(0, 0, 0)
    assert world.persons.by_choice == {MEMBER: asked}


@story
async def test_who_asked_for_something_is_kept():
    world = World()
    await world.enrolled(Purpose.PROGRAMME)
    await world.people.receive(SUPERVISOR, MEMBER, Right.ACCESS)
    world.persons.by_choice[MEMBER] = replace(world.persons.by_choice[MEMBER], active=Month(2000, 1))
    assert await world.people.retain(SYSTEM) == Retained(0, 0, 0)
    await world.people.access(OFFICER, MEMBER)
    assert await world.people.retain(SYSTEM) == Retained(0, 1, 0)


@story
async def test_one_that_cannot_be_read_keeps_nobody_else():
    world = World()
    damaged = HomeDelivery("WEB-0")
    for choice, name in ((damaged, b"\xff" * 32), (ORDER, b"\x01" * 32)):
        there = await world.people.deliver(CASHIER, replace(delivery(), choice=choice))
        assert isinstance(there, Person)
        world.persons.by_choice[choice] = replace(there, id=name, keep_until=date(2026, 1, 1))
    world.persons.unreadable = {damaged}
    with pytest.raises(VaultUnusableError):
        await world.people.retain(SYSTEM)
    assert set(world.persons.by_choice) == {damaged}
    assert events.PeopleForgotten(1, 0) in world.log.events
    assert await world.people.erase(OFFICER, damaged) == Erased(acknowledged=True, renewed=False)
    assert world.trail.last == AuditEntry(TODAY, OFFICER, Act.ERASE), "of whom, nobody could read"


@story
async def test_withdrawing_everything_forgets_nobody_at_once():
    world = World()
    await world.enrolled(Purpose.PROGRAMME)
    await world.people.withdraw(CASHIER, MEMBER, [Purpose.PROGRAMME], Channel.TILL)
    assert await world.people.retain(SYSTEM) == Retained(0, 0, 0)
    world.now = world.now.replace(year=2027)
    assert await world.people.retain(SYSTEM) == Retained(0, 1, 0)


@story
async def test_erased_is_erased_whatever_happens_to_what_is_owed():
    """Told as a failure it would be asked again, and then there is nobody of that number."""
    world = World()
    await world.enrolled(Purpose.PROGRAMME)
    world.persons.broken_from = "owed"
    assert await world.people.erase(OFFICER, MEMBER) == Erased(acknowledged=False, renewed=False)
    assert world.persons.by_choice == {}
    assert events.VaultUnusable(VaultFault.DISK) in world.log.events
