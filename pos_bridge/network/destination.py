"""An address and a port that the configuration names, as values that can carry nothing else."""

from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from pos_bridge.domain.connection import Where

IpAddress = IPv4Address | IPv6Address
_LAST_PORT = 65535
_NEAR = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))  # RFC 1918, RFC 4193


class Setting(Enum):
    """Who asks for it; the value is the setting's name."""

    PROCESSOR = "processor.address"
    ENROLMENT = "enrolment.url"
    EVENTS = "nexo.events.url"
    DNS = "network.dns"


def as_address(text: str) -> IpAddress | None:
    """An address without its zone; one of IPv4 that is written as one of IPv6 is one of IPv4. None: it is none."""
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found


def where(address: IpAddress) -> Where:
    """Within this machine, within this shop (private or link-local), or anything else."""
    if address.is_unspecified:
        return Where.ANYWHERE
    if address.is_loopback:
        return Where.THIS_MACHINE
    if address.is_link_local or any(address in network for network in _NEAR):
        return Where.NEAR
    return Where.FAR


def checked_port(port: int) -> int:
    """ValueError for what is none."""
    if type(port) is not int or not 0 < port <= _LAST_PORT:
        raise ValueError("a port is 1 to 65535")
    return port


@dataclass(frozen=True, slots=True)
class Destination:
    """One machine's address, without a zone, and a port. ValueError for anything that is not exactly that."""

    address: IpAddress
    port: int

    def __post_init__(self) -> None:
        checked_port(self.port)
        if type(self.address) not in {IPv4Address, IPv6Address} or getattr(self.address, "scope_id", None) is not None:
            raise ValueError("an address without a zone")
        if self.address.is_unspecified or self.address.is_multicast:
            raise ValueError("an address of one machine")


@dataclass(frozen=True, slots=True)
class Target:
    """A destination as the configuration writes it: an address, or a name that stands for some."""

    setting: Setting
    host: str
    port: int

    @property
    def address(self) -> IpAddress | None:
        """None: it is a name."""
        return as_address(self.host)
