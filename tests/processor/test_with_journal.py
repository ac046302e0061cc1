"""The client with the engine's own journal on a real disk: a restored backup, and a ledger that was replaced."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from hw_sim.processor import control
from pos_bridge.domain.authorisation import Holding, Unknown, Yes
from pos_bridge.domain.happening import Reversed, Standing
from pos_bridge.domain.leg import Cause
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.session import Trust
from pos_bridge.journal.journal import Journal
from pos_bridge.processor.client import ProcessorClient
from tests.journal.makers import card, cash
from tests.processor.world import VISA, Log, Processor, ask, running


@asynccontextmanager
async def engine(processor: Processor, folder: Path, log: Log) -> AsyncIterator[tuple[Journal, ProcessorClient]]:
    journal = Journal.open(folder, 1, lambda: datetime.now(UTC))
    client = ProcessorClient(processor.settings(), journal, log)
    try:
        yield journal, client
    finally:
        await client.close()
        journal.close()


async def sells(journal: Journal, client: ProcessorClient, processor: Processor) -> LegKey:
    assert await client.ready()
    await journal.open_leg(cash())
    sale = ask(processor, client, VISA)
    assert isinstance(await client.authorise(sale), Yes)
    return sale.key


def test_a_journal_from_a_backup_sells_again_once_a_person_accepts_it(tmp_path):
    live, backup = tmp_path / "live", tmp_path / "backup"

    async def story(processor: Processor) -> None:
        log = Log()
        async with engine(processor, live, log) as (journal, client):
            await sells(journal, client, processor)
        shutil.copytree(live, backup)
        async with engine(processor, live, log) as (journal, client):
            sale = await sells(journal, client, processor)
        shutil.rmtree(live)
        shutil.copytree(backup, live)
        for _ in range(3):  # nothing heals by itself: not when it sells so much for cash that its rows are the newest
            async with engine(processor, live, log) as (journal, client):
                for _ in range(3):
                    await journal.open_leg(cash())
                assert not await client.ready()
                assert client.trust() is Trust.ROLLED_BACK
                assert await client.reverse(sale) == Unknown()
                held = await client.look_up(sale)
                assert isinstance(held, Holding)
                assert held.standing is Standing.AUTHORISED
        async with engine(processor, live, log) as (journal, client):
            assert await journal.accept_refused_head()
        for _ in range(2):  # the processor shows that row until it has seen newer ones
            async with engine(processor, live, log) as (journal, client):
                await sells(journal, client, processor)
                assert client.trust() is Trust.TRUSTED
        assert log.names().count("SessionRefused") == 4, "each start says so, also that of the one who accepts"

    with running(tmp_path) as processor:
        asyncio.run(asyncio.wait_for(story(processor), 60))


def test_legs_that_are_open_when_the_ledger_changes_are_doubted_and_later_ones_are_not(tmp_path):
    async def story(processor: Processor) -> None:
        log = Log()
        async with engine(processor, tmp_path / "journal", log) as (journal, client):
            assert await client.ready()
            before, after = card(), card()
            await journal.open_leg(before)
            control.renew_epoch(processor.folder)
            assert await client.look_up(before.key) == Unknown(), "until the change is stored"
            assert await client.look_up(before.key) == Holding(Standing.NOT_SEEN)
            await journal.open_leg(after)
            assert [leg.doubted for leg in await journal.unsettled()] == [True, False]
            assert await client.reverse(after.key) == Reversed(Cause.TOMBSTONED)
        assert log.names() == ["SessionOpened", "LedgerReplaced", "SessionOpened"]
        async with engine(processor, tmp_path / "journal", log) as (journal, client):
            assert await client.ready()
            assert log.names().count("LedgerReplaced") == 1, "once, not at every start"

    with running(tmp_path) as processor:
        asyncio.run(asyncio.wait_for(story(processor), 60))
