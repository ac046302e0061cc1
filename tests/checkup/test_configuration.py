"""The configuration as doctor reads it: whole, and without starting anything."""

from pathlib import Path

import pytest

from hw_sim.world import enrol
from pos_bridge.checkup import configuration, pinned, processor
from pos_bridge.checkup.versions import VERSION
from pos_bridge.checkup.versions import look as versions
from pos_bridge.config.file import read
from pos_bridge.config.settings import Config
from tests.checkup.finds import line, lines
from tests.config.documents import DOCUMENT


@pytest.fixture
def till(tmp_path: Path) -> Config:
    """One that is enrolled with a simulated processor."""
    enrol(tmp_path / "world", tmp_path / "engine", "P400-123456789")
    (tmp_path / "engine" / "api.key").touch(0o600)
    (tmp_path / "engine" / "api.key").write_text("0123456789abcdef\n")
    (tmp_path / "engine" / "state").mkdir(mode=0o700)
    file = tmp_path / "engine" / "pos-bridge.toml"
    file.write_text(DOCUMENT)
    return read(file)


def test_it_is_fit(till):
    assert lines(configuration.look(till)) == [configuration.FIT]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("api.key", "short", "nexo.api_key_file"),
        ("till.key", "half", "processor.key"),
        ("pos-bridge.toml", DOCUMENT + "more = {braces}", "pos-bridge.toml"),
    ],
)
def test_it_is_not(till, name, content, said):
    (till.file.parent / name).write_text(content)
    (found,) = configuration.look(till)
    assert line(found) == configuration.UNFIT
    assert said in found.text("fr")
    assert said in found.text("en")
    assert found.text("fr") != found.text("en")


def test_secrets_that_systemd_hands_to_the_service_alone(till, monkeypatch, tmp_path):
    """While it is stopped they are not there, and that is no fault."""
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "handed"))
    till.file.write_text(DOCUMENT.replace('"api.key"', '"credential:api.key"'))
    stopped = read(till.file)
    assert lines(configuration.look(stopped)) == [configuration.NOT_HANDED_OUT]
    assert list(processor.look(stopped)) == []
    (tmp_path / "handed").mkdir()
    (till.file.parent / "api.key").rename(tmp_path / "handed" / "api.key")
    assert lines(configuration.look(stopped)) == [configuration.FIT]


def test_a_restore_that_is_not_finished(till):
    (till.state / "restore.ready").touch()
    assert lines(configuration.look(till)) == [configuration.FIT, configuration.HALF_RESTORED]


def test_whom_it_trusts(till):
    authority, root = pinned.look(till)
    assert (line(authority), line(root)) == (pinned.AUTHORITY, pinned.SEALING_ROOT)
    trusted = (till.file.parent / "trust.txt").read_text().split()[1]
    assert trusted in root.text("fr")
    with (till.file.parent / "trust.txt").open("a") as file:
        file.write("# from 2027 on\nroot " + "b1" * 32 + "\n")
    _, first, second = pinned.look(till)
    assert first == root
    assert "b1" * 32 in second.text("fr")
    for name in ("trust.txt", "processor-ca.pem"):
        (till.file.parent / name).write_bytes(b"\xff nothing of the kind")
    assert list(pinned.look(till)) == []


def test_versions(till):
    found = list(versions(till))
    assert set(lines(found)) == {VERSION}
    said = [each.text("en") for each in found]
    assert any(text.startswith("Installed version: pos-bridge ") for text in said)
    for what in ("SQLite", "OpenSSL", "cryptography", "grpcio"):
        assert any(what in text for text in said)
