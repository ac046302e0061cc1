"""What is done without anybody asking: once a day, again by the hour where it failed."""

from dataclasses import replace
from datetime import timedelta

from pos_bridge.checkout.upkeep import THIS_PROGRAM, Upkeep
from pos_bridge.domain.audit import Act, AuditEntry
from pos_bridge.domain.identity import VaultFault
from pos_bridge.domain.person import Month
from pos_bridge.log import events
from tests.checkout.people_world import World
from tests.checkout.story import story
from tests.domain.people import MEMBER, TODAY

FAR = timedelta(days=2)


@story
async def test_retention_is_once_a_day_and_renewal_each_time():
    world = World()
    await world.enrolled()
    world.persons.by_choice[MEMBER] = replace(world.persons.by_choice[MEMBER], active=Month(2000, 1))
    upkeep = Upkeep(world.people, lambda: world.now)
    for _ in range(3):
        await upkeep.settle()
    assert world.done.count("renew") == 3
    assert [entry for entry in world.trail.entries if entry.act is Act.RETAIN] == [
        AuditEntry(TODAY, THIS_PROGRAM, Act.RETAIN)
    ]
    assert world.log.events == [events.PeopleForgotten(0, 1)]
    world.now += timedelta(days=1)
    await upkeep.settle()
    assert world.log.events[1:] == [events.PeopleForgotten(0, 0)]


@story
async def test_what_failed_is_tried_again():
    world = World()
    await world.enrolled()
    upkeep = Upkeep(world.people, lambda: world.now)
    world.trail.full = True
    await upkeep.settle()
    assert world.done == ["renew"], "that needs no trail: nobody's data is read"
    world.trail.full = False
    world.persons.broken = VaultFault.DISK
    await upkeep.settle()
    world.persons.broken = None
    await upkeep.settle()
    assert world.log.events == [
        events.TrailUnwritable(),
        events.VaultUnusable(VaultFault.DISK),
        events.PeopleForgotten(0, 0),
    ]


@story
async def test_a_clock_that_is_not_the_processors_makes_nobody_forgotten():
    world = World()
    await world.enrolled()
    told = [None, world.now - FAR, world.now + FAR]
    upkeep = Upkeep(world.people, lambda: told.pop(0))
    while told:
        await upkeep.settle()
    assert [entry.act for entry in world.trail.entries] == [Act.ENROL]
    assert world.log.events == []
    assert world.done.count("renew") == 3, "that asks no clock"
    told.append(world.now - timedelta(hours=23))
    await upkeep.settle()
    assert world.log.events == [events.PeopleForgotten(0, 0)]


@story
async def test_a_renewal_that_fails_is_told_once():
    """The old key is to be gone within a day: somebody has to know that it is not."""
    world = World()
    upkeep = Upkeep(world.people, lambda: world.now)
    await upkeep.settle()
    world.persons.broken = VaultFault.DISK_FULL
    await upkeep.settle()
    await upkeep.settle()
    assert world.log.events == [events.PeopleForgotten(0, 0), events.VaultUnusable(VaultFault.DISK_FULL)]
