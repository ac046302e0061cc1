"""What the vault says about a sale, for people: read from the file as it is, beside a running engine."""

from pathlib import Path

from pos_bridge.domain.identity import ChoiceKind, VaultUnusableError
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity import file
from pos_bridge.identity.fault import EXPECTED, fault_of


def known(path: Path, key: bytes, leg: LegKey) -> frozenset[ChoiceKind]:
    """What is kept, or held, with this leg; nothing where there is no vault. Raises VaultUnusableError.

    *Nothing* is said only of a vault in which every row can be read: a damaged one may be this sale's.

    Changes nothing that is stored, and makes no vault. What SQLite does to its -shm file, the index of a log that lies
    there, is its own: it notes readers in it, and makes it again if somebody took it away.
    """
    try:
        if file.absent(path):
            return frozenset()
        with file.reading(path, key) as rows:
            kinds = rows.known(leg)
            if not kinds:
                rows.check()
            return kinds
    except EXPECTED as error:
        fault = fault_of(error)
    raise VaultUnusableError(fault)
