"""EST without I/O (RFC 7030): the request that a till sends, and what may be taken of what came back.

Nothing is taken that is not for our own key, in our own name, from the pinned authority, and valid now.
"""

import base64
import binascii
import warnings
from collections.abc import Callable, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import (
    load_der_pkcs7_certificates,
    load_pem_pkcs7_certificates,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pos_bridge.domain.enrolment import EnrolError, EnrolFault
from pos_bridge.pair import Pair

_MOST_CERTIFICATES = 8
_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    UserWarning,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def request(key: ec.EllipticCurvePrivateKey, name: str, like: x509.Certificate | None = None) -> bytes:
    """A PKCS #10 request (DER) for the till of that name; `like`: whose subject and names it repeats (4.2.2)."""
    builder = x509.CertificateSigningRequestBuilder()
    if like is None:
        builder = builder.subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
    else:
        builder = builder.subject_name(like.subject)
        try:
            names = like.extensions.get_extension_for_class(x509.SubjectAlternativeName)
            builder = builder.add_extension(names.value, critical=names.critical)
        except x509.ExtensionNotFound:
            pass  # a certificate without any
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def body(der: bytes) -> bytes:
    """As it is posted (3.2.4): base64, in lines."""
    return base64.encodebytes(der)


def read_answer(content: bytes) -> tuple[x509.Certificate, ...]:
    """A certs-only answer (4.1.3, 4.2.3): base64 of PKCS #7. EnrolError when it is cut off, or is none."""
    try:
        der = base64.b64decode(b"".join(content.split()), validate=True)
        return _bounded(_strictly(load_der_pkcs7_certificates, der))
    except (binascii.Error, *_UNREADABLE):
        raise EnrolError(EnrolFault.BAD_ANSWER) from None


def read_file(content: bytes) -> tuple[x509.Certificate, ...]:
    """A file from somebody's own PKI: certificates in PEM, or PKCS #7 in PEM, in DER or as EST has it. EnrolError."""
    for parse in (x509.load_pem_x509_certificates, load_pem_pkcs7_certificates, load_der_pkcs7_certificates):
        try:
            return _bounded(_strictly(parse, content))
        except _UNREADABLE:
            continue
    return read_answer(content)


def authorities(found: Sequence[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """Those that may issue."""
    return tuple(certificate for certificate in found if _is_authority(certificate))


def pinned(found: Sequence[x509.Certificate], fingerprint: bytes) -> x509.Certificate:
    """The authority that the token names. EnrolError: it is not among these."""
    for certificate in authorities(found):
        if certificate.fingerprint(hashes.SHA256()) == fingerprint:
            return certificate
    raise EnrolError(EnrolFault.AUTHORITY_MISMATCH)


def take(
    found: Sequence[x509.Certificate],
    key: ec.EllipticCurvePrivateKey,
    name: str | None,
    roots: Sequence[x509.Certificate],
    now: datetime,
) -> Pair:
    """The new pair. EnrolError. `name` None and no `roots`: for a till whose PKI is not the processor's own."""
    ours = [certificate for certificate in found if certificate.public_key() == key.public_key()]
    if len(ours) != 1:
        raise EnrolError(EnrolFault.OTHER_KEY)
    (leaf,) = ours
    if name is not None and [str(part.value) for part in leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)] != [
        name
    ]:
        raise EnrolError(EnrolFault.OTHER_NAME)
    if not _for_clients(leaf):
        raise EnrolError(EnrolFault.NOT_FOR_CLIENTS)
    pair = Pair(key, _chain(leaf, authorities(found), roots))
    if any(certificate.not_valid_before_utc > now for certificate in pair.chain):
        raise EnrolError(EnrolFault.NOT_YET)
    if pair.ends <= now:
        raise EnrolError(EnrolFault.ENDED)
    return pair


def leads_to(pair: Pair, roots: Sequence[x509.Certificate]) -> bool:
    """Whether one of these made the last of its chain."""
    return any(_issued(pair.chain[-1], root) for root in roots)


def _chain(
    leaf: x509.Certificate, between: Sequence[x509.Certificate], roots: Sequence[x509.Certificate]
) -> tuple[x509.Certificate, ...]:
    """From the leaf up to a root, without it. Where no root is pinned, as far up as what came goes."""
    chain = [leaf]
    while not any(_issued(chain[-1], root) for root in roots):
        above = [other for other in between if other not in chain and _issued(chain[-1], other)]
        if not above:
            if roots:
                raise EnrolError(EnrolFault.OTHER_AUTHORITY)
            break
        chain.append(above[0])
    return tuple(certificate for certificate in chain if certificate is leaf or not _issued(certificate, certificate))


def _issued(leaf: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        leaf.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def _for_clients(leaf: x509.Certificate) -> bool:
    """No use is named at all, or this one is among them; and it is no authority."""
    if _is_authority(leaf):
        return False
    try:
        return ExtendedKeyUsageOID.CLIENT_AUTH in leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    except ValueError:
        return False


def _strictly(parse: Callable[[bytes], Sequence[x509.Certificate]], content: bytes) -> Sequence[x509.Certificate]:
    """What the library would only warn of is refused, but for the form of the wrapping: many EST servers send BER, of
    indefinite length, and it reads both. The certificates in it are DER. One of _UNREADABLE.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", r"PKCS#7.*\bBER\b", UserWarning)
        return parse(content)


def _bounded(found: Sequence[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """Those whose parts can be read too: the library reads them when they are asked for. One of _UNREADABLE."""
    if not 0 < len(found) <= _MOST_CERTIFICATES:
        raise EnrolError(EnrolFault.BAD_ANSWER)
    for certificate in found:
        _ = certificate.version, certificate.subject, certificate.extensions, certificate.public_key()
    return tuple(found)
