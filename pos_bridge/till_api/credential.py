"""Who calls: whoever may open the unix socket is one credential; with mutual TLS each certificate's subject is one.

The subject and not the certificate, so that a till whose certificate is renewed finds its answers again: the authority
that `native.clients` names gives each till a name of its own. A certificate without a subject is told by its content.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256

SOCKET = "native socket"


def credential_of(shown: Mapping[str, Iterable[bytes]]) -> str:
    """`shown`: gRPC's auth context of a call. Never the name of a nexo credential."""
    if _one(shown.get("transport_security_type", ())) != b"ssl":
        return SOCKET
    name = _one(shown.get("x509_subject", ())) or _one(shown.get("x509_pem_cert", ()))
    if not name:
        raise ValueError("who calls over TLS shows a certificate")
    return f"native certificate {sha256(name).hexdigest()}"


def _one(values: Iterable[bytes]) -> bytes:
    return next(iter(values), b"")
