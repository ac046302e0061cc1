"""Where a till may talk, from its settings."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pos_bridge.network.allowed import Allowed, addresses_of, allowed, targets
from pos_bridge.network.destination import Destination, Setting, as_address
from tests.network.namespaces import apart
from tests.network.tills import till

NAMES = {
    "processor.example": ("198.51.100.7", "2001:db8::7"),
    "till-2.store.example": ("192.168.1.20", "203.0.113.9"),
    "public.example": ("203.0.113.9",),
    "nowhere.example": (),
    "odd.example": ("0.0.0.0", "224.0.0.1", "fe80::1%wire; accept", "::ffff:10.0.0.1", "no address"),
}


def resolve(host: str, port: int) -> tuple[str, ...]:
    return NAMES[host]


def said(found: Allowed) -> list[str]:
    return [f"{each.address} {each.port}" for each in found.engine]


def test_an_address_is_itself(tmp_path):
    found = allowed(till(tmp_path), resolve)
    assert said(found) == ["192.0.2.10 443"]
    assert (found.dns, found.doors, found.lost) == ((), (8443,), ())


def test_everything_that_the_engine_connects_to_and_nothing_else(tmp_path):
    config = till(
        tmp_path,
        enrolment="https://192.0.2.11",
        events="https://[fd00::20]:9443/nexo-events",
        native=8444,
        dns=("192.0.2.53",),
    )
    found = allowed(config, resolve)
    assert said(found) == ["192.0.2.10 443", "192.0.2.11 443", "fd00::20 9443"]
    assert found.dns == (), "there is no name to look up"
    assert found.doors == (8443, 8444)


def test_a_name_is_all_its_addresses_and_name_servers_only_those_that_are_named(tmp_path):
    found = allowed(till(tmp_path, processor="processor.example:443"), resolve)
    assert said(found) == ["198.51.100.7 443", "2001:db8::7 443"]
    assert found.dns == ()
    found = allowed(till(tmp_path, processor="processor.example:443", dns=("2001:db8::53", "192.0.2.53")), resolve)
    assert [f"{each.address} {each.port}" for each in found.dns] == ["192.0.2.53 53", "2001:db8::53 53"]


@pytest.mark.parametrize("port", ["0", "65536", "99999"])
def test_no_such_port(tmp_path, port):
    assert said(found := allowed(till(tmp_path, processor=f"192.0.2.10:{port}"), resolve)) == []
    assert found.lost == targets(till(tmp_path, processor=f"192.0.2.10:{port}"))


def test_a_name_that_leads_nowhere_is_told(tmp_path):
    found = allowed(till(tmp_path, processor="nowhere.example:443", enrolment="https://192.0.2.11"), resolve)
    assert said(found) == ["192.0.2.11 443"]
    assert [(each.setting, each.host, each.port) for each in found.lost] == [
        (Setting.PROCESSOR, "nowhere.example", 443)
    ]


def test_notifications_stay_in_the_shop_whatever_a_name_says(tmp_path):
    found = allowed(till(tmp_path, events="https://till-2.store.example:9443/x"), resolve)
    assert "192.168.1.20 9443" in said(found)
    assert "203.0.113.9 9443" not in said(found)
    assert allowed(till(tmp_path, events="https://public.example:9443/x"), resolve).lost != ()


def test_what_a_resolver_says_is_an_address_of_one_machine_or_nothing(tmp_path):
    assert said(allowed(till(tmp_path, processor="odd.example:443"), resolve)) == ["10.0.0.1 443", "fe80::1 443"]


@given(some.text(max_size=60))
def test_a_text_is_an_address_without_anything_else_or_none(text):
    found = as_address(text)
    assert found is None or as_address(str(found)) == found
    assert found is None or set(str(found)) <= set("0123456789abcdef.:")


@pytest.mark.parametrize(
    ("address", "port"),
    [
        (ip_address("192.0.2.1"), 0),
        (ip_address("192.0.2.1"), 65536),
        (ip_address("192.0.2.1"), True),
        (ip_address("192.0.2.1"), "443"),
        (ip_address("fe80::1%lo; accept"), 443),
        (ip_address("::"), 443),
        (ip_address("ff02::1"), 443),
        ("192.0.2.1; accept", 443),
    ],
)
def test_a_destination_holds_nothing_else(address, port):
    with pytest.raises(ValueError, match=r"port|address"):
        Destination(address, port)


def test_the_systems_resolver():
    with apart():  # where nobody answers who would know a name
        assert "127.0.0.1" in addresses_of("localhost", 443)
        for name in ("no such name..", "-", "x" * 64):
            assert addresses_of(name, 443) == ()
