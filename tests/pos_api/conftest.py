"""A store a test: server, desk and answers file, all ended with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_bridge.pos_api import prepare
from tests.pos_api.counter_store import CounterStore
from tests.pos_api.world import Certificate, Store, make_certificate


@pytest.fixture(scope="session")
def leaf(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def store(leaf: Certificate) -> Iterator[Store]:
    with Store(leaf) as running:
        yield running
        assert running.troubles == []


@pytest.fixture(name="counter")
def with_a_counter(leaf: Certificate, tmp_path: Path) -> Iterator[CounterStore]:
    """A store with a display, a printer and a pad."""
    with CounterStore(leaf, tmp_path) as running:
        yield running
        assert running.troubles == []


@pytest.fixture(name="shared")
def with_a_shared_pad(leaf: Certificate, tmp_path: Path) -> Iterator[CounterStore]:
    """The same, and the pad is the reader's."""
    with CounterStore(leaf, tmp_path, shared=True) as running:
        yield running
        assert running.troubles == []


@pytest.fixture
def one_salt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Digests of the same order are the same."""
    monkeypatch.setattr(prepare, "fresh_salt", lambda: bytes(16))
