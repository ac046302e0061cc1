"""A store with a vault, one for all tests of a module."""

from collections.abc import Iterator

import pytest

from hw_sim.running import running_store
from tests.processes import descendants, survivors
from tests.surfaces.shop import Shop, leaks


@pytest.fixture(name="shop", scope="module")
def one_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One store for the module. At its end nothing of what was chosen can be read anywhere in it."""
    with running_store(tmp_path_factory.mktemp("store"), "--answer-timeout", "1") as store:
        yield Shop(store)
        processes = descendants(store.process.pid)
        assert leaks(store.folder) == []
    assert not survivors(processes)
    assert leaks(store.folder) == []
