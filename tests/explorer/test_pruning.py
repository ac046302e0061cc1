"""What is pruned was seen: with and without pruning the same ends are reached, and the same designs are caught."""

import pytest

from tests.explorer.explore import Bounds, Result, explore
from tests.explorer.mutants import MUTANTS
from tests.explorer.stories import STORIES

BOUNDS = Bounds(crashes=2, net=1)


def faults_of(result: Result) -> set[str]:
    return {fault for _, faults in result.found for fault in faults}


@pytest.mark.parametrize("name", ["card-repeat", "card-repeat/no-journal", "card-repeat/no-tombstone"])
def test_pruning_hides_no_end_and_no_violation(name):
    story = STORIES.get(name) or MUTANTS[name].story
    pruned, whole = (explore(story, BOUNDS, prune=prune, ends=True) for prune in (True, False))
    assert whole.pruned == 0
    assert 0 < pruned.schedules - pruned.pruned < whole.schedules
    assert pruned.ends == whole.ends
    assert {fault.split()[0] for fault in faults_of(pruned)} == {fault.split()[0] for fault in faults_of(whole)}
