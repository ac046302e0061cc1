"""Where the programs of this till may talk, from its configuration and nothing else.

A name becomes the addresses that it has now: rules are made of addresses. One that has none is told, and reaches
nothing.
"""

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pos_bridge.config.devices import Address
from pos_bridge.config.settings import Config
from pos_bridge.domain.connection import Where
from pos_bridge.network.destination import Destination, IpAddress, Setting, Target, as_address, checked_port, where

DNS_PORT = 53
Resolve = Callable[[str, int], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Allowed:
    """`engine`: what the engine may connect to. `dns`: name servers, for whoever must look a name up. `doors`: the
    ports on loopback where tills ask; the first is nexo's. `page`: the status page's, of the same user. `lost`: what
    leads to no address that may be talked to; `named`: what is a name.
    """

    engine: tuple[Destination, ...]
    dns: tuple[Destination, ...]
    doors: tuple[int, ...]
    lost: tuple[Target, ...] = ()
    named: tuple[Target, ...] = ()
    page: int | None = None


def targets(config: Config) -> tuple[Target, ...]:
    """Each that the engine connects to by TCP. What is out of bounds is left out: there is no such place."""
    host, _, port = config.processor.address.rpartition(":")
    named = [Target(Setting.PROCESSOR, host, int(port))]
    if config.enrolment is not None and config.enrolment.url is not None:
        named.append(_of_url(Setting.ENROLMENT, config.enrolment.url))
    if config.nexo.events is not None:
        named.append(_of_url(Setting.EVENTS, config.nexo.events.url))
    return tuple(named)


def _of_url(setting: Setting, url: str) -> Target:
    address = Address.parse(url)
    return Target(setting, address.host, address.port)


def dns_servers(config: Config) -> tuple[Destination, ...]:
    """Those that are named, if there is a name to look up."""
    if all(target.address is not None for target in targets(config)):
        return ()
    found = (as_address(text) for text in config.network.dns)
    return _sorted(Destination(address, DNS_PORT) for address in found if address is not None)


def doors(config: Config) -> tuple[int, ...]:
    native = None if config.native is None else config.native.port
    return tuple(checked_port(port) for port in (config.nexo.port, native) if port is not None)


def addresses_of(host: str, port: int) -> tuple[str, ...]:
    """By the system's own ways. None: it is not known, or nobody answered who would know."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, OverflowError):
        return ()
    return tuple(str(address[0]) for *_, address in found)


def allowed(config: Config, resolve: Resolve = addresses_of) -> Allowed:
    """Looks names up, which can take seconds."""
    reached: list[Destination] = []
    lost: list[Target] = []
    for target in targets(config):
        is_name = target.address is None
        found = destinations(target, resolve(target.host, target.port) if is_name else (target.host,))
        reached += found
        if not found:
            lost.append(target)
    named = tuple(target for target in targets(config) if target.address is None)
    return Allowed(
        _sorted(reached), dns_servers(config), doors(config), tuple(lost), named, checked_port(config.page.port)
    )


def destinations(target: Target, texts: Iterable[str]) -> tuple[Destination, ...]:
    """Of these addresses, its own or those of its name, the ones that may be talked to."""
    found = (as_address(text) for text in texts)
    return tuple(
        Destination(address, target.port)
        for address in dict.fromkeys(found)
        if address is not None and _fits(target, address)
    )


def _fits(target: Target, address: IpAddress) -> bool:
    """As Destination takes it; and event notifications stay in the shop, whatever a name says (event_post.py)."""
    try:
        Destination(address, target.port)
    except ValueError:
        return False
    return target.setting is not Setting.EVENTS or where(address) is not Where.FAR


def _sorted(found: Iterable[Destination]) -> tuple[Destination, ...]:
    return tuple(sorted(set(found), key=lambda each: (each.address.version, int(each.address), each.port)))
