"""The processor as doctor reaches it: the simulated one, over mutual TLS."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from hw_sim.processor import control
from pos_bridge.checkup import processor as topic
from pos_bridge.config.settings import Config
from tests.checkup.finds import line, lines
from tests.processor.world import Processor, running


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processor]:
    with running(tmp_path_factory.mktemp("processor")) as made:
        yield made


@pytest.fixture
def reaching(config: Config, simulated: Processor, tmp_path: Path) -> Config:
    for name in ("processor-ca.pem", "till.pem", "till.key"):
        shutil.copy2(simulated.till / name, tmp_path / name)
    return replace(config, processor=msgspec.structs.replace(config.processor, address=simulated.address))


def test_reached_and_the_same_time(reaching):
    assert lines(topic.look(reaching)) == [topic.REACHED, topic.CLOCK_RIGHT]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-20, topic.CLOCK_RIGHT), (40, topic.CLOCK_OFF), (-3000, topic.CLOCK_OFF), (3700, topic.CLOCK_FAR)],
)
def test_another_time(reaching, simulated, seconds, said):
    control.set_clock_skew(simulated.folder, seconds)
    try:
        reached, clock = topic.look(reaching)
    finally:
        control.set_clock_skew(simulated.folder, 0)
    assert line(reached) == topic.REACHED
    assert line(clock) == said
    assert abs(int(str(dict(clock.values)["seconds"])) - abs(seconds)) <= 2


def test_a_processor_that_is_down(reaching, simulated):
    control.set_mode(simulated.folder, "down")
    try:
        (found,) = topic.look(reaching)
    finally:
        control.set_mode(simulated.folder, "up")
    assert line(found) == topic.UNREACHED
    assert reaching.processor.address in found.text("fr")


def test_a_certificate_that_was_revoked(reaching, simulated):
    """The simulated processor takes the connection and refuses each call."""
    revoked = simulated.folder.parent / "enrolment" / "revoked"
    revoked.parent.mkdir(exist_ok=True)
    revoked.write_text("P400-123456789\n")
    try:
        assert lines(topic.look(reaching)) == [topic.OWN_REFUSED]
    finally:
        revoked.unlink()


def test_a_server_of_another_name(reaching):
    other = msgspec.structs.replace(reaching.processor, server_name="another.test")
    assert lines(topic.look(replace(reaching, processor=other))) == [topic.WRONG_NAME]


def test_files_of_our_own_that_cannot_be_used(reaching, tmp_path):
    (tmp_path / "till.key").write_text("half of a key")
    assert lines(topic.look(reaching)) == [topic.OWN_UNUSABLE]
    (tmp_path / "till.key").unlink()
    assert lines(topic.look(reaching)) == [topic.OWN_UNUSABLE]
