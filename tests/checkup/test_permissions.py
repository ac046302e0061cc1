"""Who may read keys and records, by the modes and owners of real files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_bridge.checkup import permissions
from pos_bridge.checkup.finding import Finding
from pos_bridge.checkup.user import User
from pos_bridge.config.settings import Config
from tests.checkup.finds import line, lines
from tests.config.documents import OPEN, SECRETS

WELL = [permissions.KEYS_CLOSED, permissions.PINNED_CLOSED, permissions.STATE_CLOSED]


@pytest.fixture
def files(config: Config, tmp_path: Path) -> Iterator[Path]:
    """All that the configuration names, as setup makes it, and a state folder with a journal."""
    tmp_path.chmod(0o755)
    till = type(config.till)(poiid="P400-123456789", number=7, state_dir="state", signing_key="terminal.key")
    object.__setattr__(config, "till", till)
    for name, mode in (*((name, 0o600) for name in SECRETS), *((name, 0o644) for name in (*OPEN, "store-ca.pem"))):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(mode)
    journal = tmp_path / "state" / "journal"
    journal.mkdir(parents=True)
    for folder in (journal, journal.parent):
        folder.chmod(0o700)
    (journal / "2026-11.db").touch(0o600)
    yield tmp_path
    tmp_path.chmod(0o700)


def look(config: Config) -> list[Finding]:
    return list(permissions.look(config))


def test_as_setup_makes_them(config, files):
    assert lines(look(config)) == WELL


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o620])
def test_a_key_that_others_read(config, files, mode):
    (files / "till.key").chmod(mode)
    first, *_ = look(config)
    assert line(first) == permissions.KEY_OPEN
    assert f"chmod 0600 {files / 'till.key'}" in first.text("fr")
    assert "processor.key" in first.text("en")


def test_a_key_of_another_user(config, files, monkeypatch):
    mine = (files / "till.key").stat().st_uid
    monkeypatch.setattr(permissions, "engines_user", lambda _: User("shop", mine + 12_345, frozenset()))
    monkeypatch.setattr(permissions, "_ROOT", -1)
    found = lines(look(config))
    assert found.count(permissions.KEY_OF_ANOTHER) == len(SECRETS)
    assert permissions.PINNED_OPEN in found
    assert permissions.STATE_OF_ANOTHER in found


@pytest.mark.parametrize("opened", ["processor-ca.pem", "trust.txt", "store-ca.pem", "."])
def test_what_is_trusted_and_others_change(config, files, opened):
    path = files / opened
    path.chmod(path.stat().st_mode | 0o002)
    assert permissions.PINNED_OPEN in lines(look(config))
    if opened == ".":
        path.chmod(0o1777)
        assert permissions.PINNED_CLOSED in lines(look(config)), "nobody replaces another's file there"


def test_a_state_that_others_read(config, files):
    (files / "state" / "journal" / "2026-11.db").chmod(0o644)
    assert lines(look(config)) == WELL, "others do not get to it"
    (files / "state").chmod(0o755)
    found = look(config)[-1]
    assert line(found) == permissions.STATE_OPEN
    assert "(2, state among them)" in found.text("en")


def test_what_is_not_there_is_told_of_the_configuration(config):
    assert [each for each in look(config) if each.check in {"key_file", "pinned_file"}] == []
