"""All stories by name: what happens at a till while everything around it may fail."""

from tests.explorer import (
    stories_apart,
    stories_back,
    stories_card,
    stories_split,
    stories_till,
)
from tests.explorer.explore import Story

STORIES: dict[str, Story] = {
    story.name: story
    for stories in (stories_card, stories_till, stories_back, stories_split, stories_apart)
    for story in stories.STORIES
}
