"""The conversation with the enrolment server: cacerts, simpleenroll, simplereenroll (RFC 7030, 4.1 and 4.2).

The authority is known before anything is sent: by the token's fingerprint, or by the file that pins it.
"""

import base64
import os
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from pos_bridge.config.devices import Address
from pos_bridge.domain.enrolment import EnrolError, EnrolFault
from pos_bridge.ops import est
from pos_bridge.ops.https import Answer, exchange
from pos_bridge.ops.token import Token
from pos_bridge.pair import Pair

CLOCK_SLACK = timedelta(minutes=10)
_PREFIX = "/.well-known/est"
_OK, _ACCEPTED = 200, 202
_FAULTS = {_ACCEPTED: EnrolFault.LATER, 401: EnrolFault.TOKEN_REFUSED}


@dataclass(frozen=True, slots=True, repr=False)
class Enrolled:
    """`roots`: the authorities that the server vouches for, the token's among them."""

    pair: Pair
    roots: tuple[x509.Certificate, ...]


async def enrol(address: Address, token: Token, name: str, known: Sequence[x509.Certificate]) -> Enrolled:
    """A key made here and its certificate, by a token. `known`: the authorities pinned already, if any. EnrolError."""
    if known:
        first = est.pinned(known, token.fingerprint)
    else:
        first = est.pinned(await _cacerts(address, _unauthenticated()), token.fingerprint)
    roots = est.authorities(await _cacerts(address, trusting([first])))
    est.pinned(roots, token.fingerprint)
    key = est.new_key()
    secret = base64.b64encode(f"{name}:{token.secret}".encode()).decode("ascii")
    found = await _post(
        address, trusting([first]), "simpleenroll", est.request(key, name), f"Authorization: Basic {secret}\r\n"
    )
    return Enrolled(est.take(found, key, name, known or roots, datetime.now(UTC)), roots)


async def enrol_again(address: Address, pair: Pair, roots: Sequence[x509.Certificate]) -> Pair:
    """A new key and certificate, by the pair in use. EnrolError."""
    key = est.new_key()
    tls = trusting(roots)
    _show(tls, pair)
    der = est.request(key, pair.name, pair.leaf)
    found = await _post(address, tls, "simplereenroll", der, shown=True)
    return est.take(found, key, pair.name, roots, datetime.now(UTC))


def trusting(roots: Sequence[x509.Certificate]) -> ssl.SSLContext:
    """Of a client that trusts these authorities alone and looks at the server's name."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.minimum_version = ssl.TLSVersion.TLSv1_3
    tls.load_verify_locations(cadata="".join(root.public_bytes(Encoding.PEM).decode("ascii") for root in roots))
    return tls


def _unauthenticated() -> ssl.SSLContext:
    """To read the authority's certificate before it is known, as RFC 7030 4.1.1 has it: the fingerprint judges what
    comes, and nothing of ours is sent.
    """
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.minimum_version = ssl.TLSVersion.TLSv1_3
    tls.check_hostname = False
    tls.verify_mode = ssl.CERT_NONE
    return tls


def _show(tls: ssl.SSLContext, pair: Pair) -> None:
    """OpenSSL takes keys from files only: one in memory, of no folder, and gone at once."""
    descriptor = os.memfd_create("pair", os.MFD_CLOEXEC)
    try:
        os.write(descriptor, pair.file())
        tls.load_cert_chain(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)


def _prefix(address: Address) -> str:
    """An address with a path of its own names the server's label (3.2.2)."""
    return address.path.rstrip("/") or _PREFIX


async def _cacerts(address: Address, tls: ssl.SSLContext) -> tuple[x509.Certificate, ...]:
    head = f"GET {_prefix(address)}/cacerts HTTP/1.1\r\nHost: {address.authority}\r\nConnection: close\r\n\r\n"
    return _certificates(await exchange(address, tls, head.encode("ascii")))


async def _post(
    address: Address, tls: ssl.SSLContext, what: str, der: bytes, header: str = "", *, shown: bool = False
) -> tuple[x509.Certificate, ...]:
    body = est.body(der)
    head = (
        f"POST {_prefix(address)}/{what} HTTP/1.1\r\nHost: {address.authority}\r\nContent-Type: application/pkcs10\r\n"
        f"Content-Transfer-Encoding: base64\r\n{header}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return _certificates(await exchange(address, tls, head.encode("ascii") + body, shown=shown))


def _certificates(answer: Answer) -> tuple[x509.Certificate, ...]:
    """EnrolError for any other answer than certificates, and where the two clocks are too far apart to judge them."""
    if answer.date is not None and abs(answer.date - datetime.now(UTC)) > CLOCK_SLACK:
        raise EnrolError(EnrolFault.CLOCK_OFF)
    if answer.status != _OK:
        raise EnrolError(_FAULTS.get(answer.status, EnrolFault.REFUSED))
    return est.read_answer(answer.body)
