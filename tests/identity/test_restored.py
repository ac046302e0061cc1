"""Files that come back from a backup: an erased person never does, and what cannot be trusted is refused."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from pos_bridge.domain.identity import Chouchous, VaultFault, VaultUnusableError
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity import epoch
from pos_bridge.identity.ledger_file import NAME, Ledger
from pos_bridge.identity.person_file import PersonFile
from pos_bridge.identity.renewing import OWED, Owing, Progress
from pos_bridge.identity.report import known
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import KEY, as_member, content, forge
from tests.identity.peopled import renewed, said
from tests.identity.restored import GOES, erase, opening, restore
from tests.identity.test_version_2 import LEGS as OLD_LEGS
from tests.identity.test_version_2 import path as path_of_version_2  # noqa: F401 - a fixture


def test_an_older_vault_alone_cannot_be_opened_any_more(path, backup):
    erase(path)
    restore(backup, path, "vault.db")
    before = path.read_bytes()
    assert opening(path) is VaultFault.WRONG_KEY
    with pytest.raises(VaultUnusableError) as caught:
        known(path, KEY, LegKey.fresh())
    assert caught.value.fault is VaultFault.WRONG_KEY
    assert path.read_bytes() == before


def test_with_its_own_secret_whoever_was_erased_goes_again(path, backup, legs):
    with closing(VaultFile(path, KEY)) as vault:
        before = said(vault, path, legs)
    erase(path)
    with closing(VaultFile(path, KEY)) as vault:
        after = said(vault, path, legs)
    restore(backup, path, "vault.db", epoch.NAME)
    (old,) = epoch.candidates(path.parent)
    with closing(VaultFile(path, KEY)) as vault:
        assert PersonFile(vault).person(GOES) is None, "whatever is asked first"
        assert vault.owed() == Owing(0, renewal=True), "and the old key is destroyed again"
        assert said(vault, path, legs) == after
        assert renewed(vault) is Progress.DONE
        assert said(vault, path, legs) == after
    assert before != after
    assert old not in epoch.candidates(path.parent)


def test_a_ledger_that_lacks_what_the_vault_has_seen_is_refused(path, backup):
    erase(path)
    assert opening(path) is None
    restore(backup, path, NAME)
    before = path.read_bytes()
    assert opening(path) is VaultFault.ERASURES_BEHIND
    with pytest.raises(VaultUnusableError) as caught:
        known(path, KEY, LegKey.fresh())
    assert caught.value.fault is VaultFault.ERASURES_BEHIND
    path.with_name(NAME).unlink()
    assert opening(path) is VaultFault.ERASURES_BEHIND
    assert path.read_bytes() == before


def test_a_ledger_with_other_entries_is_refused(path, backup, tmp_path):
    other = tmp_path / "backup" / "vault.db"
    erase(other, None, Chouchous("M-2"), Chouchous("M-3"))
    erase(path)
    restore(backup, path, NAME)
    assert opening(path) is VaultFault.ERASURES_BEHIND, "longer, and without the one that this vault has seen"


@pytest.mark.parametrize("change", ["a digit", "the first line", "a word"])
def test_a_ledger_that_was_changed_is_refused(path, backup, change):
    erase(path)
    ledger = path.with_name(NAME)
    raw = bytearray(ledger.read_bytes())
    match change:
        case "a digit":
            raw[5] ^= 1
        case "the first line":
            del raw[: raw.index(b"\n") + 1]
        case "a word":
            raw += b"word\n"
    ledger.write_bytes(raw)
    assert opening(path) is VaultFault.DAMAGED
    assert ledger.read_bytes() == raw, "left as it is"


def test_an_erasure_that_is_asked_again_is_entered_once(tmp_path):
    ledger, person, other = Ledger(tmp_path), b"\x01" * 32, b"\x02" * 32
    first = ledger.enter(person)
    assert ledger.enter(person) == first
    second = ledger.enter(other)
    assert ledger.enter(person) == second
    assert ledger.entries().persons == (person, other)
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600


def test_an_older_key_file_beside_a_newer_vault_is_told(path, backup):
    erase(path)
    restore(backup, path, epoch.NAME)
    assert opening(path) is VaultFault.WRONG_KEY


def test_a_new_vault_beside_an_old_ledger_goes_on(path, backup):
    erase(path)
    path.unlink()
    assert opening(path) is None
    with closing(VaultFile(path, KEY)) as vault:
        vault.hold(LegKey.fresh(), (as_member(GOES.member),))
        for leg in vault.held():
            vault.keep(leg)
    erase(path)
    assert len(Ledger(path.parent).entries().persons) == 3


def test_a_damaged_head_is_damage(path, backup):
    forge(path, "UPDATE head SET box = randomblob(length(box))")
    assert opening(path) is VaultFault.DAMAGED


def test_a_vault_from_before_epochs_gets_its_first(path_of_version_2):  # noqa: F811 - the fixture
    path: Path = path_of_version_2
    old = path.read_bytes()
    with closing(VaultFile(path, KEY)) as vault:
        assert all(map(vault.known, OLD_LEGS))
    assert not path.with_name(epoch.NAME).exists()
    erase(path, None, next(each for each in content(path).persons if isinstance(each, Chouchous)))
    assert epoch.candidates(path.parent)[0] != epoch.NONE
    with closing(VaultFile(path, KEY)) as vault:
        assert sum(bool(vault.known(leg)) for leg in OLD_LEGS) >= 1
    path.write_bytes(old)
    assert opening(path) is VaultFault.WRONG_KEY
    assert not path.with_name(OWED).exists()


def test_a_choice_that_was_only_held_does_not_bring_back_whoever_was_erased_since(vault, path, tmp_path):
    """Backed up while the sale was under way: the erased person was not yet in the vault, and is in no line of it."""
    leg = LegKey.fresh()
    vault.hold(leg, (as_member(GOES.member),))
    vault.close()
    backup = tmp_path / "backup"
    shutil.copytree(path.parent, backup)
    with closing(VaultFile(path, KEY)) as later:
        later.keep(leg)
    erase(path)
    restore(backup, path, "vault.db", epoch.NAME)
    with closing(VaultFile(path, KEY)) as restored:
        assert restored.held() == (), "nobody's any more"
        restored.keep(leg)  # as the start does: the journal says that it was paid
        assert PersonFile(restored).person(GOES) is None
        assert restored.known(leg) == frozenset()


def test_an_erasure_that_a_crash_interrupted_drops_nothing_held_of_others(vault, path):
    """Entered in the ledger and still in the vault: this vault was not restored."""
    erased, other = LegKey.fresh(), LegKey.fresh()
    vault.hold(erased, (as_member(GOES.member),))
    vault.keep(erased)
    vault.hold(other, (as_member("M-2"),))
    person = PersonFile(vault).person(GOES)
    assert person is not None
    vault.close()
    Ledger(path.parent).enter(person.id)
    with closing(VaultFile(path, KEY)) as again:
        assert again.held() == (other,)
        assert PersonFile(again).person(GOES) is None
