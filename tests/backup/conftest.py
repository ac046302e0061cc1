"""A till that has sold and keeps people."""

from pathlib import Path

import pytest

from tests.backup.till import Till


@pytest.fixture
def till(tmp_path: Path) -> Till:
    made = Till(tmp_path)
    made.sell(months=2)
    made.keep_people()
    return made
