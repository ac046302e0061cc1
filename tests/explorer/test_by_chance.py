"""Long random runs of every story, with more crashes and faults than can all be told. `make explore` runs others."""

import pytest

from tests.explorer.explore import by_chance, line_for
from tests.explorer.stories import STORIES


@pytest.mark.parametrize("name", STORIES)
def test_long_random_runs_keep_the_promises(name):
    story = STORIES[name]
    for seed in range(8):
        schedule, faults = by_chance(story, seed, story.long)
        assert faults == [], line_for(story, schedule)
