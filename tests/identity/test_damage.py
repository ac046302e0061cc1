"""A vault that is not what was written: refused by a word of the closed list, never repaired, never overwritten."""

import shutil
import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.domain.identity import VaultFault, VaultUnusableError
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity import schema
from pos_bridge.identity.fault import EXPECTED, fault_of
from pos_bridge.identity.report import known
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import BESIDE, KEY, as_member, forge, to_home


def told(call) -> VaultFault | None:
    try:
        call()
    except EXPECTED as error:
        return fault_of(error)
    return None


def refusals(path: Path) -> set[VaultFault | None]:
    """What every call says, by the engine and by a report."""
    vault, leg = VaultFile(path, KEY), LegKey.fresh()
    faults = {
        told(vault.held),
        told(lambda: vault.known(leg)),
        told(lambda: vault.hold(leg, (as_member(),))),
        told(lambda: vault.keep(leg)),
        told(lambda: vault.drop(leg)),
        told(lambda: known(path, KEY, leg)),
    }
    vault.rest()
    vault.close()
    return faults


def not_a_database(path: Path) -> None:
    path.write_bytes(b"no vault at all" * 1000)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def zeroed(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def another_database(path: Path) -> None:
    path.unlink()
    forge(path, "CREATE TABLE held (name BLOB PRIMARY KEY, box BLOB)")


def a_table_more(path: Path) -> None:
    forge(path, "CREATE TABLE notes (name TEXT)")


def a_trigger(path: Path) -> None:
    forge(path, "CREATE TRIGGER copy AFTER INSERT ON held BEGIN DELETE FROM links; END")


def no_verifier(path: Path) -> None:
    forge(path, "DELETE FROM verifier")


@pytest.mark.parametrize(
    "damage", [not_a_database, empty, cut, zeroed, another_database, a_table_more, a_trigger, no_verifier]
)
def test_a_damaged_vault_is_left_as_it_is(vault, path, damage):
    for _ in range(4):
        vault.hold(LegKey.fresh(), (as_member(), to_home()))
    vault.close()
    damage(path)
    before = path.read_bytes()
    assert refusals(path) == {VaultFault.DAMAGED}
    assert path.read_bytes() == before
    assert {file.name for file in path.parent.iterdir()} == {"vault.db"} | BESIDE


def test_a_newer_vault_is_told_apart(vault, path):
    vault.hold(LegKey.fresh(), (as_member(),))
    vault.close()
    forge(path, f"PRAGMA user_version = {schema.VERSION + 1}")
    assert refusals(path) == {VaultFault.NEWER}


def test_a_log_without_its_vault_is_not_taken_for_a_new_ones(vault, path):
    leg = LegKey.fresh()
    vault.hold(leg, (as_member(),))
    logged = path.with_name("vault.db-wal").read_bytes()
    vault.close()
    path.unlink()
    path.with_name("vault.db-wal").write_bytes(logged)
    again = VaultFile(path, KEY)
    with pytest.raises(VaultUnusableError) as caught:
        again.hold(leg, (as_member(),))
    assert caught.value.fault is VaultFault.DAMAGED
    assert path.with_name("vault.db-wal").read_bytes() == logged
    assert not path.exists()
    again.close()


def test_a_half_made_vault_is_made_again(vault, path):
    path.parent.mkdir()
    path.with_name("vault.db.part").write_bytes(b"a crash left this")
    leg = LegKey.fresh()
    vault.hold(leg, (as_member(),))
    assert vault.held() == (leg,)
    assert not path.with_name("vault.db.part").exists()


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_a_flipped_byte_never_tells_a_lie(data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vault.db"
        shutil.copy(_sample()[0], path)
        shutil.copy(_sample()[0].with_name("vault.epoch"), path.with_name("vault.epoch"))
        _, kept, held, unknown = _sample()
        raw = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 3))):
            raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
        path.write_bytes(raw)
        vault = VaultFile(path, KEY)
        faults: set[VaultFault | None] = set()
        for leg, truth in ((kept, 2), (held, 1), (unknown, 0)):
            for ask in (vault.known, lambda leg: known(path, KEY, leg)):
                try:
                    assert len(ask(leg)) <= truth
                except EXPECTED as error:
                    faults.add(fault_of(error))
        faults |= {told(lambda: vault.hold(held, (as_member("OTHER"),))), told(lambda: vault.keep(held))}
        vault.rest()
        vault.close()
        assert faults <= {None, VaultFault.DAMAGED, VaultFault.WRONG_KEY, VaultFault.NEWER, VaultFault.DISK}
        assert path.exists()


_SAMPLES: list[tuple[Path, LegKey, LegKey, LegKey]] = []


@pytest.fixture(autouse=True)
def _sample_of_this_process(tmp_path_factory):
    if not _SAMPLES:
        path, (kept, held, unknown) = tmp_path_factory.mktemp("sample") / "vault.db", (LegKey.fresh() for _ in "abc")
        vault = VaultFile(path, KEY)
        vault.hold(kept, (as_member(), to_home()))
        vault.keep(kept)
        vault.hold(held, (as_member("OTHER"),))
        vault.close()
        _SAMPLES.append((path, kept, held, unknown))


def _sample() -> tuple[Path, LegKey, LegKey, LegKey]:
    return _SAMPLES[0]


def test_each_fault_has_its_word():
    def of_sqlite(code: int) -> VaultFault:
        error = sqlite3.OperationalError("whatever")
        error.sqlite_errorcode = code
        return fault_of(error)

    assert of_sqlite(sqlite3.SQLITE_FULL) is VaultFault.DISK_FULL
    assert of_sqlite(sqlite3.SQLITE_IOERR_FSYNC) is VaultFault.DISK
    assert of_sqlite(sqlite3.SQLITE_READONLY) is VaultFault.DISK
    assert of_sqlite(sqlite3.SQLITE_IOERR_SHORT_READ) is VaultFault.DAMAGED
    assert of_sqlite(sqlite3.SQLITE_CORRUPT_VTAB) is VaultFault.DAMAGED
    assert fault_of(OSError(28, "no space")) is VaultFault.DISK_FULL
    assert fault_of(PermissionError(13, "no")) is VaultFault.DISK
    assert fault_of(ZeroDivisionError()) is VaultFault.PROGRAM
