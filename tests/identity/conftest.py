from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_bridge.identity.person_file import PersonFile
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import KEY, Entering


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
