"""A vault that fails, hangs or was taken away: the sale goes on, and nothing untrue is told."""

import pytest

from pos_bridge.checkout import identify
from pos_bridge.checkout.lane import Lane
from pos_bridge.domain.identity import VaultFault, VaultUnusableError
from pos_bridge.domain.leg import Tender
from pos_bridge.domain.outcome import PaidByCard, PaidInCash
from pos_bridge.log import events
from tests.checkout.choices import CHOUCHOUS, MEMBER, TENDERS, HangingVault, LateVault
from tests.checkout.fakes import MemoryVault, World, ask
from tests.checkout.story import story

# ---- a vault that cannot be used ----


@story
async def test_a_till_whose_vault_was_taken_away_does_not_say_that_nobody_is_kept():
    world = World()
    outcome = await world.lane.pay(ask(tender=Tender.CASH, choices=(MEMBER,)))
    assert isinstance(outcome, PaidInCash)
    await world.identify.close()
    without = Lane(world.parts)
    with pytest.raises(VaultUnusableError):
        await without.known(outcome.key)
    assert await without.pay(ask(2, tender=Tender.CASH, choices=(MEMBER,))) is not None
    assert world.vault.asked == ["hold", "keep"]


@pytest.mark.parametrize("tender", TENDERS)
@pytest.mark.parametrize("fault", list(VaultFault))
def test_a_vault_that_cannot_be_used_stops_no_sale(tender, fault):
    @story
    async def run():
        world = World()
        world.vault.fault = fault
        for number in (1, 2, 3):
            outcome = await world.lane.pay(ask(number, tender=tender, choices=(MEMBER,)))
            assert isinstance(outcome, PaidByCard | PaidInCash)
            assert outcome.known == frozenset()
            assert await world.lane.known(outcome.key) == frozenset(), "as it was told"
        assert world.log.events == [events.VaultUnusable(fault)], "once: a line a sale would tell when it was"
        world.vault.fault = None
        outcome = await world.lane.pay(ask(4, tender=tender, choices=(MEMBER,)))
        assert isinstance(outcome, PaidByCard | PaidInCash)
        assert outcome.known == {CHOUCHOUS}
        await world.identify.close()
        world.vault.fault = fault
        await world.lane.pay(ask(5, tender=tender, choices=(MEMBER,)))
        assert world.log.events == [events.VaultUnusable(fault)] * 2
        with pytest.raises(VaultUnusableError):
            await world.lane.known(outcome.key)
        await world.settled()

    run()


@pytest.mark.parametrize("tender", TENDERS)
def test_a_vault_that_hangs_is_not_waited_for_and_keeps_nothing_later(tender, monkeypatch):
    """Not even where the power is lost before the engine could drop what the disk has."""
    monkeypatch.setattr(identify, "WITHIN_S", 0.05)

    @story
    async def run():
        world = World()
        world.vault = HangingVault()
        world.restart()
        outcome = await world.lane.pay(ask(tender=tender, choices=(MEMBER,)))
        assert isinstance(outcome, PaidByCard | PaidInCash)
        assert outcome.known == frozenset()
        assert await world.lane.known(outcome.key) == frozenset(), "as it was told"
        assert world.log.events == [events.VaultUnusable(VaultFault.DISK)]
        await world.settled()
        on_disk, world.vault = world.vault.holding, MemoryVault()
        assert len(on_disk) == 1
        world.vault.holding = dict(on_disk)
        await world.crash()
        await world.identify.settle()
        assert (world.vault.kept, world.vault.holding) == ({}, {}), "it was told as not kept"

    run()


@story
async def test_what_could_not_be_kept_at_once_is_kept_later():
    world = World()
    vault = world.vault = LateVault()
    world.restart()
    outcome = await world.lane.pay(ask(tender=Tender.CASH, choices=(MEMBER,)))
    assert isinstance(outcome, PaidInCash)
    vault.fault = VaultFault.DISK_FULL
    vault.late.set()
    await world.identify.close()
    assert outcome.key in vault.holding
    await world.identify.settle()
    vault.fault = None
    await world.identify.settle()
    assert outcome.key in vault.kept
