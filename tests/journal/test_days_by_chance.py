"""Whatever happens in whatever order: all days together are what stands, and each is told again as it was."""

import asyncio
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.checkout import day_end
from pos_bridge.domain.leg import SETTLED
from pos_bridge.domain.totals import taken_back, totals
from tests.journal.day_story import Reading, Story, Sums, TrueLedger, moved


@settings(deadline=None)
@given(st.data())
def test_every_cent_is_in_one_day_and_the_books_agree(data):
    story = Story(data)
    try:
        for _ in range(data.draw(st.integers(1, 25))):
            story.happens()
        running = story.journal.period()
        every: Sums = Counter()
        for day in (*story.told, running):
            every.update(moved(day))
        assert every == story.standing()
        for day in story.told:
            again = story.journal.closed_day(day.number)
            assert again is not None
            assert (totals(again.legs), taken_back(again.legs)) == (totals(day.legs), taken_back(day.legs))
        assert story.journal.closed_day(len(story.told)) is None
        for period in (running, *story.told):
            keys = [leg.key for leg in (*period.legs, *period.earlier)]
            assert len(keys) == len(set(keys))
        open_legs = {key for key, state in story.states.items() if state not in SETTLED}
        assert open_legs <= {leg.key for leg in (*running.legs, *running.earlier)}
        compared = asyncio.run(day_end.compare(Reading(story.journal), TrueLedger(story)))
        assert compared.differences == ()
        assert len(compared.closed) == min(31, len(story.told))
    finally:
        story.end()
