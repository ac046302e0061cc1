"""A disk that fails while somebody is erased: all of them is there or nothing, what the ledger says is done later."""

import pytest

from pos_bridge.domain.identity import Chouchous, VaultFault
from tests.identity.failing_disk import fault
from tests.identity.makers import MEMBER, as_member, sold, stored, with_details
from tests.identity.test_residue import everything, windows
from tests.journal import children

WHO = Chouchous(MEMBER)
FAILS = (
    "BEGIN",
    "SELECT name, wrapped",
    "INSERT OR REPLACE INTO head",
    "INSERT OR REPLACE INTO proofs",
    "DELETE FROM persons",
    "SELECT name, box FROM links",
    "DELETE FROM points",
    "COMMIT",
)


@pytest.mark.parametrize("at", FAILS)
def test_whole_or_gone(failing, persons, ledger, path, at):
    vault = persons._file
    legs = [sold(vault, as_member()) for _ in range(2)]
    other = sold(vault, as_member("OTHER"))
    persons.change(WHO, with_details)
    pieces = windows(*(value for row in stored(path)["links"] for value in row))
    before = stored(path)
    failing.fail_at = at
    assert fault(lambda: persons.erase(WHO)) is VaultFault.DISK
    assert stored(path) == before
    assert len(ledger.entered) == (at not in {"BEGIN", "SELECT name, wrapped"})
    persons.rest()  # nobody asks again
    if ledger.entered:
        assert persons.person(WHO) is None
        assert [vault.known(leg) for leg in legs] == [frozenset()] * 2
        raw = everything(path.parent)
        assert sum(piece in raw for piece in pieces) < len(pieces) / 2, "the others' only"
        assert len(ledger.entered) == 1
    else:
        assert persons.erase(WHO) is not None
    assert vault.earned(other) is not None


def test_what_was_told_as_failed_and_was_done_is_done(failing, vault, persons, ledger):
    sold(vault, as_member())
    failing.after = True
    failing.fail_at = "COMMIT"
    assert fault(lambda: persons.erase(WHO)) is VaultFault.DISK
    persons.rest()
    assert persons.person(WHO) is None
    assert persons.erase(WHO) is None
    assert len(ledger.entered) == 1


@pytest.mark.parametrize("at", ["PRAGMA wal_checkpoint", "VACUUM"])
def test_a_disk_that_would_not_tidy_tidies_later(failing, vault, persons, path, at):
    sold(vault, as_member())
    pieces = windows(*(value for row in stored(path)["persons"] for value in row))
    failing.fail_at = at
    assert persons.erase(WHO) is not None
    vault.rest()
    assert [piece for piece in pieces if piece in everything(path.parent)] == []


@pytest.mark.parametrize("at", ["BEGIN", "SELECT name, wrapped", "UPDATE persons", "COMMIT"])
def test_a_change_that_fails_changes_nothing(failing, vault, persons, at):
    sold(vault, as_member())
    before = persons.person(WHO)
    failing.fail_at = at
    assert fault(lambda: persons.change(WHO, with_details)) is VaultFault.DISK
    assert persons.person(WHO) == before
    told = persons.change(WHO, with_details)
    assert persons.person(WHO) == told


# Fills the disk with persons, then cannot erase one; with room again it can.
FULL = """
import sys
from pathlib import Path
from pos_bridge.domain.identity import Chouchous, VaultFault
from pos_bridge.identity.fault import EXPECTED, fault_of
from pos_bridge.identity.ledger_file import Ledger
from pos_bridge.identity.person_file import PersonFile
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import KEY, as_member, content, sold, with_details
from tests.small_disk import SmallDisk

root, how = Path(sys.argv[1]), sys.argv[2]
disk = SmallDisk(root, how, megabytes=1, limit=120_000)
fault = VaultFault.DISK_FULL if how == "tmpfs" else VaultFault.DISK
path = root / "state" / "vault.db"
vault = VaultFile(path, KEY)
persons = PersonFile(vault, vault.enter)
names = [f"M-{number}" for number in range(12)]
for name in names:
    for _ in range(2): sold(vault, as_member(name))
    persons.change(Chouchous(name), with_details)
vault.rest()
disk.fill()
refused = 0
for name in names:
    try: persons.erase(Chouchous(name))
    except EXPECTED as error:
        assert fault_of(error) is fault, error
        refused += 1
        found = persons.person(Chouchous(name))
        assert found is not None and len(persons.sales_of(found.id)) == 2, "whole"
    else:
        assert persons.person(Chouchous(name)) is None
disk.make_room()
persons.rest()
vault.rest()
entered = Ledger(path.parent).entries().persons
assert 12 - refused <= len(entered) == sum(persons.person(Chouchous(name)) is None for name in names)
for name in names: persons.erase(Chouchous(name))  # the ledger had no room for the others: they are asked for again
assert all(persons.person(Chouchous(name)) is None for name in names)
assert len(set(Ledger(path.parent).entries().persons)) == 12
vault.close()
assert not content(path).links and content(path).proofs == 12
print(refused)
"""


def test_a_full_disk(tmp_path):
    assert int(children.run_on_small_disk(FULL, tmp_path)) > 0
