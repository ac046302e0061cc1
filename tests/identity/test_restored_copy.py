"""The ledger's copy off the till completes what came back from a backup; where it is away or differs, that is told."""

import os
import shutil
import threading
from contextlib import closing

import pytest

from pos_bridge.domain.identity import Chouchous, VaultFault
from pos_bridge.identity import ledger_file
from pos_bridge.identity.ledger_file import NAME
from pos_bridge.identity.person_file import PersonFile
from pos_bridge.identity.renewing import Owing
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import KEY
from tests.identity.peopled import said
from tests.identity.restored import GOES, erase, opening


def test_all_of_it_restored_is_completed_from_the_copy(path, backup, copy, legs):
    """Vault, secret and ledger are of before; the copy off the till knows better."""
    with closing(VaultFile(path, KEY, erasures_copy=copy)) as vault:
        assert vault.owed() == Owing(0, renewal=False)
    assert copy.read_bytes() == path.with_name(NAME).read_bytes()
    erase(path, copy)
    assert copy.read_bytes() == path.with_name(NAME).read_bytes()
    with closing(VaultFile(path, KEY)) as vault:
        after = said(vault, path, legs)
    shutil.rmtree(path.parent)
    shutil.copytree(backup, path.parent)
    with closing(VaultFile(path, KEY, erasures_copy=copy)) as vault:
        assert PersonFile(vault).person(GOES) is None
        assert said(vault, path, legs) == after
    assert copy.read_bytes() == path.with_name(NAME).read_bytes()


def test_a_copy_that_comes_back_later_is_heard_then(path, backup, copy):
    erase(path, copy)
    shutil.rmtree(path.parent)
    shutil.copytree(backup, path.parent)
    away = copy.parent.rename(copy.parent.with_name("away"))
    with closing(VaultFile(path, KEY, erasures_copy=copy)) as vault:
        assert PersonFile(vault).person(GOES) is not None
        assert vault.owed().copies == 1, "the one of before"
        away.rename(copy.parent)
        assert vault.owed() == Owing(0, renewal=True)
        assert PersonFile(vault).person(GOES) is None


def test_a_copy_that_cannot_be_reached_acknowledges_nothing(vault, path, legs, tmp_path):
    vault.close()
    copy = tmp_path / "not mounted" / "till-1"
    with closing(VaultFile(path, KEY, erasures_copy=copy)) as without:
        assert PersonFile(without, without.enter).erase(GOES) is not None
        assert without.owed().copies == 2
        copy.parent.write_bytes(b"")  # a file where the folder should be
        assert without.owed().copies == 2
        copy.parent.unlink()
        copy.mkdir(parents=True)  # a folder where the file should be
        assert without.owed().copies == 2
        copy.rmdir()
        assert without.owed().copies == 0
    assert copy.read_bytes() == path.with_name(NAME).read_bytes()
    assert copy.stat().st_mode & 0o777 == 0o600


def test_a_copy_that_hangs_hangs_nobody(vault, path, legs, copy, monkeypatch):
    """A pipe that nobody writes to is opened for ever, as a file on a share that is gone."""
    vault.close()
    monkeypatch.setattr(ledger_file, "_COPY_S", 0.1)
    os.mkfifo(copy)
    with closing(VaultFile(path, KEY, erasures_copy=copy)) as without:
        assert PersonFile(without, without.enter).erase(GOES) is not None
        assert without.owed().copies == 2
        (hanging,) = [thread for thread in threading.enumerate() if thread.name == "copy of the ledger"]
        os.close(os.open(copy, os.O_WRONLY))
        hanging.join()
        copy.unlink()
        assert without.owed().copies == 0


@pytest.mark.parametrize("harm", ["another", "damaged"])
def test_a_copy_that_says_something_else_is_told(path, backup, copy, harm):
    erase(path, copy)
    if harm == "another":
        other = backup / "vault.db"
        erase(other, None, Chouchous("M-2"))
        copy.write_bytes((backup / NAME).read_bytes())
    else:
        raw = bytearray(copy.read_bytes())
        raw[10] ^= 1
        copy.write_bytes(raw)
    before = copy.read_bytes()
    assert opening(path, copy) is VaultFault.ERASURES_BEHIND
    assert copy.read_bytes() == before
    assert opening(path) is None


@pytest.mark.parametrize("torn", ["half a line", "its end", "zeros"])
@pytest.mark.parametrize("which", ["ours", "the copy"])
def test_what_a_crash_left_of_a_line_is_mended(path, backup, copy, torn, which):
    erase(path, copy)
    whole = path.with_name(NAME).read_bytes()
    file = copy if which == "the copy" else path.with_name(NAME)
    match torn:
        case "half a line":
            file.write_bytes(whole + b"3 0123456789abc")
        case "its end":
            file.write_bytes(whole[:-1])
        case "zeros":
            file.write_bytes(whole + bytes(138))
    with closing(VaultFile(path, KEY, erasures_copy=copy)) as vault:
        assert vault.owed().copies == 0
    assert path.with_name(NAME).read_bytes() == whole
    assert copy.read_bytes() == whole
