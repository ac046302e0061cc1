"""What a command reads beside a running engine: the truth, and without a trace."""

import threading
from pathlib import Path

import pytest

from pos_bridge.domain.identity import ChoiceKind, VaultFault, VaultUnusableError
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity.report import known
from tests.identity.makers import KEY, as_member, to_home
from tests.journal import children

BOTH = frozenset(ChoiceKind)


def files(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {file.name: (file.stat().st_mtime_ns, file.read_bytes()) for file in folder.iterdir()}


def test_no_vault_is_nothing_known_and_none_is_made(tmp_path):
    assert known(tmp_path / "vault.db", KEY, LegKey.fresh()) == frozenset()
    assert known(tmp_path / "none" / "vault.db", KEY, LegKey.fresh()) == frozenset()
    assert list(tmp_path.iterdir()) == []


def test_a_closed_vault_is_read_without_a_trace(vault, path):
    leg = LegKey.fresh()
    vault.hold(leg, (as_member(), to_home()))
    vault.keep(leg)
    vault.close()
    before = files(path.parent)
    path.chmod(0o400)
    path.parent.chmod(0o500)
    assert known(path, KEY, leg) == BOTH
    assert known(path, KEY, LegKey.fresh()) == frozenset()
    with pytest.raises(VaultUnusableError) as caught:
        known(path, bytes(32), leg)
    assert caught.value.fault is VaultFault.WRONG_KEY
    path.parent.chmod(0o700)
    assert files(path.parent) == before


CRASH = """
import os, sys
from pathlib import Path
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import KEY, as_member
vault, leg = VaultFile(Path(sys.argv[1]), KEY), LegKey.fresh()
vault.hold(leg, (as_member(),))
print(leg, flush=True)
os._exit(0)
"""


def test_what_a_crash_left_in_the_log_is_read_too(path):
    leg = LegKey.parse(children.run(CRASH, path).strip())
    before = files(path.parent)
    assert known(path, KEY, leg) == {ChoiceKind.CHOUCHOUS}
    after = files(path.parent)
    assert set(after) == set(before)
    assert {name: after[name] for name in ("vault.db", "vault.db-wal")} == {
        name: before[name] for name in ("vault.db", "vault.db-wal")
    }


def test_beside_an_engine_that_writes(vault, path):
    legs, ended = [], threading.Event()

    def write() -> None:
        for number in range(150):
            leg = LegKey.fresh()
            vault.hold(leg, (as_member(), to_home()))
            legs.append(leg)
            (vault.rest if number % 3 else vault._write_anew)()
            vault.keep(leg)
        ended.set()

    writer = threading.Thread(target=write)
    writer.start()
    looked = 0
    while not ended.is_set() or looked < 20:
        for leg in legs[-3:]:
            assert known(path, KEY, leg) == BOTH  # held, kept, and at the moment in between
            looked += 1
        if legs:
            assert known(path, KEY, LegKey.fresh()) == frozenset()
    writer.join()
    vault.rest()


def test_a_file_that_others_own_is_told(tmp_path):
    (tmp_path / "vault.db").mkdir()
    with pytest.raises(VaultUnusableError) as caught:
        known(tmp_path / "vault.db", KEY, LegKey.fresh())
    assert caught.value.fault is VaultFault.DISK
