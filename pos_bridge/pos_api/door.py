"""Who may speak to the tills' port, decided from the request line and headers alone, before a body is read.

Loopback is not enough: a web page open on the till can make its browser send requests here. A browser names the page
in Origin and the name it looked up in Host, so a request with the one, or a foreign other, is turned away.
"""

import hmac
import re
from collections.abc import Iterable

from pos_bridge.wire.nexo.decode import MAX_BODY

PATHS = frozenset({"/nexo", "/nexo/", "/sync", "/sync/"})
_HOST = re.compile(rb"\A(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?\Z", re.IGNORECASE)
_LENGTH = re.compile(rb"\A[0-9]{1,18}\Z")

Headers = Iterable[tuple[bytes, bytes]]
Turned = tuple[int, str]  # HTTP status and the kind of fault


class Door:
    """`api_key`: what tills show in X-API-Key, printable ASCII of 16 characters or more; None: nobody needs to ask so.

    `sealed`: whoever shows none may come in too, as far as an encrypted message goes: its passphrase says who it is.
    """

    def __init__(self, api_key: str | None, *, sealed: bool = False) -> None:
        self._sealed = sealed
        self._api_key: bytes | None = None
        if api_key is None:
            if not sealed:
                raise ValueError("a door without an API key opens to encrypted messages only")
            return
        if len(api_key) < 16 or not api_key.isascii() or not api_key.isprintable() or " " in api_key:  # noqa: PLR2004 - shorter could be guessed
            raise ValueError("an API key is 16 or more printable ASCII characters without spaces")
        self._api_key = api_key.encode("ascii")

    def turned_away(self, method: str, path: str, headers: Headers) -> Turned | None:
        """Why this request is not heard; None when it is. Headers with lower-case names, as ASGI gives them."""
        foreign = self.foreign(headers)
        if foreign is not None:
            return foreign
        if path not in PATHS:
            return 404, "no-such-path"
        if method != "POST":
            return 405, "method-not-allowed"
        if not (self._sealed or self.shows_key(headers)):
            return 401, "api-key-refused"
        codings = [value for name, value in headers if name == b"transfer-encoding"]
        if codings and [coding.strip().lower() for coding in codings] != [b"chunked"]:
            return 501, "transfer-encoding-refused"  # RFC 9112, 6.1
        lengths = [value for name, value in headers if name == b"content-length"]
        if any(not _LENGTH.match(value) or int(value) > MAX_BODY for value in lengths):
            return 413, "too-large"
        return None

    def foreign(self, headers: Headers) -> Turned | None:
        """Why a request is not heard whatever it asks: a web page sent it, or it was meant for another name."""
        origins = [value for name, value in headers if name == b"origin"]
        hosts = [value for name, value in headers if name == b"host"]
        if origins:
            return 403, "origin-refused"
        if len(hosts) != 1 or not _HOST.match(hosts[0].strip()):
            return 403, "host-refused"
        return None

    def shows_key(self, headers: Headers) -> bool:
        """Whether a request may be in clear."""
        keys = [value for name, value in headers if name == b"x-api-key"]
        if self._api_key is None:
            return False
        return hmac.compare_digest(b"".join(keys), self._api_key) and len(keys) == 1
