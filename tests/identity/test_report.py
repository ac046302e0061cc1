"""What a command reads beside a running engine: the truth, and without a trace."""

import threading
from pathlib import Path

import pytest

from pos_bridge.domain.identity import ChoiceKind, Chouchous, VaultFault, VaultUnusableError
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity.ledger import Entries
from pos_bridge.identity.ledger_file import Ledger
from pos_bridge.identity.report import known
from tests.identity.makers import KEY, as_member, forge, sold, to_home
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


# ---- nothing is said only when it is certain ----


def unsure(path: Path, leg: LegKey) -> VaultFault | None:
    try:
        assert known(path, KEY, leg) == frozenset()
    except VaultUnusableError as error:
        return error.fault
    return None


@pytest.mark.parametrize("table", ["links", "held"])
@pytest.mark.parametrize(
    "change",
    [
        "name = CAST(substr(name, 1, 31) || CASE substr(name, 32) WHEN x'77' THEN x'78' ELSE x'77' END AS BLOB)",
        "box = randomblob(length(box))",
    ],
)
def test_a_row_that_cannot_be_read_may_be_anybodys(vault, path, table, change):
    kept, held, other = (LegKey.fresh() for _ in range(3))
    for leg in (kept, held):
        vault.hold(leg, (as_member(),))
    vault.keep(kept)
    vault.close()
    assert unsure(path, other) is None
    forge(path, f"UPDATE {table} SET {change}")
    assert unsure(path, kept if table == "links" else held) is VaultFault.DAMAGED
    assert unsure(path, other) is VaultFault.DAMAGED


def test_a_vault_that_is_elsewhere_may_know_anybody(vault, path):
    """On a disk that is not mounted, or lost beside its log."""
    leg = LegKey.fresh()
    vault.hold(leg, (as_member(),))
    logged = path.with_name("vault.db-wal").read_bytes()
    vault.close()
    path.rename(path.with_name("elsewhere"))
    assert unsure(path, leg) is None
    path.with_name("vault.db-wal").write_bytes(logged)
    assert unsure(path, leg) is VaultFault.DAMAGED
    path.with_name("vault.db-wal").unlink()
    path.symlink_to(path.parent / "not mounted" / "vault.db")
    assert unsure(path, leg) is VaultFault.DISK


def test_an_erasure_while_it_is_read_is_no_ledger_that_lacks_one(vault, persons, path, monkeypatch):
    """The vault and its ledger are two files: whoever erases between two looks has written in both."""
    leg = sold(vault)
    sold(vault, as_member("M-2"))
    entries = Ledger.entries

    def then_erased(ledger: Ledger) -> Entries:
        monkeypatch.setattr(Ledger, "entries", entries)
        found = ledger.entries()
        assert persons.erase(Chouchous("M-2")) is not None
        return found

    monkeypatch.setattr(Ledger, "entries", then_erased)
    assert known(path, KEY, leg) == BOTH
