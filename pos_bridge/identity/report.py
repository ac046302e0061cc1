"""What the vault says about a sale, for people: read from the file as it is, beside a running engine."""

from pathlib import Path

from pos_bridge.domain.identity import ChoiceKind, VaultUnusableError
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity import file
from pos_bridge.identity.fault import EXPECTED, fault_of


def known(path: Path, key: bytes, leg: LegKey) -> frozenset[ChoiceKind]:
    """What is kept, or held, with this leg; nothing where there is no vault. Raises VaultUnusableError.

    Makes and changes no file of the vault (beside a running engine SQLite notes its readers in the -shm file).
    """
    try:
        if not path.exists():
            return frozenset()
        with file.reading(path, key) as rows:
            return rows.known(leg)
    except EXPECTED as error:
        fault = fault_of(error)
    raise VaultUnusableError(fault)
