"""A till's vault, ledger and secret as they come back from a backup, after somebody was erased."""

import shutil
from contextlib import closing
from pathlib import Path

from pos_bridge.domain.identity import Chouchous, VaultFault
from pos_bridge.identity.fault import EXPECTED, fault_of
from pos_bridge.identity.person_file import PersonFile
from pos_bridge.identity.renewing import Progress
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import KEY
from tests.identity.peopled import renewed

GOES = Chouchous("M-1")


def erase(path: Path, copy: Path | None = None, *choices: Chouchous) -> None:
    with closing(VaultFile(path, KEY, erasures_copy=copy)) as vault:
        for choice in choices or (GOES,):
            assert PersonFile(vault, vault.enter).erase(choice) is not None
        assert vault.owed().copies == 0
        assert renewed(vault) is Progress.DONE


def restore(backup: Path, path: Path, *names: str) -> None:
    for name in names:
        shutil.copy2(backup / name, path.with_name(name))


def opening(path: Path, copy: Path | None = None) -> VaultFault | None:
    with closing(VaultFile(path, KEY, erasures_copy=copy)) as vault:
        try:
            vault.held()
        except EXPECTED as error:
            return fault_of(error)
        return None
