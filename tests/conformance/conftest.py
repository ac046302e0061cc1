"""One processor for all tests of a file; whole again after each."""

from collections.abc import Iterator

import pytest

from hw_sim.processor import control
from tests.conformance.place import Place, made


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = made(tmp_path_factory.mktemp("conformance"))
    yield place
    assert place.processor.stop() == "", "the processor printed something"


@pytest.fixture
def place(running: Place) -> Iterator[Place]:
    yield running
    control.mend(running.processor.store.folder)
    running.processor.mode("up")
