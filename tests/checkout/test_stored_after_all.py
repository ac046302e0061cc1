"""What a failing disk kept all the same: a row that was said not to be written, and is there at the next start."""

import pytest

from pos_bridge.checkout import card_sale
from pos_bridge.domain.authorisation import Unknown
from pos_bridge.domain.happening import Reversed
from pos_bridge.domain.ledger import JournalHead, JournalUnwritableError, Opening
from pos_bridge.domain.leg import Cause, State, Tender
from pos_bridge.domain.outcome import NotPaid, NotRecordable, PaidByCard, PaidInCash, Refunded, Running
from tests.checkout.baskets import part
from tests.checkout.fakes import (
    INTERAC,
    MemoryJournal,
    ScriptedProcessor,
    ScriptedReaders,
    World,
    ask,
    refund_ask,
)
from tests.checkout.story import story


def test_an_approval_that_may_be_on_disk_is_not_told_as_unpaid_before_it_is_reversed(monkeypatch):
    """A failed sync can leave the row whole in the file: the next start would then capture it."""
    monkeypatch.setattr(card_sale, "UNDO_WITHIN_S", 0.05)

    @story
    async def run():
        world = World(ScriptedProcessor(reversals=[Unknown()]))
        world.journal.break_after = 1
        assert await world.lane.pay(ask()) == Running()
        assert await world.lane.pay(ask()) == Running()
        assert await world.lane.status(ask().till.request) == Running()
        world.processor.reversals = [Reversed(None)]
        world.journal.broken, world.journal.break_after = False, None
        await world.settled()
        assert isinstance(await world.lane.pay(ask()), NotPaid)
        assert len(world.processor.asked) == 1

    run()


@pytest.mark.parametrize("said", [Reversed(Cause.CARD_NEEDED), Reversed(Cause.TOMBSTONED, trusted=False)])
def test_an_approval_that_only_a_person_can_undo_is_not_told_as_not_paid_before_that_is_on_disk(said):
    """Until then the disk may say *approved* after all, and so would the next start."""

    @story
    async def run():
        world = World(ScriptedProcessor(reversals=[said]), ScriptedReaders(INTERAC))
        world.journal.break_after = 1
        assert await world.lane.pay(ask()) == Running()
        (leg,) = world.journal.legs.values()
        assert leg.state is State.INTENT
        world.journal.broken, world.journal.break_after = False, None
        await world.settled()
        (leg,) = world.journal.legs.values()
        assert leg.state is State.UNRESOLVED
        owed = leg.cause is Cause.CARD_NEEDED
        told = NotPaid(leg.key, Cause.CARD_NEEDED) if owed else Running(person=True)
        assert await world.lane.status(ask().till.request) == told

    run()


class StoresAfterAll(MemoryJournal):
    """Says once that a leg cannot be opened, and keeps it: its sync failed, and the rows came to the disk later."""

    says_no = False

    async def open_leg(self, opening: Opening) -> JournalHead:
        head = await super().open_leg(opening)
        if self.says_no:
            self.says_no = False
            raise JournalUnwritableError
        return head


@story
async def test_a_sale_that_is_stored_after_all_is_in_nobodys_way():
    world = World()
    world.journal = StoresAfterAll()
    world.restart()
    world.journal.says_no = True
    assert await world.lane.pay(part(1, 30_00, 0, tender=Tender.CARD)) == NotRecordable()
    await world.settled()
    assert world.journal.words() == ["intent", "reversing", "reversed"]
    assert isinstance(await world.lane.status(part(1, 30_00, 0).till.request), NotPaid)
    assert isinstance(await world.lane.pay(part(2, 30_00, 0)), PaidInCash)
    assert world.processor.asked == []


@story
async def test_a_refund_to_a_card_that_is_stored_after_all_is_in_nobodys_way():
    world = World()
    world.journal = StoresAfterAll()
    world.restart()
    sale = await world.lane.pay(ask())
    assert isinstance(sale, PaidByCard)
    await world.settled()
    world.journal.says_no = True
    assert await world.lane.refund(refund_ask(2, sale.key)) == NotRecordable()
    await world.settled()
    assert isinstance(await world.lane.refund(refund_ask(3, sale.key)), Refunded)
    assert len(world.processor.refunded) == 1
