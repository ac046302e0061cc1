"""One event notification to the configured address: HTTPS, verified by the configured authority, to this shop only.

An address that is public is not spoken to, whatever its name: what goes on at a till is nobody's business outside. No
redirect is followed, no proxy asked, and of the answer only its status is read.
"""

import asyncio
import re
import socket
import ssl
from ipaddress import IPv6Address, ip_address, ip_network

from pos_bridge.config.devices import Address

LIMIT_S = 5.0
_MAX_STATUS_LINE = 512
_PRIVATE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))  # RFC 1918, RFC 4193
_TAKEN = re.compile(rb"HTTP/1\.[01] 2[0-9]{2}[ \r]")


class EventPost:
    """`tls` trusts the configured authority alone, and looks at the name."""

    def __init__(self, address: Address, tls: ssl.SSLContext, limit_s: float = LIMIT_S) -> None:
        self._address = address
        self._tls = tls
        self._limit_s = limit_s

    async def __call__(self, body: bytes) -> bool:
        """Whether it was taken (any 2xx). Never raises; ends within the limit."""
        try:
            async with asyncio.timeout(self._limit_s):
                return await self._post(body)
        except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return False

    async def _post(self, body: bytes) -> bool:
        address = self._address
        reader, writer = await self._connected()
        try:
            head = (
                f"POST {address.path} HTTP/1.1\r\nHost: {address.authority}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            )
            writer.write(head.encode("ascii") + body)
            return _TAKEN.match(await reader.readuntil(b"\n")) is not None
        finally:
            writer.transport.abort()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """To the first address of that name that is near and answers. No other is as much as greeted."""
        host, port = self._address.host, self._address.port
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        failed = OSError()  # no such address in this shop
        for peer in (str(address[0]) for *_, address in found):
            if not _is_near(peer):
                continue
            try:
                return await asyncio.open_connection(
                    peer, port, ssl=self._tls, server_hostname=host, limit=_MAX_STATUS_LINE
                )
            except OSError as error:
                failed = error
        raise failed


def _is_near(peer: str) -> bool:
    """In this machine or this shop: loopback, private or link-local. What ipaddress calls private is more: tunnels, and
    any address of IPv4 that is written as one of IPv6.
    """
    found = ip_address(peer.partition("%")[0])
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return found.is_loopback or found.is_link_local or any(found in network for network in _PRIVATE)
