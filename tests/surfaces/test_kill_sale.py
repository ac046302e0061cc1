"""The real engine killed, or cut off its power, at each named point of a sale and of its recovery."""

from random import Random

import pytest

from tests.surfaces.crash import arena
from tests.surfaces.points import ANSWERED, CARD, LEDGER, Commit, Plan
from tests.surfaces.stories import STORIES

INTENT, APPROVAL, CAPTURED = range(3)
WHERE = ("first", "half", "sync")

# A sale whose approval is not written yet is undone; one whose row is there, or was told of, stands.
PLANS = [
    *(Plan("card_sale", Commit(INTENT, where)) for where in WHERE),
    *(Plan("card_sale", Commit(APPROVAL, where)) for where in WHERE),
    *(Plan("card_sale", Commit(CAPTURED, where)) for where in WHERE),
    Plan("card_sale", Commit(INTENT, "sync"), power=True),
    *(Plan("card_sale", Commit(APPROVAL, where), power=True) for where in WHERE),
    *(Plan("card_sale", Commit(CAPTURED, where), power=True) for where in WHERE),
    Plan("card_sale", CARD),
    Plan("card_sale", LEDGER, "drop-response"),
    Plan("card_sale", LEDGER, "drop-response", power=True),
    Plan("card_sale", LEDGER, "drop-response", again=Commit(0, "sync")),
    Plan("card_sale", LEDGER, "drop-response", again=Commit(1, "first"), power=True),
    Plan("card_sale", ANSWERED),
    Plan("card_sale", ANSWERED, power=True),
    Plan("card_sale", ANSWERED, "duplicate"),
    Plan("card_sale", ANSWERED, "delay", 0.3, again=Commit(0, "half")),
    Plan("card_sale", Commit(CAPTURED, "sync"), "duplicate", again=Commit(0, "sync"), power=True),
    *(Plan("cash_sale", Commit(0, where)) for where in WHERE),
    Plan("cash_sale", ANSWERED, power=True),
]


@pytest.mark.timeout(600)
def test_every_named_point(tmp_path):
    with arena(tmp_path / "store") as store:
        for number, plan in enumerate(PLANS):
            store.crash(STORIES[plan.story], plan, Random(number))
    assert store.count.kills == len(PLANS) + sum(plan.again is not None for plan in PLANS) == 34
    assert store.count.approved >= 0.4 * store.count.asked, store.count
