"""Later."""

from tests.explorer.explore import Story

STORIES: tuple[Story, ...] = ()
