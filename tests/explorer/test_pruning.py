"""What is pruned was seen: with and without pruning the same ends are reached, and the same designs are caught."""

import pytest

from tests.explorer.explore import Bounds, Result, explore
from tests.explorer.mutants import MUTANTS
from tests.explorer.stories import STORIES

CASES = [
    ("card-repeat", Bounds(crashes=2)),
    ("card-repeat", Bounds(crashes=1, net=1)),
    ("split-late", Bounds(crashes=1)),
    ("card-repeat/no-journal", Bounds(crashes=1, net=1)),
    ("card-status/no-tombstone", Bounds(crashes=1, net=1)),
]


def kinds(result: Result) -> set[str]:
    return {fault.split()[0] for _, faults in result.found for fault in faults}


@pytest.mark.parametrize(("name", "bounds"), CASES, ids=[f"{name} {bounds}" for name, bounds in CASES])
def test_pruning_hides_no_end_and_no_violation(name, bounds):
    story = STORIES.get(name) or MUTANTS[name].story
    pruned, whole = (explore(story, bounds, prune=prune, ends=True) for prune in (True, False))
    assert whole.pruned == 0
    assert 0 < pruned.schedules - pruned.pruned < whole.schedules
    assert pruned.ends == whole.ends
    assert kinds(pruned) == kinds(whole)
