"""Disks that are full or failing: told by its word, nothing half done, and at work again as soon as the disk is."""

import pytest

from pos_bridge.domain.identity import ChoiceKind, VaultFault
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity import file
from pos_bridge.identity.report import known
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.failing_disk import fault
from tests.identity.makers import KEY, as_member, content, to_home
from tests.journal import children

# Fills the disk with people until one is refused, makes room, and goes on.
FULL = """
import sys
from pathlib import Path
from pos_bridge.domain.identity import ChoiceKind, VaultFault
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity.fault import EXPECTED, fault_of
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import KEY, as_member, content, to_home
from tests.small_disk import SmallDisk

root, how = Path(sys.argv[1]), sys.argv[2]
BOTH = frozenset(ChoiceKind)
disk = SmallDisk(root, how, megabytes=1, limit=120_000)
fault = VaultFault.DISK_FULL if how == "tmpfs" else VaultFault.DISK  # the system does not call a limit full

path = root / "state" / "vault.db"
vault = VaultFile(path, KEY)
if how == "tmpfs":  # not even a first file
    disk.fill()
    try: vault.hold(LegKey.fresh(), (as_member(),))
    except EXPECTED as error: assert fault_of(error) is fault
    else: raise AssertionError("held on a full disk")
    assert not path.exists()
    disk.make_room()
kept, held = [], []
for round in range(3):
    for _ in range(3):
        held.append(LegKey.fresh())
        vault.hold(held[-1], (as_member(f"H-{held[-1]}"[:32]), to_home()))
    disk.fill()
    refused = 0
    for number in range(2000):
        leg = LegKey.fresh()
        try:
            vault.hold(leg, (as_member(f"M-{leg}"[:32]), to_home(f"W-{leg}")))
            held.append(leg)
            vault.keep(leg)
            held.remove(leg)
            kept.append(leg)
        except EXPECTED as error:
            assert fault_of(error) is fault, error
            refused += 1
            if refused == 3: break
        if number % 10 == 0: vault.rest()
    assert refused == 3
    unpaid = held.pop()
    try: vault.drop(unpaid)
    except EXPECTED as error: assert fault_of(error) is fault
    vault.rest()
    # Reading goes on, and tells what was acknowledged and nothing more.
    assert set(vault.held()) - {unpaid} == set(held)
    assert all(vault.known(leg) == BOTH for leg in kept + held)
    disk.make_room()
    vault.rest()  # what would not go then goes now
    assert set(vault.held()) == set(held)
    kept.append(held.pop())
    vault.keep(kept[-1])
vault.close()
everything = content(path)
assert set(everything.held) == set(held)
assert {leg for leg, _ in everything.links} == set(kept)
print(len(kept))
"""


def test_a_full_disk(tmp_path):
    assert int(children.run_on_small_disk(FULL, tmp_path)) > 3


def test_a_limit_on_file_size(tmp_path):
    assert int(children.run(FULL, tmp_path, "limit")) > 3


HOLDING = ("BEGIN", "INSERT INTO held", "COMMIT")
KEEPING = ("BEGIN", "SELECT box FROM held", "INSERT INTO persons", "INSERT OR REPLACE INTO links", "DELETE", "COMMIT")


@pytest.mark.parametrize("at", HOLDING)
def test_an_error_while_holding_holds_nothing(failing, vault, path, at):
    other, leg = LegKey.fresh(), LegKey.fresh()
    vault.hold(other, (to_home(),))
    failing.fail_at = at
    assert fault(lambda: vault.hold(leg, (as_member(),))) is VaultFault.DISK
    assert vault.held() == (other,)
    vault.hold(leg, (as_member(),))
    vault.rest()
    assert set(vault.held()) == {other, leg}


@pytest.mark.parametrize("at", KEEPING)
def test_an_error_while_keeping_keeps_nothing_and_passes(failing, vault, path, at):
    leg = LegKey.fresh()
    vault.hold(leg, (as_member(), to_home()))
    failing.fail_at = at
    assert fault(lambda: vault.keep(leg)) is VaultFault.DISK
    assert content(path).persons == {}
    assert vault.held() == (leg,)
    assert vault.known(leg) == frozenset(ChoiceKind)
    vault.keep(leg)
    assert len(content(path).links) == 2
    assert vault.held() == ()


@pytest.mark.parametrize("at", ["BEGIN", "DELETE", "COMMIT"])
def test_what_could_not_be_dropped_goes_at_the_next_rest(failing, vault, at):
    leg = LegKey.fresh()
    vault.hold(leg, (as_member(),))
    failing.fail_at = at
    assert fault(lambda: vault.drop(leg)) is VaultFault.DISK
    vault.rest()
    assert vault.held() == ()


def test_what_was_told_as_not_held_does_not_come_back(failing, vault, path):
    """The sync failed, and the transaction is whole in the log all the same."""
    vault.hold(LegKey.fresh(), (to_home(),))
    leg = LegKey.fresh()
    failing.after = True
    failing.fail_at = "COMMIT"
    assert fault(lambda: vault.hold(leg, (as_member(),))) is VaultFault.DISK
    vault.rest()
    assert leg not in vault.held()
    vault.keep(leg)
    assert vault.known(leg) == frozenset()
    vault.hold(leg, (as_member(),))  # meant this time
    vault.rest()
    assert leg in vault.held()


@pytest.mark.parametrize("at", ["PRAGMA wal_checkpoint", "VACUUM", "PRAGMA busy_timeout"])
def test_an_error_while_tidying_is_nobodys(failing, vault, path, at):
    leg = LegKey.fresh()
    vault.hold(leg, (as_member(),))
    vault.keep(leg)
    vault._kept = 1000
    failing.fail_at = at
    vault.rest()
    vault.rest()
    assert not file.has_log(path)
    assert len(content(path).links) == 1


@pytest.mark.parametrize("at", ["PRAGMA application_id", "PRAGMA journal_mode = WAL", "SELECT salt"])
def test_an_error_while_opening_passes(failing, path, vault, at):
    leg = LegKey.fresh()
    vault.hold(leg, (as_member(),))
    vault.close()
    again = VaultFile(path, KEY)
    failing.fail_at = at
    assert fault(again.held) is VaultFault.DISK
    assert again.held() == (leg,)
    again.close()


@pytest.mark.parametrize("at", ["CREATE TABLE persons", "PRAGMA user_version", "INSERT INTO verifier"])
def test_an_error_while_making_leaves_no_vault(failing, path, vault, at):
    leg = LegKey.fresh()
    failing.fail_at = at
    assert fault(lambda: vault.hold(leg, (as_member(),))) is VaultFault.DISK
    assert not path.exists()
    assert vault.known(leg) == frozenset()
    vault.hold(leg, (as_member(),))
    assert vault.held() == (leg,)


def test_a_folder_that_cannot_be(tmp_path):
    (tmp_path / "state").write_bytes(b"")  # a file where the folder should be
    vault, leg = VaultFile(tmp_path / "state" / "vault.db", KEY), LegKey.fresh()
    assert fault(lambda: vault.hold(leg, (as_member(),))) is VaultFault.DISK
    assert fault(vault.held) is None
    assert known(tmp_path / "state" / "vault.db", KEY, leg) == frozenset()
    vault.rest()
    vault.close()
