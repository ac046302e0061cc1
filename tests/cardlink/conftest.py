"""Two lines to be readers on; and no test of the card link leaves a room behind."""

import pytest

from tests.cardlink.world import (
    children,
)
from tests.drivers.line import Line


@pytest.fixture
def line():
    with Line() as line:
        yield line


@pytest.fixture
def other_line():
    with Line() as line:
        yield line


@pytest.fixture(autouse=True)
def no_room_is_left():
    before = children()
    yield
    assert children() == before
