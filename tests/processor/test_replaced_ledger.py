"""Which ledger: what is stored before a session with another one counts as open, and what it is believed."""

import shutil
from pathlib import Path

import pytest

from hw_sim.processor import control
from pos_bridge.domain.authorisation import Holding, Unknown
from pos_bridge.domain.happening import Reversed, Standing
from pos_bridge.domain.leg import Cause
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.session import Trust
from tests.processor.story import play, sessions
from tests.processor.world import Chain, Log, Processor, client, running, sold


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
