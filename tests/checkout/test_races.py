"""Two things at the same moment: what was read before an await is not what is true after it."""

import asyncio

from pos_bridge.domain.ledger import KnownRequest
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import AlreadyApproved, Busy, PaidByCard, Running
from tests.checkout.fakes import MemoryJournal, ScriptedProcessor, World, ask
from tests.checkout.story import story, until


class SlowJournal(MemoryJournal):
    """What the read of that name found is given to its asker only when `gate` is set, as by a busy journal thread."""

    def __init__(self, slow: str) -> None:
        super().__init__()
        self.slow = slow
        self.gate = asyncio.Event()
        self.waiting = 0

    async def _later(self, name: str) -> None:
        if name == self.slow:
            self.waiting += 1
            await self.gate.wait()

    async def approved_untold(self, sale: bytes) -> LegKey | None:
        found = await super().approved_untold(sale)
        await self._later("approved_untold")
        return found

    async def find_request(self, request: bytes) -> KnownRequest | None:
        found = await super().find_request(request)
        await self._later("find_request")
        return found


def world_of(journal: MemoryJournal, processor: ScriptedProcessor) -> World:
    world = World(processor)
    world.journal = journal
    world.restart()
    return world


@story
async def test_a_sale_that_is_approved_while_its_second_request_is_looked_up_is_charged_once():
    journal, processor = SlowJournal("nothing"), ScriptedProcessor(gated=True)
    world = world_of(journal, processor)
    first = asyncio.create_task(world.lane.pay(ask(1, sale=9)))
    await until(lambda: bool(processor.asked))
    journal.slow = "approved_untold"
    second = asyncio.create_task(world.lane.pay(ask(2, sale=9)))
    await until(lambda: journal.waiting == 1 or second.done())
    processor.gate.set()
    assert isinstance(await first, PaidByCard)
    journal.gate.set()
    assert isinstance(await second, AlreadyApproved | Busy)
    assert len(processor.asked) == 1
    await world.settled()


@story
async def test_a_payment_that_comes_while_its_status_is_looked_up_is_not_said_to_be_unknown():
    journal = SlowJournal("find_request")
    world = world_of(journal, ScriptedProcessor(gated=True))
    status = asyncio.create_task(world.lane.status(ask().till.request))
    await until(lambda: journal.waiting == 1)
    paying = asyncio.create_task(world.lane.pay(ask()))
    await until(lambda: journal.waiting == 2)
    journal.gate.set()
    assert await status == Running()
    world.processor.gate.set()
    assert isinstance(await paying, PaidByCard)
    await world.settled()
