"""Every story keeps every promise, in every schedule within its bounds."""

import pytest

from tests.explorer.explore import explore, line_for
from tests.explorer.promises import PROMISES
from tests.explorer.stories import STORIES


@pytest.mark.parametrize("name", STORIES)  # the longest first, so that two workers end together
def test_every_schedule_keeps_the_promises(name):
    story = STORIES[name]
    result = explore(story, until=bool)
    broken = [(line_for(story, schedule), *faults) for schedule, faults in result.found]
    assert broken == [], PROMISES
