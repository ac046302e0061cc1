"""What is still held at the start, and by the hour, goes where the journal says."""

import asyncio
from dataclasses import replace

import pytest

from pos_bridge.domain.ledger import JournalHead, JournalUnwritableError, Opening
from pos_bridge.domain.leg import IN_MEMORY, Cause, State, Tender
from pos_bridge.domain.leg_key import LegKey
from tests.checkout.choices import MEMBER
from tests.checkout.fakes import ScriptedReaders, World, ask
from tests.checkout.sales import sold
from tests.checkout.story import story, until

VERDICTS = {
    State.CAPTURING: "kept", State.CAPTURED: "kept", State.CAPTURE_LOST: "kept", State.CASH_TAKEN: "kept",
    State.DECLINED: "dropped", State.ENDED: "dropped", State.REVERSING: "dropped", State.REVERSED: "dropped",
    State.GIVING_BACK: "dropped", State.GIVEN_BACK: "dropped", State.CASH_CANCELLED: "dropped", None: "dropped",
    State.REFUND_INTENT: "dropped", State.REFUNDED: "dropped", State.REFUND_DECLINED: "dropped",
    State.CASH_REFUNDED: "dropped",
    State.INTENT: "held", State.UNRESOLVED: "held", State.AUTHORISED: "held", State.CASH_DUE: "held",
}  # fmt: skip
VOIDED = {State.REVERSING: "kept", State.REVERSED: "kept"}


def test_every_state_that_a_journal_can_hold_has_its_verdict():
    assert set(VERDICTS) == set(State) - IN_MEMORY | {None}


@pytest.mark.parametrize(
    ("state", "cause", "verdict"),
    [(state, None, verdict) for state, verdict in VERDICTS.items()]
    + [(state, Cause.VOIDED, verdict) for state, verdict in VOIDED.items()],
)
def test_what_an_earlier_run_held_goes_where_the_journal_says(state, cause, verdict):
    @story
    async def run():
        world = World()
        key = await sold(world)
        if state is None:
            world.journal.legs.clear()
        else:
            world.journal.legs[key] = replace(world.journal.legs[key], state=state, cause=cause)
        world.restart()
        world.vault.holding[key] = ()
        await world.identify.settle()
        where = "kept" if key in world.vault.kept else "held" if key in world.vault.holding else "dropped"
        assert where == verdict
        await world.identify.settle()

    run()


@pytest.mark.parametrize(
    ("cause", "where"), [(Cause.TOO_LATE, "dropped"), (Cause.CARD_NEEDED, "dropped"), (None, "held")]
)
def test_a_sale_that_was_told_as_not_paid_holds_nobody_until_a_person_decides(cause, where):
    """The money is given back by hand; what a damaged journal left in doubt may have been paid."""

    @story
    async def run():
        world = World()
        key = await sold(world)
        world.journal.legs[key] = replace(world.journal.legs[key], state=State.UNRESOLVED, cause=cause)
        world.restart()
        world.vault.holding[key] = ()
        await world.identify.settle()
        assert (key in world.vault.holding, world.vault.kept) == (where == "held", {})

    run()


@story
async def test_a_cancelled_payment_whose_journal_is_late_is_judged_by_what_it_wrote():
    """Reads of the journal go before its writes: *no such leg* is not known while one may still be written."""
    world = World()
    opened, open_leg = asyncio.Event(), world.journal.open_leg

    async def late(opening: Opening) -> JournalHead:
        await asyncio.shield(asyncio.create_task(written(opening)))
        raise AssertionError("it was cancelled")

    async def written(opening: Opening) -> JournalHead:
        await opened.wait()
        return await open_leg(opening)

    world.journal.open_leg = late  # type: ignore[method-assign] # a slow disk
    paying = asyncio.create_task(world.lane.pay(ask(tender=Tender.CASH, choices=(MEMBER,))))
    await until(lambda: len(world.vault.holding) == 1)
    (payment,) = world.lane._admission._live.values()
    assert payment.task is not None
    payment.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await paying
    await world.identify.close()
    opened.set()
    await until(lambda: world.journal.words() == [State.CASH_TAKEN.value])
    (key,) = world.journal.legs
    world.restart()
    await world.identify.settle()
    assert key in world.vault.kept


@story
async def test_what_is_held_for_a_sale_that_runs_is_left_alone():
    world = World(readers=ScriptedReaders(None))
    paying = asyncio.create_task(world.lane.pay(ask(choices=(MEMBER,))))
    await until(lambda: bool(world.journal.legs))
    await world.identify.settle()
    assert len(world.vault.holding) == 1
    await world.lane.abort(ask().till.request)
    await paying
    await world.identify.close()
    assert world.vault.holding == {}


@pytest.mark.parametrize("fault", [JournalUnwritableError(), RuntimeError()])
def test_what_is_held_stays_so_while_the_journal_cannot_be_read(fault, monkeypatch):
    async def unreadable(key: LegKey) -> None:
        raise fault

    @story
    async def run():
        world = World()
        key = await sold(world)
        world.vault.holding[key] = ()
        with monkeypatch.context() as patched:
            patched.setattr(world.journal, "find_leg", unreadable)
            await world.identify.settle()
            assert key in world.vault.holding
        await world.identify.settle()
        assert key in world.vault.kept

    run()
