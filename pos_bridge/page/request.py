"""One HTTP/1.1 request of a browser: bytes in, a request out. Sans-I/O and bounded; what does not fit is never quoted.

A connection carries one request (RFC 9112, 9.6): no keep-alive, no upgrade, and a body as long as it was announced.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

import httptools

MOST_HEAD = 16 * 1024
MOST_BODY = 4 * 1024
_MOST_FIELDS = 8
_MOST_FIELD = 256
_LENGTH = re.compile(rb"\A[0-9]{1,6}\Z")


class BadRequestError(Exception):
    """`status`: what is answered to it."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """`headers`: names in lower case, each as often as it came. `path`: without the query."""

    method: str
    path: str
    query: bytes
    headers: tuple[tuple[str, bytes], ...]
    body: bytes = b""

    def all(self, name: str) -> tuple[bytes, ...]:
        return tuple(value for each, value in self.headers if each == name)

    def one(self, name: str) -> str | None:
        """The header, if it is there once and ASCII."""
        found = self.all(name)
        return found[0].decode("ascii").strip() if len(found) == 1 and found[0].isascii() else None

    def cookie(self, name: str) -> str | None:
        """RFC 6265, 4.2.1. None where it is not there, or twice."""
        pairs = (pair.strip().partition("=") for pair in (self.one("cookie") or "").split(";"))
        found = [value for each, _, value in pairs if each == name]
        return found[0] if len(found) == 1 else None

    def form(self) -> dict[str, str]:
        """The fields of a body as browsers send forms. BadRequestError for anything else."""
        kind = (self.one("content-type") or "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            raise BadRequestError(415)
        return _fields(self.body)

    def asked(self) -> dict[str, str]:
        """The fields of the query. BadRequestError as above."""
        return _fields(self.query)


class Intake:
    """`feed` gives the request once it is whole, None until then. BadRequestError once it cannot become one."""

    def __init__(self) -> None:
        self._parser = httptools.HttpRequestParser(self)
        self._size = 0
        self._url = bytearray()
        self._headers: list[tuple[str, bytes]] = []
        self._body = bytearray()
        self._head_is_whole = False
        self._ends = 0

    def feed(self, data: bytes) -> Request | None:
        if self._is_whole():
            raise BadRequestError(400)
        self._size += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserCallbackError as error:
            cause = error.__context__
            raise BadRequestError(cause.status if isinstance(cause, BadRequestError) else 400) from None
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            raise BadRequestError(400) from None
        if not self._head_is_whole and self._size > MOST_HEAD:
            raise BadRequestError(431)
        if self._size > MOST_HEAD + MOST_BODY:
            raise BadRequestError(413)
        return self._request() if self._is_whole() else None

    # What httptools calls.

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if not name.isascii():
            raise BadRequestError(400)
        self._headers.append((name.decode("ascii").lower(), value))

    def on_headers_complete(self) -> None:
        self._head_is_whole = True
        named = [name for name, _ in self._headers]
        lengths = [value for name, value in self._headers if name == "content-length"]
        if "transfer-encoding" in named or "upgrade" in named or "expect" in named:
            raise BadRequestError(501)
        if len(lengths) > 1 or any(not _LENGTH.match(value) for value in lengths):
            raise BadRequestError(400)
        if lengths and int(lengths[0]) > MOST_BODY:
            raise BadRequestError(413)

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        if self._is_whole():
            raise BadRequestError(400)  # a second request behind the first
        self._ends += 1

    def _is_whole(self) -> bool:
        return self._ends > 0

    def _request(self) -> Request:
        path, _, query = bytes(self._url).partition(b"?")
        if not (path.startswith(b"/") and path.isascii()):
            raise BadRequestError(400)
        method = self._parser.get_method().decode("ascii")
        return Request(method, path.decode("ascii"), query, tuple(self._headers), bytes(self._body))


def _fields(data: bytes) -> dict[str, str]:
    """Each name once, of at most 256 characters, UTF-8."""
    try:
        pairs = parse_qsl(
            data.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict", separator="&"
        )
    except ValueError:  # UnicodeDecodeError is one
        raise BadRequestError(400) from None
    fields = dict(pairs)
    if len(fields) < len(pairs) or any(len(part) > _MOST_FIELD for pair in pairs for part in pair):
        raise BadRequestError(400)
    return fields
