"""GET pages for a monitor, on the tills' port: behind a token, few at a time, and with nothing that a till waits for.

Each ends its connection, so a monitor keeps no till's place; whoever asks more often than pages are made is shown the
same page again.
"""

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

MOST_AT_ONCE = 4
FRESH_S = 1.0
_BEARER = b"bearer "

Headers = Iterable[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Page:
    status: int
    body: bytes
    kind: bytes = b"text/plain; charset=utf-8"
    headers: tuple[tuple[bytes, bytes], ...] = ()


NOT_GET = Page(405, b"", headers=((b"allow", b"GET"),))
NO_TOKEN = Page(401, b"", headers=((b"www-authenticate", b'Bearer realm="pos-bridge"'),))
TOO_MANY = Page(429, b"", headers=((b"retry-after", b"5"),))


class WatchPages:
    """`pages` by their paths; what one raises is the caller's to tell. `token`: printable ASCII."""

    def __init__(
        self,
        token: str,
        pages: Mapping[str, Callable[[], Awaitable[Page]]],
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._token = token.encode("ascii")
        self._pages = pages
        self._clock_s = clock_s
        self._made: dict[str, tuple[float, Page]] = {}
        self._one = asyncio.Lock()
        self._here = 0

    def has(self, path: str) -> bool:
        return path in self._pages

    async def answer(self, method: str, path: str, headers: Headers) -> Page:
        """Raises KeyError for a path that it has not."""
        if not self._shows_token(headers):
            return NO_TOKEN
        if method != "GET":
            return NOT_GET
        if self._here >= MOST_AT_ONCE:
            return TOO_MANY
        self._here += 1
        try:
            async with self._one:
                return await self._page(path)
        finally:
            self._here -= 1

    async def _page(self, path: str) -> Page:
        made = self._made.get(path)
        if made is None or self._clock_s() - made[0] >= FRESH_S:
            made = self._clock_s(), await self._pages[path]()
            self._made[path] = made
        return made[1]

    def _shows_token(self, headers: Headers) -> bool:
        """RFC 6750, 2.1; the scheme's name in any case (RFC 9110, 11.1)."""
        shown = [value for name, value in headers if name == b"authorization"]
        if len(shown) != 1 or shown[0][: len(_BEARER)].lower() != _BEARER:
            return False
        return hmac.compare_digest(shown[0][len(_BEARER) :].strip(b" "), self._token)
