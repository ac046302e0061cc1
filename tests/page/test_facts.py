"""What the page is told: by the engine, and by doctor once a minute."""

import asyncio
from pathlib import Path

import pytest

from pos_bridge.page.facts import Facts, Findings, Silent
from tests.page.visitor import FOUND


@pytest.mark.parametrize("socket", [None, "nothing.sock"])
def test_an_engine_that_is_not_there(tmp_path: Path, socket):
    facts = Facts(None if socket is None else tmp_path / socket, lambda: ())
    told = asyncio.run(facts.engine())
    facts.close()
    assert told == Silent("no_socket" if socket is None else "engine_silent")


def test_doctor_looks_once_a_minute_and_not_for_each_visit():
    looks: list[int] = []
    now = [0.0]

    def examine():
        looks.append(1)
        return FOUND[::-1]

    async def visits() -> list[Findings]:
        facts = Facts(None, examine, clock=lambda: now[0])
        found = list(await asyncio.gather(*(facts.findings() for _ in range(5))))
        now[0] = 59.0
        found.append(await facts.findings())
        now[0] = 60.0
        found.append(await facts.findings())
        facts.close()
        return found

    found = asyncio.run(visits())
    assert len(looks) == 2
    assert all(each.found == FOUND for each in found), "the worst first"
    assert found[5].age_s == 59.0
