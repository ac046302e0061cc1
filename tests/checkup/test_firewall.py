"""The look at the firewall: nft is real, in a network of the test's own."""

import time

import pytest

from pos_bridge.checkup import firewall
from pos_bridge.checkup.finding import Finding, Line
from pos_bridge.config.settings import Config
from pos_bridge.domain.connection import Who
from pos_bridge.network import nft
from pos_bridge.network.allowed import allowed
from pos_bridge.network.denied import STALE_S, Denied, leave
from pos_bridge.network.ruleset import known_users, ruleset
from tests.checkup.finds import lines
from tests.network.namespaces import apart
from tests.network.tills import till


def rules(config: Config) -> list[Line]:
    found = lines(firewall.look(config))
    return [each for each in found if each.check == "firewall"]


def counts(config: Config) -> list[Finding]:
    found = firewall.look(config)
    return [each for each in found if each.check == "denied"]


@pytest.fixture(name="config")
def a_till(tmp_path):
    return till(tmp_path)


def test_rules_that_are_not_there_others_and_the_right_ones(config):
    with apart():
        assert rules(config) == [firewall.NO_RULES]
        nft.load(ruleset(allowed(config), known_users()))
        assert rules(config) == [firewall.IN_FORCE]
        nft.load("add rule inet pos_bridge room accept")
        assert rules(config) == [firewall.OTHER_RULES]


def test_without_nft_it_is_told_and_not_to_whoever_may_not_see(config, monkeypatch, tmp_path):
    monkeypatch.setattr(nft, "PROGRAM", str(tmp_path / "nft"))
    (found,) = [each for each in firewall.look(config) if each.check == "firewall"]
    assert lines([found]) == [firewall.NO_NFT]
    assert "No such file" in found.text("en")
    monkeypatch.setattr("os.geteuid", lambda: 64000)
    assert rules(config) == [firewall.NOT_SEEN]


def test_a_machine_without_our_users(config):
    missing = [each.text("en") for each in firewall.look(config) if each.check == "firewall_users"]
    assert len(missing) == len({Who.ENGINE, Who.ROOM} - known_users().keys())


def test_counts(config, tmp_path):
    def left(*times: int, at: float) -> list[Line]:
        leave(tmp_path / "denied", Denied(int(at), times))
        return lines(counts(config))

    now = time.monotonic()
    assert lines(counts(config)) == [firewall.NOT_COUNTED]
    (tmp_path / "denied").write_text("half")
    assert lines(counts(config)) == [firewall.NOT_COUNTED]
    assert left(0, 0, 0, 0, 0, at=now) == [firewall.NONE_DENIED]
    assert left(0, 0, 0, 0, 3, at=now) == [firewall.NONE_DENIED, firewall.KNOCKED]
    assert left(2, 1, 0, 0, 0, at=now) == [firewall.DENIED, firewall.DENIED]
    assert "denied posb 2 packet" in counts(config)[0].text("en")
    assert left(0, 0, 0, 0, 0, at=max(now - STALE_S - 2, 0)) == [firewall.STALE, firewall.NONE_DENIED]


def test_names(tmp_path):
    with apart():
        named = till(tmp_path, processor="localhost:443")
        assert firewall.NO_DNS in lines(firewall.look(named))
        lost = till(tmp_path, processor="-:443", dns=("192.0.2.53",))
        assert firewall.LOST in lines(firewall.look(lost))
        assert firewall.NO_DNS not in lines(firewall.look(lost))
