"""The secret of the epoch: whole or absent, private, and gone when it is told to go."""

import os
from pathlib import Path

import pytest

from pos_bridge.domain.identity import VaultFault
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity import epoch
from pos_bridge.identity.fault import EXPECTED, fault_of
from pos_bridge.identity.keys import Keys
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import KEY, as_member, content


def secret(folder: Path, name: str = epoch.NAME) -> bytes:
    return (folder / name).read_bytes()


def test_it_is_made_with_the_vault(vault, path):
    assert not path.parent.exists()
    vault.hold(LegKey.fresh(), (as_member(),))
    assert len(secret(path.parent)) == 32
    assert (path.parent / epoch.NAME).stat().st_mode & 0o777 == 0o600
    assert epoch.candidates(path.parent) == (secret(path.parent),)
    assert not epoch.renewing(path.parent)


def test_every_key_needs_vault_key_secret_and_salt():
    vault_key, secret, salt, other = (os.urandom(32) for _ in range(4))
    keys = Keys.derive(vault_key, secret, salt)
    assert keys == Keys.derive(vault_key, secret, salt)
    changed = (other, secret, salt), (vault_key, other, salt), (vault_key, secret, other), (vault_key, epoch.NONE, salt)
    others = [Keys.derive(*parts) for parts in changed]
    values = [getattr(each, name) for each in (keys, *others) for name in Keys.__slots__ if name != "proof_name"]
    assert len(set(values)) == len(values)


def test_a_proof_is_found_in_every_epoch():
    vault_key, other = os.urandom(32), os.urandom(32)
    names = {Keys.derive(vault_key, epoch, os.urandom(32)).proof_name for epoch in (b"", os.urandom(32))}
    assert len(names) == 1
    assert Keys.derive(other, b"", bytes(32)).proof_name not in names


@pytest.mark.parametrize("harm", ["gone", "another", "overwritten", "short"])
def test_a_vault_without_its_secret_cannot_be_opened(vault, path, harm):
    leg = LegKey.fresh()
    vault.hold(leg, (as_member(),))
    vault.close()
    file = path.parent / epoch.NAME
    match harm:
        case "gone":
            file.unlink()
        case "another":
            file.write_bytes(os.urandom(32))
        case "overwritten":
            file.write_bytes(bytes(32))
        case "short":
            file.write_bytes(file.read_bytes()[:31])
    before = path.read_bytes()
    again = VaultFile(path, KEY)
    with pytest.raises(EXPECTED) as caught:
        again.held()
    assert fault_of(caught.value) is VaultFault.WRONG_KEY
    again.close()
    assert path.read_bytes() == before


def test_a_vault_that_was_taken_away_finds_its_secret_again(vault, path):
    leg = LegKey.fresh()
    vault.hold(leg, (as_member(),))
    vault.close()
    away = path.rename(path.with_name("away"))
    other = VaultFile(path, KEY)
    other.hold(LegKey.fresh(), (as_member("OTHER"),))
    other.close()
    away.replace(path)
    assert list(content(path).held) == [leg]


def test_the_next_one_takes_the_place_of_the_old_one(tmp_path):
    old = epoch.first(tmp_path)
    following = epoch.prepare(tmp_path)
    assert epoch.candidates(tmp_path) == (old, following)
    inode = (tmp_path / epoch.NAME).open("rb")
    epoch.turn(tmp_path)
    assert epoch.candidates(tmp_path) == (following,)
    assert [file.name for file in tmp_path.iterdir()] == [epoch.NAME]
    with inode:
        assert inode.read() == bytes(32), "its blocks, not only its name"


def test_the_next_one_is_destroyed_when_a_renewal_is_thrown_away(tmp_path):
    old = epoch.first(tmp_path)
    epoch.prepare(tmp_path)
    inode = (tmp_path / epoch.NEXT).open("rb")
    epoch.abandon(tmp_path)
    epoch.abandon(tmp_path)
    assert epoch.candidates(tmp_path) == (old,)
    with inode:
        assert inode.read() == bytes(32)


def test_one_that_a_vault_may_be_of_is_never_replaced(tmp_path):
    epoch.first(tmp_path)
    assert epoch.following(tmp_path) is None
    following = epoch.prepare(tmp_path)
    with pytest.raises(FileExistsError):
        epoch.prepare(tmp_path)
    assert epoch.following(tmp_path) == following


def test_without_one_it_is_of_before_there_were_any(tmp_path):
    assert epoch.candidates(tmp_path) == (epoch.NONE,)
    following = epoch.prepare(tmp_path)
    assert epoch.candidates(tmp_path) == (epoch.NONE, following)
    epoch.turn(tmp_path)
    assert epoch.candidates(tmp_path) == (following,)


def test_others_cannot_read_it_after_a_restore(vault, path):
    vault.hold(LegKey.fresh(), (as_member(),))
    vault.close()
    (path.parent / epoch.NAME).chmod(0o644)
    again = VaultFile(path, KEY)
    again.held()
    again.close()
    assert (path.parent / epoch.NAME).stat().st_mode & 0o777 == 0o600
