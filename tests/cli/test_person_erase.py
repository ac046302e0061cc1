"""`person erase`: what is gone, what is said of it, and what is owed until *erased* can be said."""

import json
from dataclasses import replace

import msgspec
import pytest

from pos_bridge.config import settings
from pos_bridge.domain.audit import Act
from pos_bridge.domain.person import PersonFault
from pos_bridge.identity.vault_file import VaultFile
from pos_bridge.registers.trail_file import entries
from tests.cli.people import KEY, Office


@pytest.fixture
def copied(office: Office, tmp_path) -> settings.Config:
    """With a copy of the ledger on a share."""
    assert office.config.identity is not None
    (tmp_path / "share").mkdir()
    identity = msgspec.structs.replace(office.config.identity, erasures_copy="share/erasures")
    return replace(office.config, identity=identity)


def test_a_person_is_erased_and_the_vault_has_another_key(office: Office, copied):
    person = office.enrol()
    secret = (office.config.state / "vault.epoch").read_bytes()
    status, out, err = office.person("erase", "--yes", loaded=copied)
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "Erased: unreadable now, out of backups within 30 days.",
        "The vault has a new key; the old one is destroyed.",
        "Entered off the till too.",
    ]
    assert office.known() is None
    assert (office.config.state / "vault.epoch").read_bytes() != secret
    assert not (office.config.state / "vault.renew").exists()
    assert person.id.hex() in (office.config.state / "share" / "erasures").read_text()
    assert [entry.person for _, entry in entries(office.config.state / "audit.db")] == [person.id]


def test_without_a_copy_off_the_till_that_is_said(office: Office):
    office.enrol()
    status, out, _ = office.person("erase", "--yes")
    assert status == 0
    assert "identity.erasures_copy" in out


def test_a_copy_that_cannot_be_reached_is_owed_and_not_called_erased(office: Office, copied, tmp_path):
    office.enrol()
    (tmp_path / "share").rmdir()
    status, out, _ = office.person("erase", "--yes", loaded=copied)
    assert status == 4
    assert "NOT YET entered off the till: 1 waiting" in out
    assert office.known() is None
    told = json.loads(office.person("due", "--json", typed="", loaded=copied)[1])
    assert told["copies"] == 1
    (tmp_path / "share").mkdir()
    assert json.loads(office.person("due", "--json", typed="", loaded=copied)[1])["copies"] == 0


def test_beside_who_has_the_vault_open_the_new_key_is_owed(office: Office):
    office.enrol()
    engine = VaultFile(office.config.vault, KEY)
    engine.held()
    try:
        status, out, _ = office.person("erase", "--yes")
        assert status == 0
        assert "within 24 hours" in out
        assert "waits for a new key" in office.person("due", typed="")[1]
    finally:
        engine.close()


def test_asked_again_there_is_nobody(office: Office):
    office.enrol()
    assert office.person("erase", "--yes")[0] == 0
    assert office.person("erase", "--yes")[0] == 3
    assert [entry.refused for _, entry in entries(office.config.state / "audit.db")][-1] in {None, PersonFault.UNKNOWN}


def test_without_a_terminal_it_takes_the_word(office: Office):
    person = office.enrol()
    status, out, err = office.person("erase")
    assert (status, out) == (2, "")
    assert "--yes" in err
    assert office.known() == person


def test_what_they_had_agreed_to_is_shown_to_whoever_gives_the_number_again(office: Office):
    office.enrol()
    status, out, err = office.person("proof")
    assert (status, out) == (3, "")
    assert "Nobody of that number" in err
    office.person("withdraw", "--purpose", "offers", "--channel", "mail")
    office.person("erase", "--yes")
    status, out, err = office.person("proof")
    assert (status, err) == (0, "")
    agreed, withdrew = out.splitlines()
    assert "(at the till): agreed:" in agreed
    assert "text members-3, in French; by the person." in agreed
    assert withdrew.endswith("(by mail or e-mail): withdrawn: sending offers.")
    assert ":00" not in out, "no hour is kept"
    assert office.person("proof", typed="member CH-1002\n")[0] == 3
    acts = [entry.act for _, entry in entries(office.config.state / "audit.db")]
    assert acts == [Act.PROVE, Act.WITHDRAW, Act.ERASE, Act.PROVE, Act.PROVE]
