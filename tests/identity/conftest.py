import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity.person_file import PersonFile
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.failing_disk import FailingConnection
from tests.identity.makers import KEY, Entering
from tests.identity.peopled import people


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "vault.db"


@pytest.fixture
def vault(path: Path) -> Iterator[VaultFile]:
    vault = VaultFile(path, KEY)
    yield vault
    vault.close()


@pytest.fixture
def ledger(vault: VaultFile) -> Entering:
    return Entering(vault)


@pytest.fixture
def persons(vault: VaultFile, ledger: Entering) -> PersonFile:
    return PersonFile(vault, ledger.enter, lambda: ledger.today)


@pytest.fixture
def copy(tmp_path) -> Path:
    made: Path = tmp_path / "share"
    made.mkdir()
    return made / "till-1"


@pytest.fixture
def legs(vault) -> list[LegKey]:
    return people(vault)


@pytest.fixture
def backup(vault, path, legs, tmp_path) -> Path:
    """Of the whole state folder, before somebody was erased."""
    vault.close()
    made: Path = tmp_path / "backup"
    shutil.copytree(path.parent, made)
    return made


@pytest.fixture
def failing(monkeypatch):
    class Failing(FailingConnection):
        pass

    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: real(*a, **k, factory=Failing))
    return Failing
