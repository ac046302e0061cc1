"""One event notification to the configured address: HTTPS, verified by the configured authority, to this shop only.

An address that is public is not spoken to, whatever its name: what goes on at a till is nobody's business outside. No
redirect is followed, no proxy asked, and of the answer only its status is read.
"""

import asyncio
import re
import ssl
from ipaddress import ip_address

from pos_bridge.device_config import Address

LIMIT_S = 5.0
_MAX_STATUS_LINE = 512
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
        reader, writer = await asyncio.open_connection(
            address.host, address.port, ssl=self._tls, server_hostname=address.host, limit=_MAX_STATUS_LINE
        )
        try:
            if not _is_near(writer.get_extra_info("peername")[0]):
                return False
            head = (
                f"POST {address.path} HTTP/1.1\r\nHost: {address.authority}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            )
            writer.write(head.encode("ascii") + body)
            return _TAKEN.match(await reader.readuntil(b"\n")) is not None
        finally:
            writer.transport.abort()


def _is_near(peer: str) -> bool:
    """In this machine or this shop: loopback, private (RFC 1918, RFC 4193) or link-local."""
    found = ip_address(peer.partition("%")[0])
    return found.is_loopback or found.is_private or found.is_link_local
