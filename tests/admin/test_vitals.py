"""The clock that looks: a look that fails is told, and does not leave the last good one standing."""

import asyncio
from dataclasses import replace

import pytest

from pos_bridge.admin import vitals
from pos_bridge.admin.vitals import Seen, Vitals
from pos_bridge.domain.outcome import Health

WELL = Health(processor_reachable=True, journal_writable=True, readers=(("counter", True),))


def test_a_look_that_fails_is_not_well_and_the_next_one_may_be(monkeypatch, capsys):
    monkeypatch.setattr(vitals, "_AGAIN_S", 0.0)
    monkeypatch.setattr(vitals, "_SOON_S", 0.0)
    answers: list[Health | Exception] = [WELL, ValueError("of a till"), WELL]
    seen: list[bool] = []
    over = asyncio.Event()

    async def look() -> Health:
        if seen or len(answers) < 3:
            seen.append((await watch.health()).is_well)
        if not answers:
            over.set()
            await asyncio.Event().wait()
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def reach() -> bool:
        return False

    watch = Vitals(look, reach)

    async def scene() -> None:
        running = asyncio.create_task(watch.run())
        await over.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(scene())
    assert seen == [True, False, True]
    said = capsys.readouterr().err
    assert said.count("fault: ValueError") == 1
    assert "of a till" not in said


@pytest.mark.parametrize("there", [True, False])
def test_a_processor_that_was_not_tried_yet_is_neither_reached_nor_not(there: bool):
    """Right after a start no session is open: whether one can be had is not known before it was tried."""
    tried, may_answer = asyncio.Event(), asyncio.Event()

    async def look() -> Health:
        return Health(processor_reachable=False, journal_writable=True, readers=WELL.readers)

    async def reach() -> bool:
        tried.set()
        await may_answer.wait()
        return there

    async def scene() -> None:
        watch = Vitals(look, reach)
        running = asyncio.create_task(watch.run())
        await tried.wait()
        before = await watch.health()
        assert before == Seen(processor=None, journal=True, readers=WELL.readers)
        assert not before.is_well
        may_answer.set()
        while (after := await watch.health()) == before:
            await asyncio.sleep(0)
        assert after == Seen(processor=there, journal=True, readers=WELL.readers)
        running.cancel()
        await asyncio.wait({running})

    asyncio.run(scene())


def test_a_processor_that_is_lost_later_is_not_reached_while_it_is_tried(monkeypatch):
    monkeypatch.setattr(vitals, "_AGAIN_S", 0.0)
    answers = [WELL, replace(WELL, processor_reachable=False)]
    tried = asyncio.Event()

    async def look() -> Health:
        return answers.pop(0)

    async def reach() -> bool:
        tried.set()
        await asyncio.Event().wait()
        return False

    async def scene() -> None:
        watch = Vitals(look, reach)
        running = asyncio.create_task(watch.run())
        await tried.wait()
        assert (await watch.health()).processor is not None
        running.cancel()
        await asyncio.wait({running})

    asyncio.run(scene())
