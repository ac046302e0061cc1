"""Whose journal, which ledger: what a session is refused for, and what is stored before one counts as open."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from hw_sim.processor import control
from pos_bridge.domain.authorisation import Holding, Unknown, Yes
from pos_bridge.domain.happening import Reversed, Standing
from pos_bridge.domain.leg import Cause
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.session import Trust
from tests.processor.world import POIID, VISA, Chain, Log, Processor, ask, ask_refund, client, running, sold


def play(story: Callable[[], Coroutine[None, None, None]]) -> None:
    asyncio.run(asyncio.wait_for(story(), 60))


def sessions(processor: Processor) -> int:
    """How many were opened, by whomever."""
    with closing(sqlite3.connect(processor.folder / "ledger.db")) as ledger:
        return int(ledger.execute("SELECT fence FROM till WHERE name = ?", (POIID,)).fetchone()[0])


# ---- the journal ----


def test_a_first_session_is_trusted_and_says_how_long_keys_are_kept(processor, chain):
    async def story() -> None:
        async with client(processor, chain, Log()) as till:
            assert (till.trust(), till.keeps_days()) == (Trust.UNKNOWN, 0)
            control.set_retention_days(processor.folder, 90)
            assert await till.ready()
            assert (till.trust(), till.keeps_days()) == (Trust.TRUSTED, 90)
            assert len(chain.epochs) == 1

    play(story)


def test_a_journal_that_was_rolled_back_moves_no_money_and_looks_legs_up(tmp_path):
    async def story(processor: Processor) -> None:
        chain, log = Chain(), Log()
        backup = chain.copy()
        async with client(processor, chain, log) as till:
            assert await till.ready()
            chain.append()
            sale = await sold(processor, till)
        async with client(processor, backup, log) as till:
            assert not await till.ready()
            assert till.trust() is Trust.ROLLED_BACK
            assert backup.refused == [chain.head()], "for a person to accept"
            assert till.keeps_days() == 3650
            before = sessions(processor), len(log.events)
            assert not await till.ready()
            assert not till.reachable()
            assert await till.capture(sale, Amount(12_34)) == Unknown()
            assert await till.reverse(sale) == Unknown()
            assert await till.refund(ask_refund(processor, till, sale, 1)) == Unknown()
            assert (sessions(processor), len(log.events)) == before, "nothing was asked, nothing is said again"
            held = await till.look_up(sale)
            assert isinstance(held, Holding)
            assert (held.standing, held.amount) == (Standing.CAPTURED, Amount(12_34))
            listed = await till.held_since(0)
            assert isinstance(listed, tuple)
            assert [leg.key for leg in listed] == [sale]
        assert log.names() == ["SessionOpened", "SessionRefused"]

        async with client(processor, backup, log) as till:
            assert till.trust() is Trust.ROLLED_BACK, "also by a later run, before anybody was asked"
        backup.rows[chain.head().sequence] = chain.head().hash  # a person said so
        backup.refused.clear()
        async with client(processor, backup, log) as till:
            assert await till.ready()
            assert till.trust() is Trust.TRUSTED
            assert await till.reverse(sale) == Reversed(None)

    with running(tmp_path) as processor:
        play(lambda: story(processor))


def test_a_journal_that_was_rolled_back_does_not_heal_by_growing(tmp_path):
    async def story(processor: Processor) -> None:
        chain, log = Chain(), Log()
        backup = chain.copy()
        async with client(processor, chain, log) as till:
            assert await till.ready()
            chain.append()
            await till.reverse(LegKey.fresh())
        for _ in range(4):
            backup.append()  # what recovery writes down of legs that it found open
            async with client(processor, backup, log) as till:
                assert not await till.ready()
                assert till.trust() is Trust.ROLLED_BACK
        assert len(backup.refused) == 1
        assert log.names() == ["SessionOpened"] + ["SessionRefused"] * 4

    with running(tmp_path) as processor:
        play(lambda: story(processor))


def test_a_refused_head_that_cannot_be_noted_is_refused_all_the_same(tmp_path):
    async def story(processor: Processor) -> None:
        chain, rolled_back, log = Chain(), Chain(), Log()
        async with client(processor, chain, Log()) as till:
            assert await till.ready()
            chain.append()
            await till.reverse(LegKey.fresh())
        rolled_back.epochs, rolled_back.unwritable = list(chain.epochs), True
        async with client(processor, rolled_back, log) as till:
            assert not await till.ready()
            assert till.trust() is Trust.ROLLED_BACK
        assert log.names() == ["SessionRefused", "JournalUnwritable"]

    with running(tmp_path) as processor:
        play(lambda: story(processor))


# ---- two engines with one identity ----


def test_of_two_engines_with_one_identity_the_one_that_finds_foreign_rows_stops(tmp_path):
    async def story(processor: Processor) -> None:
        first_rows, first_log, second_log = Chain(), Log(), Log()
        async with client(processor, first_rows, first_log) as first:
            assert await first.ready()
            first_rows.append()
            sale = await sold(processor, first)
            second_rows = first_rows.copy()  # a cloned disk
            async with client(processor, second_rows, second_log) as second:
                assert await second.ready(), "nobody can tell the two apart yet"
                first_rows.append()
                assert await first.reverse(sale) == Unknown(), "fenced, and its new row was shown"
                second_rows.append()
                assert await second.reverse(sale) == Reversed(None), "until now it is the newest session"
                assert await first.ready(), "it comes back: all that was seen is its own"
                assert await second.reverse(sale) == Unknown()
                assert not await second.ready()
                assert (first.trust(), second.trust()) == (Trust.TRUSTED, Trust.ROLLED_BACK)
                ended = sessions(processor)
                for _ in range(20):
                    assert not await second.ready()
                    assert await second.reverse(sale) == Unknown()
                assert sessions(processor) == ended, "it ends nobody's session any more"
        assert second_log.names() == ["SessionOpened", "SessionRefused"]
        assert "SessionRefused" not in first_log.names()

    with running(tmp_path) as processor:
        play(lambda: story(processor))


def test_two_engines_that_show_no_rows_end_each_others_sessions_ever_more_slowly(tmp_path, monkeypatch):
    """Their journals say the same: neither can be told from the other, and neither may do so as fast as it can."""

    async def story(processor: Processor) -> None:
        now = [1000.0]
        monkeypatch.setattr("pos_bridge.processor.session.time", SimpleNamespace(monotonic=lambda: now[0]))
        chain = Chain()
        async with client(processor, chain, Log()) as first, client(processor, chain, Log()) as second:
            assert await first.ready()
            assert await second.ready()
            opened = sessions(processor)
            for _ in range(60):  # in a minute
                for till in (first, second):
                    await till.reverse(LegKey.fresh())
                now[0] += 1
            assert opened < sessions(processor) <= opened + 14
            now[0] += 60
            assert [await first.ready(), await second.ready()].count(True) >= 1, "and it goes on"

    with running(tmp_path) as processor:
        play(lambda: story(processor))


def test_an_engine_that_was_fenced_once_is_back_at_once(processor, chain):
    async def story() -> None:
        async with client(processor, chain, Log()) as first, client(processor, chain, Log()) as second:
            assert await first.ready()
            assert await second.ready()
            sale = ask(processor, first, VISA)
            assert await first.authorise(sale) == Unknown()
            assert isinstance(await first.authorise(sale), Yes)

    play(story)


# ---- the ledger ----


def test_a_replaced_ledger_is_stored_before_its_session_counts(processor, chain):
    async def story() -> None:
        log = Log()
        async with client(processor, chain, log) as till:
            assert await till.ready()
            known = len(chain.epochs)
        control.renew_epoch(processor.folder)
        async with client(processor, chain, log) as till:
            chain.unwritable = True
            assert not await till.ready()
            assert till.trust() is Trust.UNKNOWN
            assert not till.reachable()
            assert len(chain.epochs) == known
            chain.unwritable = False
            assert await till.ready()
            assert len(chain.epochs) == known + 1
        assert log.names() == ["SessionOpened", "JournalUnwritable", "LedgerReplaced", "SessionOpened"]
        assert all(len(digest) == 32 for digest in chain.epochs)

    play(story)


@pytest.mark.parametrize("call", ["look_up", "reverse", "held_since"])
def test_what_a_replaced_ledger_never_saw_is_not_trusted_before_it_is_stored(processor, chain, call):
    async def story() -> None:
        log = Log()
        async with client(processor, chain, log) as till:
            assert await till.ready()
            sale, never = await sold(processor, till), LegKey.fresh()
            known, opened = len(chain.epochs), sessions(processor)

            async def asked() -> object:
                match call:
                    case "look_up":
                        return await till.look_up(never)
                    case "reverse":
                        return await till.reverse(never)
                    case _:
                        return await till.held_since(0)

            control.renew_epoch(processor.folder)  # and the session stands
            assert await asked() == Unknown()
            assert len(chain.epochs) == known + 1
            assert sessions(processor) == opened + 1
            assert log.names() == ["SessionOpened", "LedgerReplaced", "SessionOpened"]
            expected: dict[str, object] = {
                "look_up": Holding(Standing.NOT_SEEN),
                "reverse": Reversed(Cause.TOMBSTONED),
            }
            answer = await asked()
            assert answer == expected[call] if call in expected else isinstance(answer, tuple)
            control.renew_epoch(processor.folder)
            held = await till.look_up(sale)
            assert isinstance(held, Holding), "what a ledger does hold can be told whichever it is"
            assert held.standing is Standing.CAPTURED
            assert len(chain.epochs) == known + 2

    play(story)


def test_an_engine_that_is_refused_stores_the_ledger_too_and_opens_no_session_for_it(tmp_path):
    async def story(processor: Processor) -> None:
        chain, rolled_back = Chain(), Chain()
        async with client(processor, chain, Log()) as till:
            assert await till.ready()
            chain.append()
            await till.reverse(LegKey.fresh())
        async with client(processor, rolled_back, Log()) as till:
            assert not await till.ready()
            assert rolled_back.epochs == chain.epochs
            opened = sessions(processor)
            control.renew_epoch(processor.folder)
            assert await till.look_up(LegKey.fresh()) == Unknown()
            assert await till.look_up(LegKey.fresh()) == Holding(Standing.NOT_SEEN)
            assert len(rolled_back.epochs) == 2
            assert sessions(processor) == opened

    with running(tmp_path) as processor:
        play(lambda: story(processor))


def test_a_processor_restored_from_a_backup_is_noticed_in_the_middle_of_a_run(tmp_path):
    async def story(processor: Processor, backup: Path) -> None:
        chain, log = Chain(), Log()
        ledger = processor.folder / "ledger.db"
        async with client(processor, chain, log) as till:
            assert await till.ready()
            processor.stop()
            shutil.copyfile(ledger, backup)
            processor.start()
            assert await till.ready()
            chain.append()
            sale = await sold(processor, till)
            processor.stop()
            shutil.copyfile(backup, ledger)
            processor.start()
            assert await till.ready()
            assert await till.reverse(sale) == Unknown(), "it knows that session no more"
            assert len(chain.epochs) == 1
            undone = await till.reverse(sale)
            assert undone == Reversed(Cause.TOMBSTONED), "what the caller knows to be doubted"
            assert len(chain.epochs) == 2
            assert "LedgerReplaced" in log.names()
            assert till.trust() is Trust.TRUSTED, "the journal is ours: the processor has seen less of it"

    with running(tmp_path) as processor:
        play(lambda: story(processor, tmp_path / "backup.db"))
