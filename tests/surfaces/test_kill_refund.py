"""The real engine killed, or cut off its power, at each named point of money that goes back, and of its recovery.

A refund by its reference is sent until it is answered; one with its card present that is not answered is undone.
"""

from random import Random

import pytest

from tests.surfaces.crash import arena
from tests.surfaces.points import ANSWERED, CARD, LEDGER, Commit, Plan
from tests.surfaces.stories import STORIES

INTENT, DONE = range(2)
WHERE = ("first", "half", "sync")

PLANS = [
    *(Plan("refund", Commit(step, where)) for step in (INTENT, DONE) for where in WHERE),
    *(Plan("refund", Commit(step, where), power=True) for step in (INTENT, DONE) for where in ("half", "sync")),
    Plan("refund", LEDGER, "drop-response"),
    Plan("refund", LEDGER, "drop-response", again=Commit(0, "first")),
    Plan("refund", LEDGER, "duplicate", power=True, again=Commit(0, "sync")),
    Plan("refund", ANSWERED),
    Plan("refund", ANSWERED, "delay", 0.3, power=True),
    *(Plan("card_refund", Commit(INTENT, where)) for where in WHERE),
    *(Plan("card_refund", Commit(DONE, where), power=where == "sync") for where in WHERE),
    Plan("card_refund", CARD),
    Plan("card_refund", LEDGER, "drop-response", power=True),
    Plan("card_refund", LEDGER, "drop-response", again=Commit(0, "sync")),
    Plan("card_refund", ANSWERED, power=True),
    Plan("card_refund", ANSWERED, "duplicate"),
]


@pytest.mark.timeout(600)
def test_every_named_point(tmp_path):
    with arena(tmp_path / "store") as store:
        for number, plan in enumerate(PLANS):
            store.crash(STORIES[plan.story], plan, Random(number))
    assert store.count.kills == len(PLANS) + sum(plan.again is not None for plan in PLANS) == 29
    assert store.count.approved >= 0.4 * store.count.asked, store.count
