"""One mutual TLS 1.3 handshake with the processor, as gRPC makes it, and not a byte of a call. Says how it ended."""

import os
import socket
import ssl
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

_WITHIN_S = 5.0
_SPEAKS_FIRST_S = 1.0  # as most servers do
# RFC 9113, 3.4: how a client begins, and SETTINGS without any. A server answers with its own once it took us in.
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))


class Ending(Enum):
    """How it ended."""

    TAKEN = auto()  # both certificates were taken
    UNKNOWN = auto()  # the server's was; of ours it has not spoken
    NO_NAME = auto()  # the host has no address
    UNREACHED = auto()
    NOT_TLS_1_3 = auto()
    NOT_H2 = auto()
    WRONG_AUTHORITY = auto()
    WRONG_NAME = auto()
    EXPIRED = auto()
    NOT_YET_VALID = auto()
    REFUSED = auto()  # ours
    CLOSED = auto()  # without a word, after the handshake


# X509_V_ERR_* of OpenSSL's <openssl/x509_vfy.h>; what is not here is an authority that we do not know.
_UNVERIFIED = {9: Ending.NOT_YET_VALID, 10: Ending.EXPIRED, 62: Ending.WRONG_NAME, 64: Ending.WRONG_NAME}


@dataclass(frozen=True, slots=True)
class Shaken:
    """`reason`: the system's, or OpenSSL's name of it."""

    ending: Ending
    reason: str = ""


def context(ca: Path, certificate: Path, key: Path, secret: bytes | None) -> ssl.SSLContext:
    """Raises OSError (ssl.SSLError, too) and ValueError for files that cannot be used. `secret`: of the key."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.minimum_version = ssl.TLSVersion.TLSv1_3
    tls.set_alpn_protocols(["h2"])
    tls.load_verify_locations(ca)
    tls.load_cert_chain(certificate, key, password=secret or b"")  # never asks at the terminal
    return tls


def shake(address: str, server_name: str, tls: ssl.SSLContext) -> Shaken:
    """`address`: host:port. Waits five seconds at most for each of: the connection, the handshake, the first word."""
    host, _, port = address.rpartition(":")
    try:
        plain = socket.create_connection((host, int(port)), timeout=_WITHIN_S)
    except socket.gaierror:
        return Shaken(Ending.NO_NAME)
    except OSError as error:
        return Shaken(Ending.UNREACHED, _reason(error))
    with plain:
        try:
            line = tls.wrap_socket(plain, server_hostname=server_name)
        except ssl.SSLCertVerificationError as error:
            return Shaken(_UNVERIFIED.get(error.verify_code, Ending.WRONG_AUTHORITY))
        except ssl.SSLError as error:
            no_protocol = "NO_APPLICATION_PROTOCOL" in (error.reason or "")
            return Shaken(Ending.NOT_H2 if no_protocol else Ending.NOT_TLS_1_3, error.reason or "")
        except OSError as error:
            return Shaken(Ending.NOT_TLS_1_3, _reason(error))
        with line:
            if line.selected_alpn_protocol() != "h2":
                return Shaken(Ending.NOT_H2)
            return _first_word(line)


def _first_word(line: ssl.SSLSocket) -> Shaken:
    """In TLS 1.3 a server judges our certificate after the handshake has ended for us (RFC 8446, 4.4.2.4).

    It is listened to first: what we said meanwhile, unread by a server that closes, would cost us its alert.
    """
    try:
        return _heard(line) or _heard(line, _PREFACE) or Shaken(Ending.UNKNOWN)
    except ssl.SSLEOFError:
        return Shaken(Ending.CLOSED)
    except ssl.SSLError as error:
        return Shaken(Ending.REFUSED, error.reason or "")
    except OSError:
        return Shaken(Ending.CLOSED)


def _heard(line: ssl.SSLSocket, said: bytes = b"") -> Shaken | None:
    """None: not a word in time."""
    line.settimeout(_WITHIN_S if said else _SPEAKS_FIRST_S)
    try:
        line.sendall(said)
        return Shaken(Ending.TAKEN if line.recv(1) else Ending.CLOSED)
    except TimeoutError:
        return None


def _reason(error: OSError) -> str:
    return "timeout" if isinstance(error, TimeoutError) or error.errno is None else os.strerror(error.errno)
