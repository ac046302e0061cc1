"""`pos-bridge firewall` as a person types it: what it prints, and what it says where nothing can be done."""

import pytest

from pos_bridge.cli import firewall
from pos_bridge.cli.firewall_words import WORDS
from pos_bridge.config.file import read
from pos_bridge.domain.connection import Who
from pos_bridge.network import nft
from pos_bridge.network.allowed import allowed
from pos_bridge.network.ruleset import known_users, ruleset
from tests.config.documents import DOCUMENT, refusal
from tests.network.namespaces import apart
from tests.network.tills import till


@pytest.fixture(name="config")
def a_till(tmp_path):
    return till(tmp_path)


@pytest.fixture
def users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firewall, "known_users", lambda: {Who.ENGINE: 64_001, Who.ROOM: 64_002})


def test_the_rules_are_printed_and_nothing_else(command, config):
    with apart():
        status, printed, told = command("firewall", "--lang", "en", loaded=config)
        assert (status, printed) == (0, ruleset(allowed(config), known_users()))
        assert all("There is no user" in line for line in told.splitlines())
        assert nft.loaded() is None


def test_rules_that_hold_nobody_are_not_done(command, config):
    """On a machine without this program's users, as that of the tests mostly is."""
    if {Who.ENGINE, Who.ROOM} <= known_users().keys():
        return
    with apart():
        status, _, told = command("firewall", "--load", "--lang", "en", loaded=config)
        assert (status, told.splitlines()[-1]) == (1, WORDS["loaded"].en)
        assert command("firewall", "--check", loaded=config)[0] == 1


@pytest.mark.usefixtures("users")
def test_compared_put_into_force_and_compared_again(command, config):
    with apart():
        status, _, told = command("firewall", "--check", "--lang", "fr", loaded=config)
        assert (status, told.splitlines()[-1]) == (1, WORDS["not_in_force"].fr)
        assert command("firewall", "--load", loaded=config)[0] == 0
        assert command("firewall", "--check", loaded=config)[0] == 0
        nft.load("add rule inet pos_bridge room accept")
        status, _, told = command("firewall", "--check", "--lang", "en", loaded=config)
        assert (status, told.splitlines()[-1]) == (1, WORDS["other_rules"].en)


def test_a_name_that_leads_nowhere_is_closed_and_told(command, tmp_path):
    lost = till(tmp_path, processor="-:443", enrolment="https://192.0.2.11")
    with apart():
        status, printed, told = command("firewall", "--load", "--lang", "en", loaded=lost)
        assert (status, printed) == (1, "")
        assert "processor.address: -:443 leads to no address" in told
        assert WORDS["loaded"].en in told
        in_force = nft.loaded()
        assert in_force is not None
        assert "192.0.2.11" in in_force


@pytest.mark.usefixtures("users")
def test_and_where_it_had_an_address_keeps_it(command, tmp_path):
    with apart():
        assert command("firewall", "--load", loaded=till(tmp_path))[0] == 0
        before = nft.loaded()
        status, _, told = command("firewall", "--load", "--lang", "en", loaded=till(tmp_path, processor="-:443"))
        assert (status, told.splitlines()[-1]) == (1, WORDS["kept"].en)
        assert nft.loaded() == before


@pytest.mark.parametrize("word", ["--check", "--load"])
def test_without_nft(command, config, monkeypatch, tmp_path, word):
    monkeypatch.setattr(nft, "PROGRAM", str(tmp_path / "nft"))
    status, printed, told = command("firewall", word, "--lang", "en", loaded=config)
    assert (status, printed) == (1, "")
    assert "The program nft could not: " + f"{tmp_path / 'nft'}: No such file or directory. Run this as root" in told


def test_the_drop_in_is_printed(command, config):
    status, printed, told = command("firewall", "--systemd", loaded=config)
    assert (status, printed, told) == (0, "[Service]\nIPAddressAllow=192.0.2.10\nSocketBindAllow=ipv4:tcp:8443\n", "")


@pytest.mark.parametrize("dns", ["", "1.2.3.4.5", "0.0.0.0", "ff02::1", "::", "1.2.3.4; accept", "example"])
def test_a_name_server_is_an_address(tmp_path, dns):
    file = tmp_path / "pos-bridge.toml"
    file.write_text(DOCUMENT + f'[network]\ndns = ["{dns}"]\n')
    assert "network.dns" in refusal(file)


def test_name_servers_that_are(tmp_path):
    file = tmp_path / "pos-bridge.toml"
    file.write_text(DOCUMENT + '[network]\ndns = ["127.0.0.53", "2001:db8::53"]\n')
    assert read(file).network.dns == ("127.0.0.53", "2001:db8::53")
