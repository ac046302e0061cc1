"""The rules as text: nft takes them, prints them alike, and nothing of a configuration comes to be a rule."""

import re
import subprocess
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from pos_bridge.domain.connection import Who
from pos_bridge.network import nft
from pos_bridge.network.allowed import Allowed, allowed
from pos_bridge.network.destination import Destination
from pos_bridge.network.ruleset import COUNTERS, drop_in, ruleset, table
from pos_bridge.network.ruleset import TABLE as NAME
from tests.network.namespaces import ENGINE, GUARD, PAGE, ROOM, apart
from tests.network.tills import till

UIDS = {Who.ENGINE: ENGINE, Who.ROOM: ROOM, Who.PAGE: PAGE, Who.GUARD: GUARD}
FULL = Allowed(
    (
        Destination(IPv4Address("192.0.2.10"), 443),
        Destination(IPv6Address("2001:db8::10"), 443),
        Destination(IPv6Address("::192.0.2.1"), 65535),
        Destination(IPv6Address("64:ff9b::c000:201"), 1),
    ),
    (Destination(IPv4Address("192.0.2.53"), 53), Destination(IPv6Address("2001:db8::53"), 53)),
    (8443, 8444),
    page=8445,
)
LINE = re.compile(
    r"""add\ table\ inet\ pos_bridge | delete\ table\ inet\ pos_bridge | table\ inet\ pos_bridge\ \{ | \t?\} |
    | \tcounter\ denied_[a-z]+\ \{ | \tchain\ [a-z]+\ \{
    | \t\ttype\ filter\ hook\ (?:out|in)put\ priority\ filter;\ policy\ accept;
    | \t\tip6?\ daddr\ [0-9a-f.:]+\ (?:tcp|udp)\ dport\ [0-9]+\ accept
    | \t\toifname\ "lo"\ tcp\ dport\ [0-9]+\ accept
    | \t\toifname\ "lo"\ (?:tcp\ sport\ [0-9]+\ )?tcp\ flags\ rst,ack\ accept
    | \t\tiifname\ !=\ "lo"\ tcp\ dport\ [0-9]+\ counter\ name\ "denied_outside"\ reject\ with\ tcp\ reset
    | \t\tmeta\ l4proto\ 6\ counter\ name\ "denied_[a-z]+"\ reject\ with\ tcp\ reset
    | \t\tcounter\ name\ "denied_[a-z]+"\ reject\ with\ icmpx\ admin-prohibited
    | \t\tmeta\ skuid\ [0-9]+\ jump\ [a-z]+""",
    re.VERBOSE,
)


def assert_closed(text: str) -> None:
    assert [line for line in text.splitlines() if not LINE.fullmatch(line)] == []


def checked(text: str) -> str:
    return subprocess.run(["nft", "-c", "-f", "-"], input=text, capture_output=True, text=True, check=False).stderr


@pytest.mark.parametrize("given_", [FULL, Allowed((), (), (1,))])
@pytest.mark.parametrize("users", [UIDS, {}, {Who.ENGINE: 1}])
def test_nft_takes_it_and_prints_it_alike(given_, users):
    """Once and again: what is there is replaced, in one step."""
    with apart():
        assert nft.loaded() is None
        assert checked(ruleset(given_, users)) == ""
        assert nft.loaded() is None
        for _ in range(2):
            nft.load(ruleset(given_, users))
            assert nft.loaded() == table(given_, users)
        assert nft.counts().times == (0,) * len(Who)
    assert_closed(ruleset(given_, users))


def test_a_replacement_is_whole_or_not_at_all():
    with apart():
        nft.load(ruleset(FULL, UIDS))
        with pytest.raises(nft.NftError):
            nft.load(ruleset(Allowed((), (), (1,)), UIDS) + "add rule inet pos_bridge nowhere accept\n")
        assert nft.loaded() == table(FULL, UIDS)


def test_other_tables_are_left_alone():
    with apart():
        nft.load("table inet shop { chain output { type filter hook output priority 0; }; }")
        nft.load(ruleset(FULL, UIDS))
        tables = subprocess.run(["nft", "list", "tables"], capture_output=True, text=True, check=True).stdout
        assert tables.splitlines() == ["table inet shop", f"table {NAME}"]


def test_without_counters_there_is_nothing_to_count():
    with apart(), pytest.raises(nft.NftError):
        nft.counts()


def test_each_part_has_a_counter_and_a_chain_that_ends_in_refusal():
    for who, counter in COUNTERS.items():
        if who is not Who.OUTSIDE:
            body = table(FULL, UIDS).split(f"\tchain {who.name.lower()} {{\n")[1].split("\t}\n")[0]
            assert body.splitlines()[-1] == f'\t\tcounter name "{counter}" reject with icmpx admin-prohibited'


@pytest.mark.parametrize("uid", [0, -1, 2**32 - 1, True, "posb", "1 accept"])
def test_a_user_of_this_program_is_a_number_and_not_root(uid):
    with pytest.raises(ValueError, match="root"):
        ruleset(FULL, {Who.ENGINE: uid})


HOSTS = some.from_regex(r"[A-Za-z0-9.-]{1,40}", fullmatch=True) | some.sampled_from(("1", "0x7f.1", "..", "-", "0"))
HOSTILE = some.text(max_size=40) | some.sampled_from(
    (
        "192.0.2.1 accept",
        "::1%lo;accept",
        "192.0.2.1\n}",
        "192.0.2.1/0",
        "0.0.0.0/0",
        '" accept',
        "$x",
        "10.0.0.1-9",
    )
)


@settings(max_examples=150)
@given(host=HOSTS, port=some.integers(0, 99_999), answers=some.lists(HOSTILE, max_size=4), door=some.integers(1, 65535))
def test_no_configuration_and_no_name_server_writes_a_rule(host, port, answers, door):
    config = till(Path("/nowhere"), processor=f"{host}:{port}", port=door, dns=("192.0.2.53",))
    found = allowed(config, lambda *_: tuple(answers))
    assert_closed(ruleset(found, UIDS))
    assert ruleset(found, UIDS).count("accept;") == 2
    assert all(re.fullmatch(r"\[Service\]|IPAddressAllow=[0-9a-f.:]+|SocketBindAllow=ipv4:tcp:[0-9]+", line)
               for line in drop_in(found).splitlines())  # fmt: skip


def test_the_drop_in():
    assert drop_in(FULL).splitlines() == [
        "[Service]",
        "IPAddressAllow=192.0.2.10",
        "IPAddressAllow=2001:db8::10",
        "IPAddressAllow=::c000:201",
        "IPAddressAllow=64:ff9b::c000:201",
        "IPAddressAllow=192.0.2.53",
        "IPAddressAllow=2001:db8::53",
        "SocketBindAllow=ipv4:tcp:8443",
        "SocketBindAllow=ipv4:tcp:8444",
    ]


def test_the_status_page_answers_as_the_engines_user_and_calls_nobody():
    engine = table(FULL, UIDS).split("chain engine {")[1].partition("}")[0]
    assert 'oifname "lo" tcp sport 8445 tcp flags rst,ack accept' in engine
    assert "dport 8445" not in engine


def test_it_is_printed_alike_where_protocols_have_no_names():
    """/etc/protocols is of the package netbase, which a small Debian has not."""
    bare = ["unshare", "--mount", "sh", "-c", 'mount --bind /dev/null /etc/protocols; exec "$@"', "sh"]
    with apart():
        nft.load(ruleset(FULL, UIDS))
        words = [nft.PROGRAM, "--stateless", "--numeric-protocol", "list", "table", *NAME.split()]
        listed = [
            subprocess.run([*before, *words], capture_output=True, text=True, check=True) for before in ([], bare)
        ]
        assert [each.stdout for each in listed] == [table(FULL, UIDS)] * 2
