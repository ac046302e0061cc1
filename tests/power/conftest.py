import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_MEMORY = Path("/dev/shm")


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Path]:
    """A folder for images to be opened in, in memory where there is such a place: nothing there has to last."""
    with tempfile.TemporaryDirectory(prefix="pos-bridge-test-", dir=_MEMORY if _MEMORY.is_dir() else tmp_path) as made:
        yield Path(made)
