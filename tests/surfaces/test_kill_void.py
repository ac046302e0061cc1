"""The real engine killed, or cut off its power, at each named point of a void and of a split tender.

Once a void is told of or its step is written, it is carried out, however often the engine dies. A part of a split
tender that was paid stands by itself; the part that died is undone.
"""

from random import Random

import pytest

from tests.surfaces.crash import arena
from tests.surfaces.points import ANSWERED, CARD, LEDGER, Commit, Plan
from tests.surfaces.stories import STORIES

REVERSING, REVERSED = range(2)
WHERE = ("first", "half", "sync")

PLANS = [
    *(Plan("void", Commit(step, where)) for step in (REVERSING, REVERSED) for where in WHERE),
    *(Plan("void", Commit(step, where), power=True) for step in (REVERSING, REVERSED) for where in ("half", "sync")),
    Plan("void", LEDGER, "drop-response"),
    Plan("void", LEDGER, "drop-response", power=True, again=Commit(0, "sync")),
    Plan("void", ANSWERED, "delay", 0.3),
    Plan("void", ANSWERED, "duplicate", power=True),
    *(Plan("split", Commit(step, "sync")) for step in range(5)),
    *(Plan("split", Commit(step, "half"), power=True) for step in range(5)),
    Plan("split", ANSWERED, power=True),
    Plan("split", LEDGER),
    Plan("split", CARD, power=True, again=Commit(0, "first")),
]


@pytest.mark.timeout(600)
def test_every_named_point(tmp_path):
    with arena(tmp_path / "store") as store:
        for number, plan in enumerate(PLANS):
            store.crash(STORIES[plan.story], plan, Random(number))
    assert store.count.kills == len(PLANS) + sum(plan.again is not None for plan in PLANS) == 29
    assert store.count.approved >= 0.4 * store.count.asked, store.count
