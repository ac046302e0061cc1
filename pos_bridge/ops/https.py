"""One request to the enrolment server over HTTPS, and its answer. No redirect, no proxy, no system trust store.

What the server says in words is not read: its status, its date and the certificates are.
"""

import asyncio
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httptools

from pos_bridge.config.devices import Address
from pos_bridge.domain.enrolment import EnrolError, EnrolFault

LIMIT_S = 20.0
_LONGEST = 65_536
_CHUNK = 16_384
# A certificate that has not begun, one that has ended: as OpenSSL numbers them (openssl/x509_vfy.h).
_BY_OUR_CLOCK = frozenset({9, 10})


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """`date`: the server's own time, if it told one."""

    status: int
    body: bytes
    date: datetime | None


async def exchange(
    address: Address, tls: ssl.SSLContext, request: bytes, *, limit_s: float = LIMIT_S, shown: bool = False
) -> Answer:
    """Send a whole request, read a whole answer. EnrolError. `shown`: we show a certificate, which may be refused."""
    try:
        async with asyncio.timeout(limit_s):
            return await _exchange(address, tls, request)
    except ssl.SSLCertVerificationError as error:
        fault = EnrolFault.CLOCK_OFF if error.verify_code in _BY_OUR_CLOCK else EnrolFault.SERVER_UNPROVEN
        raise EnrolError(fault) from None
    except ssl.SSLError:
        # TLS 1.3 refuses a client's certificate after its own handshake: an alert where the answer would be.
        raise EnrolError(EnrolFault.REFUSED if shown else EnrolFault.SERVER_UNPROVEN) from None
    except (OSError, TimeoutError):
        raise EnrolError(EnrolFault.UNREACHABLE) from None


async def _exchange(address: Address, tls: ssl.SSLContext, request: bytes) -> Answer:
    reader, writer = await asyncio.open_connection(address.host, address.port, ssl=tls, server_hostname=address.host)
    try:
        writer.write(request)
        heard = _Heard()
        parser = httptools.HttpResponseParser(heard)
        try:
            while not heard.ended and (chunk := await reader.read(_CHUNK)):
                parser.feed_data(chunk)
                if len(heard.body) > _LONGEST:
                    break
            status = parser.get_status_code()
        except httptools.HttpParserError:
            raise EnrolError(EnrolFault.BAD_ANSWER) from None
        if not heard.ended:
            raise EnrolError(EnrolFault.BAD_ANSWER)
        return Answer(status, bytes(heard.body), heard.date)
    finally:
        writer.transport.abort()


class _Heard:
    """What httptools calls as it reads."""

    def __init__(self) -> None:
        self.body = bytearray()
        self.date: datetime | None = None
        self.ended = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"date":
            try:
                told = parsedate_to_datetime(value.decode("ascii", "replace"))
            except ValueError:
                return
            self.date = told if told.tzinfo is not None else told.replace(tzinfo=UTC)

    def on_body(self, part: bytes) -> None:
        self.body += part

    def on_message_complete(self) -> None:
        self.ended = True
