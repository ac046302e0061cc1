"""The clock that looks: a look that fails is told, and does not leave the last good one standing."""

import asyncio

import pytest

from pos_bridge.admin import vitals
from pos_bridge.admin.vitals import Vitals, is_well
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
            seen.append(is_well(await watch.health()))
        if not answers:
            over.set()
            await asyncio.Event().wait()
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def reach() -> None:
        pass

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
