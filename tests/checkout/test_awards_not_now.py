"""Points by a message of their own, when they cannot be counted now: the till is told, and may ask again."""

import asyncio

import pytest

from pos_bridge.checkout import identify
from pos_bridge.checkout.lane import Lane
from pos_bridge.domain.identity import VaultFault, VaultUnusableError
from pos_bridge.domain.leg import Tender
from pos_bridge.domain.outcome import Busy, Running
from pos_bridge.domain.points import Counted, NotCounted, PointsFault
from pos_bridge.domain.session import Trust
from tests.checkout.choices import TENDERS
from tests.checkout.fakes import ScriptedReaders, World, ask
from tests.checkout.points import award, paid, request, take_back, world_with_points
from tests.checkout.story import story, until


@story
async def test_without_a_vault_or_a_rule_nothing_is_counted():
    for world in (World(), world_with_points()):
        sale = await paid(world)
        lane = world.lane if world.rule is None else Lane(world.parts)
        assert await lane.award(award(100, sale)) == NotCounted(PointsFault.NO_RULE)
    with pytest.raises(VaultUnusableError):
        await Lane(world.parts).counted(request(1), sale, bytes(32))
    with pytest.raises(VaultUnusableError):
        await Lane(world.parts).points(sale, 12_34)
    assert await Lane(world.parts).take_back(take_back(100, sale)) == NotCounted(PointsFault.NO_RULE)


@story
async def test_a_vault_that_fails_is_said_and_the_same_request_is_tried_again():
    world = world_with_points()
    sale = await paid(world)
    world.vault.fault = VaultFault.DISK_FULL
    assert await world.lane.award(award(100, sale)) == NotCounted(PointsFault.VAULT)
    assert await world.lane.take_back(take_back(101, sale)) == NotCounted(PointsFault.VAULT)
    world.vault.fault = None
    assert await world.lane.award(award(100, sale)) == Counted(sale, 12)


@story
async def test_a_journal_that_cannot_be_read_is_no_answer():
    world = world_with_points()
    sale = await paid(world)
    world.journal.unreadable = True
    assert await world.lane.award(award(100)) == NotCounted(PointsFault.VAULT)
    world.journal.unreadable = False
    assert await world.lane.award(award(100)) == Counted(sale, 12)


@pytest.mark.parametrize("tender", TENDERS)
def test_a_journal_that_is_not_believed_gives_no_points(tender):
    """An old copy: what it has as paid may have been given back since."""

    @story
    async def run():
        world = world_with_points()
        sale = await paid(world, tender=tender)
        world.processor.trusted = Trust.ROLLED_BACK
        for asked in (award(100, sale), award(100)):
            assert await world.lane.award(asked) == NotCounted(PointsFault.VAULT)
        assert world.vault.points == {}
        world.processor.trusted = Trust.TRUSTED
        assert await world.lane.award(award(100, sale)) == Counted(sale, 12)
        world.processor.trusted = Trust.ROLLED_BACK
        assert await world.lane.award(award(100, sale)) == Counted(sale, 12), "the vault has it"
        assert await world.lane.take_back(take_back(101, sale)) == Counted(sale, 12)

    run()


def test_a_vault_that_hangs_may_still_do_it(monkeypatch):
    monkeypatch.setattr(identify, "WITHIN_S", 0.05)

    @story
    async def run():
        world = world_with_points()
        sale = await paid(world)
        world.restart()
        hung = asyncio.Event()
        really = world.vault.award

        async def late(*args: object) -> object:
            await asyncio.shield(asyncio.create_task(after(*args)))
            raise AssertionError("nobody waits so long")

        async def after(*args: object) -> object:
            await hung.wait()
            return await really(*args)  # type: ignore[arg-type] # as it was asked

        world.vault.award = late  # type: ignore[method-assign, assignment] # a disk that hangs
        assert await world.lane.award(award(100, sale)) == Running()
        hung.set()
        world.vault.award = really  # type: ignore[method-assign] # and then does not
        await until(lambda: sale in world.vault.points)
        assert await world.lane.counted(request(100), sale, bytes(32)) == Counted(sale, 12)
        assert await world.lane.award(award(100, sale)) == Counted(sale, 12)

    run()


@story
async def test_nothing_is_counted_while_a_payment_runs():
    world = world_with_points()
    sale = await paid(world, tender=Tender.CASH)
    world.parts.readers.card = None  # type: ignore[attr-defined] # the scripted readers
    paying = asyncio.create_task(world.lane.pay(ask(2)))
    await until(lambda: len(world.journal.legs) == 2)
    assert await world.lane.award(award(100, sale)) == Busy("S2")
    assert isinstance(world.readers, ScriptedReaders)
    await world.lane.abort(ask(2).till.request)
    await paying
    assert await world.lane.award(award(100, sale)) == Counted(sale, 12)
