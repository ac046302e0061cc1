"""The journal on its own thread: group commit, readers beside it, callers that go away."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from pos_bridge.checkout.ports import Journal as JournalPort
from pos_bridge.domain.ledger import JournalHead, JournalUnwritableError
from pos_bridge.domain.leg import State
from pos_bridge.journal.durable_file import DurableFile
from pos_bridge.journal.errors import JournalRefusedError
from pos_bridge.journal.journal import Journal
from pos_bridge.journal.journal_file import JournalFile
from pos_bridge.journal.report import recorded_sales
from pos_bridge.journal.verify import SoundFile, verify
from tests.journal.makers import Clock, captured, capturing, card, cash, part, refund


@asynccontextmanager
async def running(folder: Path, rest_s: float = 30.0) -> AsyncIterator[Journal]:
    journal = Journal(JournalFile.open(folder, 7, Clock()), rest_s)
    try:
        yield journal
    finally:
        journal.close()


async def sale(journal: JournalPort) -> None:
    opening = card()
    assert await journal.find_request(opening.till.request) is None
    assert await journal.approved_untold(opening.till.sale) is None
    await journal.open_leg(opening)
    await journal.advance(capturing(opening))
    await journal.advance(captured(opening))
    await journal.mark_told(opening.key)
    leg = await journal.find_leg(opening.key)
    assert leg is not None
    assert leg.state is State.CAPTURED


def test_every_movement_of_the_port(folder):
    async def story(journal: JournalPort, sessions: Journal) -> None:
        first = card(5000)
        await journal.open_leg(first)
        await journal.advance(capturing(first))
        await journal.advance(captured(first))
        back = refund(first.key, 2000)
        await journal.open_leg(back)
        assert [leg.key for leg in await journal.refunds_of(first.key)] == [back.key]
        of = part(5000)
        coins = cash(1000, basket=of)
        await journal.open_leg(coins)
        known = await journal.find_basket(of.reference)
        assert known is not None
        assert (known.legs, await journal.basket_of(coins.key)) == ((coins.key,), known)
        assert await journal.open_baskets() == (known,)
        await journal.cancel_basket(of.reference)
        known = await journal.find_basket(of.reference)
        assert known is not None
        assert known.basket.cancelling
        assert {leg.key for leg in (await journal.period()).legs} == {first.key, back.key, coins.key}
        assert await journal.close_period((await journal.period()).up_to, bytes(range(32)), agreed=True) == 0
        assert (await journal.period()).number == 1
        assert sessions.ledger_epoch() is None
        for digest in (bytes(range(32)), bytes(range(1, 33))):
            await sessions.change_ledger_epoch(digest)
            assert sessions.ledger_epoch() == digest
        assert [leg.doubted for leg in await journal.unsettled()] == [True]
        await sessions.note_refused_head(JournalHead(99, bytes(range(32))))
        assert await sessions.accept_refused_head()
        assert await sessions.holds(99, bytes(range(32)))
        await sessions.accept_head(JournalHead(98, bytes(range(32))))
        assert await sessions.holds(98, bytes(range(32)))
        assert await sessions.holds(99, bytes(range(32))) is False

    async def stories() -> None:
        async with running(folder) as journal:
            await story(journal, journal)
        async with running(folder) as journal:
            assert journal.ledger_epoch() == bytes(range(1, 33))
            assert (await journal.period()).number == 1

    asyncio.run(stories())


def test_an_epoch_that_could_not_be_stored_is_not_known(folder, monkeypatch):
    async def story() -> None:
        async with running(folder) as journal:
            monkeypatch.setattr(DurableFile, "transaction", _fails)
            with pytest.raises(JournalUnwritableError):
                await journal.change_ledger_epoch(bytes(range(32)))
            assert journal.ledger_epoch() is None

    asyncio.run(story())


def _fails(*_args: object, **_kwargs: object) -> None:
    raise JournalUnwritableError


def test_every_call_of_the_port(folder):
    async def story() -> None:
        async with running(folder) as journal:
            await sale(journal)
            stuck = card()
            head = await journal.open_leg(stuck)
            assert journal.head() == head
            assert [leg.key for leg in await journal.unsettled()] == [stuck.key]
            assert await journal.holds(head.sequence, head.hash)
            await journal.close_till_request(bytes(range(32)))
            closed = await journal.find_request(bytes(range(32)))
            assert closed is not None
            assert closed.leg is None
            with pytest.raises(JournalRefusedError):
                await journal.open_leg(stuck)
            assert journal.writable

    asyncio.run(story())


def test_many_lanes_share_commits(folder, monkeypatch):
    commits = 0
    real = DurableFile.transaction

    def counted(self, writes, *, durable):
        nonlocal commits
        commits += durable
        return real(self, writes, durable=durable)

    monkeypatch.setattr(DurableFile, "transaction", counted)

    async def story() -> None:
        async with running(folder) as journal:
            await asyncio.gather(*(sale(journal) for _ in range(32)))
            assert journal.head().sequence == 96

    asyncio.run(story())
    assert commits < 60
    assert isinstance(verify(folder)[0], SoundFile)


def test_one_refused_step_in_a_shared_commit(folder):
    async def story() -> None:
        async with running(folder) as journal:
            first = card()
            await journal.open_leg(first)
            openings = [card(), first, card()]
            results = await asyncio.gather(*map(journal.open_leg, openings), return_exceptions=True)
            assert [isinstance(result, JournalRefusedError) for result in results] == [False, True, False]
            assert journal.writable  # a contradiction is no failing disk

    asyncio.run(story())


def test_a_failing_disk_refuses_all_and_is_told(folder, monkeypatch):
    async def story() -> None:
        async with running(folder) as journal:
            with monkeypatch.context() as patched:

                def failing(*_args, **_named):
                    raise JournalUnwritableError("the journal cannot be written")

                patched.setattr(DurableFile, "transaction", failing)
                results = await asyncio.gather(*(journal.open_leg(cash()) for _ in range(5)), return_exceptions=True)
            assert {type(result) for result in results} == {JournalUnwritableError}
            assert not journal.writable
            await journal.open_leg(cash())
            assert journal.writable

    asyncio.run(story())


def test_a_fault_of_the_program_is_the_askers_and_not_the_threads_end(folder):
    async def story() -> None:
        async with running(folder) as journal:
            with pytest.raises(AttributeError):
                await journal.open_leg(None)  # type: ignore[arg-type] # a fault of a caller
            with pytest.raises(AttributeError):
                await journal.find_leg(None)  # type: ignore[arg-type] # a fault of a caller
            assert (await journal.open_leg(cash())).sequence == 1

    asyncio.run(story())


def test_a_caller_that_goes_away_does_not_undo_its_step(folder):
    async def story() -> None:
        async with running(folder) as journal:
            opening = card()
            task = asyncio.create_task(journal.open_leg(opening))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert (await journal.open_leg(cash())).sequence == 2
            assert await journal.find_leg(opening.key) is not None

    asyncio.run(story())


def test_closing_finishes_what_was_asked_and_ends_the_thread(folder):
    async def story() -> list[int]:
        journal = Journal.open(folder, 7, Clock())
        asked = [asyncio.create_task(journal.open_leg(cash())) for _ in range(5)]
        await asyncio.sleep(0)
        journal.close()
        journal.close()
        with pytest.raises(RuntimeError):
            await journal.open_leg(cash())
        return [head.sequence for head in await asyncio.gather(*asked)]

    assert asyncio.run(story()) == [1, 2, 3, 4, 5]
    assert not [thread for thread in threading.enumerate() if thread.name == "journal"]


def test_readers_see_whole_sales_beside_the_writer(folder):
    async def story() -> None:
        async with running(folder) as journal:
            seen: list[int] = []
            done = asyncio.Event()

            def read() -> None:
                sales = recorded_sales(folder)
                assert all(isinstance(report, SoundFile) for report in verify(folder))
                seen.append(len(sales))

            async def reader() -> None:
                while not done.is_set():
                    await asyncio.to_thread(read)

            beside = asyncio.create_task(reader())
            for _ in range(25):
                await sale(journal)
            done.set()
            await beside
            assert seen == sorted(seen)
            assert len(recorded_sales(folder)) == 25

    asyncio.run(story())


def test_an_idle_journal_tidies_up(folder):
    rested = threading.Event()

    async def story() -> None:
        file = JournalFile.open(folder, 7, Clock())
        real: Callable[[], None] = file.rest

        def rest() -> None:
            real()
            rested.set()

        file.rest = rest  # type: ignore[method-assign] # watched by the test
        journal = Journal(file, rest_s=0.01)
        assert await asyncio.to_thread(rested.wait, 20)
        journal.close()

    asyncio.run(story())
