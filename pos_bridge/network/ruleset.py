"""The firewall's rules as nft takes and prints them: a table of our own, a chain for each user, all else refused.

Nothing of the configuration's text comes in here: addresses, ports and user numbers, each of a type that holds nothing
else. Written as `nft --stateless --numeric-protocol list table` prints it, so that what is in force can be compared.
Users that are not ours, and their rules, are left alone.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from ipaddress import IPv4Address
from pwd import getpwnam
from socket import AF_INET, AF_INET6, inet_ntop

from pos_bridge.domain.connection import Who
from pos_bridge.network.allowed import Allowed
from pos_bridge.network.destination import Destination, checked_port

TABLE = "inet pos_bridge"
# The unix user of each of this program's parts.
USERS = {Who.ENGINE: "posb", Who.ROOM: "posb-card", Who.PAGE: "posb-page", Who.GUARD: "posb-watch"}
COUNTERS = {who: f"denied_{who.name.lower()}" for who in Who}
# An answer, and never the beginning of a connection, which has neither. Needs no memory of connections. Of the words
# for it, those that every version of nft prints alike.
_ANSWERS = "tcp flags rst,ack accept"


def ruleset(allowed: Allowed, users: Mapping[Who, int]) -> str:
    """All of it for `nft -f`: the table before, if there is one, is replaced in the same step. ValueError for a number
    that is no user's, or root's. A part without a user has no rules, and none of its processes can be.
    """
    return f"add table {TABLE}\ndelete table {TABLE}\n{table(allowed, users)}"


def table(allowed: Allowed, users: Mapping[Who, int]) -> str:
    """The table alone, as nft prints it."""
    counters = [f"\tcounter {name} {{\n\t}}\n" for name in COUNTERS.values()]
    by_part = sorted(users.items(), key=lambda each: each[0].value)
    chains = [
        _chain(Who.ENGINE, _engine(allowed)),
        _chain(Who.ROOM, ()),
        _chain(Who.PAGE, (f'oifname "lo" {_ANSWERS}',)),
        _chain(Who.GUARD, _lookups(allowed)),
        _base("output", (f"meta skuid {_uid(uid)} jump {who.name.lower()}" for who, uid in by_part)),
        _base("input", (_closed(port) for port in _answering(allowed))),
    ]
    return f"table {TABLE} {{\n" + "\n".join((*counters, *chains)) + "}\n"


def known_users() -> dict[Who, int]:
    """Those of this program's users that this machine has."""
    known = {}
    for who, name in USERS.items():
        with suppress(KeyError):
            known[who] = getpwnam(name).pw_uid
    return known


def _uid(uid: int) -> int:
    if type(uid) is not int or not 0 < uid < 2**32 - 1:
        raise ValueError("a user of this program is not root")
    return uid


def _engine(allowed: Allowed) -> Iterator[str]:
    for destination in allowed.engine:
        yield f"{_to(destination)} tcp dport {destination.port} accept"
    yield from _lookups(allowed)
    for port in _answering(allowed):
        yield f'oifname "lo" tcp sport {port} {_ANSWERS}'
    # `doctor` asks the engine at its own door, as the engine's user.
    yield f'oifname "lo" tcp dport {checked_port(allowed.doors[0])} accept'


def _answering(allowed: Allowed) -> Iterator[int]:
    """Where the engine's user listens: its doors, and the status page, whose unit is of the same user."""
    yield from map(checked_port, allowed.doors)
    if allowed.page is not None:
        yield checked_port(allowed.page)


def _lookups(allowed: Allowed) -> Iterator[str]:
    for server in allowed.dns:
        for protocol in ("udp", "tcp"):
            yield f"{_to(server)} {protocol} dport {server.port} accept"


def _to(destination: Destination) -> str:
    family, kind = ("ip", AF_INET) if isinstance(destination.address, IPv4Address) else ("ip6", AF_INET6)
    return f"{family} daddr {inet_ntop(kind, destination.address.packed)}"  # as nft writes it; str() may differ


def _closed(door: int) -> str:
    """Whatever else of this machine listens there: from outside it is no till's door."""
    counter = COUNTERS[Who.OUTSIDE]
    return f'iifname != "lo" tcp dport {checked_port(door)} counter name "{counter}" reject with tcp reset'


def _chain(who: Who, rules: Iterator[str] | tuple[str, ...]) -> str:
    """What is not accepted is counted and refused at once: a program that is denied hears so, and does not wait."""
    counter = f'counter name "{COUNTERS[who]}"'
    denied = (
        f"meta l4proto 6 {counter} reject with tcp reset",
        f"{counter} reject with icmpx admin-prohibited",
    )
    return f"\tchain {who.name.lower()} {{\n" + "".join(f"\t\t{rule}\n" for rule in (*rules, *denied)) + "\t}\n"


def _base(hook: str, rules: Iterator[str]) -> str:
    head = f"type filter hook {hook} priority filter; policy accept;"
    return f"\tchain {hook} {{\n\t\t{head}\n" + "".join(f"\t\t{rule}\n" for rule in rules) + "\t}\n"


def drop_in(allowed: Allowed) -> str:
    """The same for systemd, which holds the engine's unit alone to it: a second wall, made of other stone."""
    addresses = dict.fromkeys(each.address for each in (*allowed.engine, *allowed.dns) if not each.address.is_loopback)
    lines = [f"IPAddressAllow={address}" for address in addresses]
    lines += [f"SocketBindAllow=ipv4:tcp:{checked_port(door)}" for door in allowed.doors]
    return "[Service]\n" + "".join(f"{line}\n" for line in lines)
