"""What the running engine says of itself: each thing that is wrong once, and nothing where nothing is."""

import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from pos_bridge.checkup import engine
from pos_bridge.config import settings
from pos_bridge.domain.outcome import Health
from pos_bridge.wire.nexo.secured import MessageKey
from tests.checkup.finds import CHIP, STRIPE, lines
from tests.pos_api.world import API_KEY, Certificate, Store, make_certificate
from tests.wire.nexo.shapes import POIID

PASSPHRASE = "p@ssw0rd123456"


@pytest.fixture(scope="module")
def leaf(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def store(leaf: Certificate) -> Iterator[Store]:
    with Store(leaf) as running:
        yield running


@pytest.fixture
def asking(config, store, tmp_path):
    """The configuration of the engine that runs."""
    (tmp_path / "api.key").write_text(API_KEY + "\n")
    nexo = settings.Nexo(
        certificate=str(store.files.certificate), key="nexo.key", api_key_file="api.key", port=store.port
    )
    till = settings.Till(poiid=POIID, number=7, state_dir=".", signing_key="terminal.key")
    return replace(config, nexo=nexo, till=till, readers=(STRIPE, CHIP))


def health(**changes: Any) -> Health:
    usual = Health(processor_reachable=True, journal_writable=True, readers=(("counter", True), ("chip", True)))
    return replace(usual, **changes)


@pytest.mark.parametrize(
    ("state", "ill"),
    [
        (health(), []),
        (health(processor_reachable=False), [engine.PROCESSOR_DOWN]),
        (health(journal_writable=False), [engine.JOURNAL_DOWN]),
        (health(readers=(("counter", True), ("chip", False))), [engine.READER_DOWN]),
        (health(readers=(("nobody of ours", False),)), []),
    ],
)
def test_what_the_engine_says_of_itself(asking, store, state, ill):
    store.desk.state = state
    findings = lines(engine.look(asking))
    assert findings[0] == engine.RUNS
    assert findings[1:] == ill
    assert store.desk.asks == [], "it starts nothing"


def test_an_engine_that_does_not_run(asking, store):
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    nexo = settings.Nexo(certificate=asking.nexo.certificate, key="nexo.key", api_key_file="api.key", port=port)
    assert lines(engine.look(replace(asking, nexo=nexo))) == [engine.NOT_RUNNING]


def test_a_stranger_on_its_port_is_told_nothing(asking, store, tmp_path):
    other = make_certificate(tmp_path)
    nexo = settings.Nexo(
        certificate=str(other.certificate), key="nexo.key", api_key_file="api.key", port=asking.nexo.port
    )
    assert lines(engine.look(replace(asking, nexo=nexo))) == [engine.NOT_OURS]


def test_a_key_that_is_not_the_engines_or_cannot_be_read(asking, tmp_path):
    (tmp_path / "api.key").write_text("another-key-of-sixteen-letters")
    assert lines(engine.look(asking)) == [engine.REFUSED]
    (tmp_path / "api.key").unlink()
    assert lines(engine.look(asking)) == [engine.NOT_ASKED]


def test_an_engine_that_hears_nothing_in_clear(asking, leaf, tmp_path):
    """Then it is asked as a till asks it: encrypted. With another passphrase it does not answer."""
    key = MessageKey.derive("caisse", 1, PASSPHRASE.encode())
    entry = settings.Passphrase(identifier="caisse", version=1, file="phrase")
    (tmp_path / "phrase").write_text(PASSPHRASE + "\n")
    with Store(leaf, keys=[key], api_key=None) as store:
        nexo = settings.Nexo(
            certificate=str(store.files.certificate), key="nexo.key", passphrase=(entry,), port=store.port
        )
        store.desk.state = health(journal_writable=False)
        found = lines(engine.look(replace(asking, nexo=nexo)))
        assert found == [engine.RUNS, engine.JOURNAL_DOWN]
        (tmp_path / "phrase").write_text("another passphrase")
        assert lines(engine.look(replace(asking, nexo=nexo))) == [engine.REFUSED]
        (tmp_path / "phrase").write_text("too short")
        assert lines(engine.look(replace(asking, nexo=nexo))) == [engine.NOT_ASKED]


def test_another_terminals_name(asking):
    till = settings.Till(poiid="P400-000000000", number=7, state_dir=".", signing_key="terminal.key")
    assert lines(engine.look(replace(asking, till=till))) == [engine.REFUSED]
