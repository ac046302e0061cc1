"""The store's own authority for the tills' port, and the leaf it makes. Its key is used by a command and left nowhere.

Clients in encrypted mode trust one authority's file only and compare the leaf's common name instead of the host's
name; others look at the alternative names. One leaf satisfies both. The authority can speak for nobody else: it is
constrained to `localhost`, cannot make authorities, and belongs into no operating system's trust store.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

KEY_FILE, CERTIFICATE_FILE = "store-ca.key", "store-ca.pem"
AUTHORITY_LIFE = timedelta(days=3650)
LEAF_LIFE = timedelta(days=397)  # the longest that every kind of client takes from any authority
_CLOCK_SLACK = timedelta(hours=1)  # a till's clock may be behind
_HOST, _ADDRESS = "localhost", IPv4Address("127.0.0.1")


class NotUsableError(Exception):
    """A file that is no key or certificate, or not the other's. `path` names it."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


@dataclass(frozen=True, slots=True, repr=False)
class Authority:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def ends(self) -> datetime:
        return self.certificate.not_valid_after_utc


def new_authority(name: str) -> Authority:
    """`name` is what a person reads in a list of authorities.

    Addresses are left unconstrained: clients on BoringSSL refuse every chain with a constraint of that kind.
    """
    key = new_key()
    subject = _name(name)
    made = (
        _builder(subject, subject, key.public_key(), datetime.now(UTC) + AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints([x509.DNSName(_HOST)], None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Authority(made, key)


def read_authority(folder: Path) -> Authority:
    """What `new_authority` made, from its two files. Raises NotUsableError, OSError."""
    certificate_file, key_file = folder / CERTIFICATE_FILE, folder / KEY_FILE
    key, certificate = read_key(key_file), read_certificate(certificate_file)
    if key.public_key() != certificate.public_key():
        raise NotUsableError(certificate_file)
    return Authority(certificate, key)


def new_leaf(authority: Authority, common_name: str, key: ec.EllipticCurvePublicKey) -> x509.Certificate:
    """For whoever holds `key`, for 397 days or as long as the authority lasts."""
    names = x509.SubjectAlternativeName([x509.DNSName(_HOST), x509.IPAddress(_ADDRESS)])
    last = min(datetime.now(UTC) + LEAF_LIFE, authority.ends)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    return (
        _builder(_name(common_name), authority.certificate.subject, key, last)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(names, critical=False)
        .add_extension(issuer, critical=False)
        .sign(authority.key, hashes.SHA256())
    )


def issued_by(leaf: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        leaf.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def read_certificate(path: Path) -> x509.Certificate:
    """The first one in the file. Raises NotUsableError, OSError."""
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())[0]
    except ValueError:
        raise NotUsableError(path) from None


def read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """Raises NotUsableError, OSError."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError):  # the latter: under a password
        raise NotUsableError(path) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise NotUsableError(path)
    return key


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def pem_of(what: x509.Certificate | ec.EllipticCurvePrivateKey) -> bytes:
    if isinstance(what, x509.Certificate):
        return what.public_bytes(serialization.Encoding.PEM)
    pkcs8, unencrypted = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return what.private_bytes(serialization.Encoding.PEM, pkcs8, unencrypted)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, last: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - _CLOCK_SLACK)
        .not_valid_after(last)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
