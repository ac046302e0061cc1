"""Keys and certificates of the simulated world: private authorities, leaves, signing keys and the sealing pair.

Everything is made once and reused; key files are 0600 and written whole. Nothing here goes near a system's trust store.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hw_sim.disk import PUBLIC, write_atomically

_AUTHORITY_LIFE = timedelta(days=3650)
_LEAF_LIFE = timedelta(days=397)  # the longest that current clients take from any authority
_RENEW_BEFORE = timedelta(days=30)
_CLOCK_SLACK = timedelta(hours=1)
_SEED_LENGTH = 64  # FIPS 203: d | z
_X25519_LENGTH = 32
_SEALING_TAG = b"pos-bridge sealing key v1"
KEY_ID_LENGTH = 8


class Usage(Enum):
    """Which end of a TLS connection a leaf may be."""

    SERVER = ExtendedKeyUsageOID.SERVER_AUTH
    CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH


@dataclass(frozen=True, slots=True)
class Authority:
    """A private certificate authority: self-signed, path length 0, EC P-256."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a certificate says of its holder."""

    common_name: str
    usage: Usage
    dns: Sequence[str] = ()
    addresses: Sequence[IPv4Address] = ()


def authority(name: str, permitted_dns: Sequence[str], key_file: Path, certificate_file: Path) -> Authority:
    """The authority kept in these two files, made if absent.

    Its certificate permits only names at or below `permitted_dns`. Addresses are not constrained: BoringSSL, and so
    every gRPC peer, refuses a chain with an address constraint ("unsupported name constraint type").
    """
    key = ec_key(key_file)
    if certificate_file.exists():
        found = x509.load_pem_x509_certificate(certificate_file.read_bytes())
        if found.public_key() == key.public_key():
            return Authority(found, key)
    subject = _name(name)
    constraints = x509.NameConstraints([x509.DNSName(dns) for dns in permitted_dns], None)
    made = (
        _builder(subject, subject, key.public_key(), _AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(constraints, critical=True)
        .sign(key, hashes.SHA256())
    )
    result = Authority(made, key)
    write_atomically(certificate_file, result.pem, PUBLIC)
    return result


def issue(issuer: Authority, leaf: Leaf, key_file: Path, certificate_file: Path) -> None:
    """Make sure that these files hold a key and a certificate of `issuer` for `leaf`, good for a month at least."""
    key = ec_key(key_file)
    if certificate_file.exists():
        found = x509.load_pem_x509_certificate(certificate_file.read_bytes())
        if _still_good(found, issuer, leaf, key.public_key()):
            return
    names = [*(x509.DNSName(dns) for dns in leaf.dns), *(x509.IPAddress(address) for address in leaf.addresses)]
    made = (
        _builder(_name(leaf.common_name), issuer.certificate.subject, key.public_key(), _LEAF_LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([leaf.usage.value]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
        .sign(issuer.key, hashes.SHA256())
    )
    write_atomically(certificate_file, made.public_bytes(serialization.Encoding.PEM), PUBLIC)


def ec_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """The EC P-256 key in `path` (PKCS8 PEM), made if absent. Raises ValueError when the file holds another kind."""
    if path.exists():
        found = serialization.load_pem_private_key(path.read_bytes(), None)
        if not isinstance(found, ec.EllipticCurvePrivateKey):
            raise ValueError("the file holds another kind of key than EC")
        return found
    made = ec.generate_private_key(ec.SECP256R1())
    write_atomically(path, _pem(made))
    return made


def signing_key(path: Path) -> Ed25519PrivateKey:
    """The Ed25519 key in `path` (PKCS8 PEM), made if absent. Raises ValueError when the file holds another kind."""
    if path.exists():
        found = serialization.load_pem_private_key(path.read_bytes(), None)
        if not isinstance(found, Ed25519PrivateKey):
            raise ValueError("the file holds another kind of key than Ed25519")
        return found
    made = Ed25519PrivateKey.generate()
    write_atomically(path, _pem(made))
    return made


@dataclass(frozen=True, slots=True, repr=False)
class SealingPair:
    """The processor's pair for HPKE with KEM ML-KEM-768 + X25519."""

    mlkem: MLKEM768PrivateKey
    x25519: X25519PrivateKey

    @property
    def private(self) -> MLKEM768X25519PrivateKey:
        return MLKEM768X25519PrivateKey(self.mlkem, self.x25519)

    @property
    def public_raw(self) -> bytes:
        """1216 bytes: ML-KEM-768 encapsulation key (1184) | X25519 public key (32)."""
        return self.mlkem.public_key().public_bytes_raw() + self.x25519.public_key().public_bytes_raw()

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(self.public_raw).digest()[:KEY_ID_LENGTH]


def sealing_pair(path: Path) -> SealingPair:
    """The pair in `path` (ML-KEM seed, 64 bytes | X25519 private key, 32 bytes), made if absent."""
    if not path.exists():
        made = SealingPair(MLKEM768PrivateKey.generate(), X25519PrivateKey.generate())
        write_atomically(path, made.mlkem.private_bytes_raw() + made.x25519.private_bytes_raw())
        return made
    raw = path.read_bytes()
    if len(raw) != _SEED_LENGTH + _X25519_LENGTH:
        raise ValueError("a sealing pair's file has 96 bytes")
    seed, scalar = raw[:_SEED_LENGTH], raw[_SEED_LENGTH:]
    return SealingPair(MLKEM768PrivateKey.from_seed_bytes(seed), X25519PrivateKey.from_private_bytes(scalar))


def sign_sealing_key(root: Ed25519PrivateKey, key_id: bytes, epoch: int, not_after_s: int, public_key: bytes) -> bytes:
    """The root's signature over a sealing key (SealingKey in processor_v1.proto)."""
    parts = (_SEALING_TAG, key_id, epoch.to_bytes(4, "big"), not_after_s.to_bytes(8, "big"), public_key)
    return root.sign(b"".join(parts))


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey, life: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SLACK)
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
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


def _still_good(found: x509.Certificate, issuer: Authority, leaf: Leaf, public_key: ec.EllipticCurvePublicKey) -> bool:
    try:
        found.verify_directly_issued_by(issuer.certificate)
    except (ValueError, TypeError, InvalidSignature):
        return False
    lasts = found.not_valid_after_utc - datetime.now(UTC) > _RENEW_BEFORE
    return lasts and found.public_key() == public_key and found.subject == _name(leaf.common_name)


def _pem(key: ec.EllipticCurvePrivateKey | Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
