"""What lies on the disk of a member's points, and what becomes of a vault of the version before there were any."""

import sqlite3
from contextlib import closing

import pytest
from cryptography.exceptions import InvalidTag

from pos_bridge.domain.identity import ChoiceKind, VaultFault, VaultUnusableError
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.points import Earned, PointsFault
from pos_bridge.identity import file, schema
from pos_bridge.identity.report import known
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.earning import AGAIN, award, points_of, sold
from tests.identity.failing_disk import fault
from tests.identity.makers import KEY, MEMBER, forge, shapes, stored
from tests.identity.search import finds
from tests.identity.test_residue import everything, windows

NEWER = ("points", "returns", "proofs", "head")  # than version 1


def test_each_sale_has_one_length_and_nothing_is_found(vault, path):
    legs = [sold(vault, paid, member=f"M-{paid}") for paid in (1, 12_99, 99_999_999)]
    vault.returned(legs[1], 0, settled=False)
    assert len(set(shapes(path)["points"])) == 1
    assert list(finds(path.parent, MEMBER, "2026-11", *(str(leg) for leg in legs))) == []
    raw = everything(path.parent)
    assert not any(leg.raw[at : at + 6] in raw for leg in legs for at in range(10))
    for number in range(3):
        vault.withdraw(legs[1], bytes((number,)) * 16, 1_00)
    assert len(set(shapes(path)["points"])) == 1


def test_they_are_under_the_persons_own_key(vault, path):
    """Destroying it destroys them: erasing a person takes their points along."""
    leg, other = sold(vault), sold(vault, member="OTHER")
    person = vault._opened().points.member_of(leg)
    assert person is not None
    vault.close()
    forge(path, f"DELETE FROM persons WHERE name = x'{person.hex()}'")
    again = VaultFile(path, KEY)
    assert again.earned(leg) is None
    assert again.earned(other) is not None
    again.close()


def test_a_box_opens_only_in_its_own_row(vault, path):
    legs = [sold(vault) for _ in range(2)]  # of one person, so under one key
    vault.close()
    forge(
        path,
        "CREATE TEMP TABLE t AS SELECT name, box FROM points",
        "UPDATE points SET box = (SELECT box FROM t WHERE name <> points.name)",
    )
    again = VaultFile(path, KEY)
    with pytest.raises(InvalidTag):
        again.earned(legs[0])
    again.close()


def test_what_was_replaced_goes_with_the_log(vault, path):
    leg = sold(vault, 10_00)
    vault.rest()
    ((_, before),) = stored(path)["points"]
    vault.returned(leg, 5_00, settled=True)
    vault.rest()
    assert not any(piece in everything(path.parent) for piece in windows(before))
    assert not any(stored(path)["returns"])


def test_a_vault_that_had_no_points_goes_on_and_gets_some(path):
    path.parent.mkdir()
    old = VaultFile(path, KEY)
    leg = sold(old, rule=None)
    old.close()
    forge(path, *(f"DROP TABLE {table}" for table in NEWER), "PRAGMA user_version = 1")
    assert known(path, KEY, leg) == frozenset(ChoiceKind), "a command beside it changes nothing"
    with closing(sqlite3.connect(path)) as connection:
        assert schema.version_of(connection) == 1
    again = VaultFile(path, KEY)
    assert again.known(leg) == frozenset(ChoiceKind)
    assert isinstance(award(again, leg), Earned)
    assert points_of(again) == 12
    again.close()
    with closing(sqlite3.connect(path)) as connection:
        assert schema.version_of(connection) == schema.VERSION
        assert connection.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)


def test_a_vault_that_had_no_points_and_another_key_stays_as_it_is(path):
    path.parent.mkdir()
    old = VaultFile(path, KEY)
    sold(old, rule=None)
    old.close()
    forge(path, *(f"DROP TABLE {table}" for table in NEWER), "PRAGMA user_version = 1")
    before = path.read_bytes()
    with pytest.raises(VaultUnusableError) as caught, file.reading(path, bytes(32)):
        raise AssertionError("opened")
    assert caught.value.fault is VaultFault.WRONG_KEY
    other = VaultFile(path, bytes(32))
    with pytest.raises(VaultUnusableError):
        other.returning()
    other.close()
    assert path.read_bytes() == before


def test_points_that_a_disk_took_and_failed_to_sync_are_there_and_counted_once(path, failing):
    """So whoever asked is not told that nothing was done (pos_api/said_of_points.py, VAULT)."""
    vault = VaultFile(path, KEY)
    leg = LegKey.fresh()
    vault.make()
    assert vault.earned(leg) is None
    failing.after, failing.fail_at = True, "COMMIT"
    assert fault(lambda: award(vault, leg)) is VaultFault.DISK
    vault.close()
    again = VaultFile(path, KEY)
    assert points_of(again) == 12
    assert isinstance(award(again, leg), Earned), "the same request is told what it did"
    assert award(again, leg, by=AGAIN) is PointsFault.COUNTED
    assert points_of(again) == 12
    again.close()
