"""Each act on a person's data: by whoever may, noted before it is done, and not done where it cannot be noted."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from pos_bridge.checkout.people import WITHIN_S, People
from pos_bridge.domain.audit import MAY, Act, Actor, TrailUnwritableError
from pos_bridge.domain.details import Field
from pos_bridge.domain.identity import Channel, VaultFault, VaultUnusableError
from pos_bridge.domain.person import PersonFault, Refusal, Right
from pos_bridge.log import events
from tests.checkout.people_world import CASHIER, IT, OFFICER, SUPERVISOR, SYSTEM, World
from tests.checkout.story import story
from tests.checkout.virtual_time import VirtualTimeLoop
from tests.domain.people import MEMBER, OFFERS, PROGRAMME, TODAY, delivery, enrolment

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
