"""Whose journal: what a session is refused for, and which of two engines with one identity goes on."""

from types import SimpleNamespace

from hw_sim.processor import control
from pos_bridge.domain.authorisation import Holding, Unknown, Yes
from pos_bridge.domain.happening import Reversed, Standing
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.session import Trust
from tests.processor.story import play, sessions
from tests.processor.world import VISA, Chain, Log, Processor, ask, ask_refund, client, running, sold

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
