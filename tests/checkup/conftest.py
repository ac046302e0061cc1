from pathlib import Path

import pytest

from pos_bridge.config import settings
from tests.plain_till import plain_till


@pytest.fixture
def config(tmp_path: Path) -> settings.Config:
    return plain_till(tmp_path)
