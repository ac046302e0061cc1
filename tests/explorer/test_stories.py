"""Every story keeps every promise, in every schedule within its bounds."""

import pytest

from tests.explorer.explore import explore, line_for
from tests.explorer.promises import PROMISES
from tests.explorer.stories import STORIES

# A story of many schedules is told in parts, so that both workers have something to do.
PARTS = [(name, (part, story.parts)) for name, story in STORIES.items() for part in range(story.parts)]


@pytest.mark.parametrize(("name", "part"), PARTS, ids=[f"{name}-{part[0] + 1}" for name, part in PARTS])
def test_every_schedule_keeps_the_promises(name, part):
    story = STORIES[name]
    result = explore(story, part=part, until=bool)

    broken = [(line_for(story, schedule), *faults) for schedule, faults in result.found]
    assert broken == [], PROMISES
