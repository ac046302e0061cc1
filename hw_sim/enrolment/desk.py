"""The registration desk: looks at a request, at who asks and at the list of the revoked, and issues, or does not.

Its faults are here too: what it issues wrongly. How an answer travels is server.py's.
"""

import threading
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import serialize_certificates
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hw_sim import pki
from hw_sim.enrolment.faults import Fault
from hw_sim.enrolment.folder import Folder

_BACKDATED = timedelta(hours=1)
_HOUR = {Fault.CLOCK_AHEAD: timedelta(hours=1), Fault.CLOCK_BEHIND: timedelta(hours=-1)}


class RefusedError(Exception):
    """`status`: what HTTP says of it."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class Desk:
    """One request at a time."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._authority = folder.authority()
        self._other = _stranger()
        self._one = threading.Lock()

    def now(self) -> datetime:
        return datetime.now(UTC) + _HOUR.get(self._folder.fault(), timedelta())

    def authorities(self) -> bytes:
        """Certs-only PKCS #7, DER."""
        own = self._other if self._folder.fault() is Fault.OTHER_CA else self._authority
        return serialize_certificates([own.certificate], Encoding.DER)

    def enrol(self, der: bytes, till: str, secret: str) -> bytes:
        """By a one-time token. RefusedError."""
        with self._one:
            asked = _read(der)
            self._obey(Fault.REFUSE, Fault.LATER)
            if _name(asked.subject) != till or not self._folder.use_token(till, secret):
                raise RefusedError(401)
            return self._issue(asked, till)

    def enrol_again(self, der: bytes, shown: x509.Certificate | None) -> bytes:
        """By the certificate that TLS was shown. RefusedError."""
        with self._one:
            asked = _read(der)
            if shown is None:
                raise RefusedError(401)
            till = _name(shown.subject)
            self._obey(Fault.REFUSE, Fault.LATER)
            if asked.subject != shown.subject or asked.public_key() == shown.public_key():
                raise RefusedError(400)
            if self._folder.is_revoked(shown.serial_number, till):
                raise RefusedError(403)
            return self._issue(asked, till)

    def _obey(self, *faults: Fault) -> None:
        match self._folder.fault():
            case Fault.REFUSE if Fault.REFUSE in faults:
                raise RefusedError(403)
            case Fault.LATER if Fault.LATER in faults:
                raise RefusedError(202)
            case _:
                pass

    def _issue(self, asked: x509.CertificateSigningRequest, till: str) -> bytes:
        fault, now = self._folder.fault(), self.now()
        issuer = self._other if fault is Fault.OTHER_ISSUER else self._authority
        key = ec.generate_private_key(ec.SECP256R1()).public_key() if fault is Fault.OTHER_KEY else asked.public_key()
        name = "P400-999999999" if fault is Fault.OTHER_NAME else till
        begins, ends = now - _BACKDATED, now + timedelta(seconds=self._folder.life_s())
        if fault is Fault.EXPIRED:
            begins, ends = now - timedelta(days=2), now - timedelta(days=1)
        if fault is Fault.NOT_YET:
            begins, ends = now + timedelta(days=1), now + timedelta(days=2)
        use = ExtendedKeyUsageOID.SERVER_AUTH if fault is Fault.SERVER_USE else ExtendedKeyUsageOID.CLIENT_AUTH
        made = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(issuer.certificate.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(ends)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
            .add_extension(
                x509.SubjectAlternativeName([x509.DNSName(f"{till.lower()}.till.pos-bridge.test")]), critical=False
            )
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
            .sign(issuer.key, hashes.SHA256())
        )
        self._folder.note_issued(made.serial_number, till)
        return serialize_certificates([made], Encoding.DER)


def _read(der: bytes) -> x509.CertificateSigningRequest:
    try:
        asked = x509.load_der_x509_csr(der)
    except ValueError:
        raise RefusedError(400) from None
    if not asked.is_signature_valid or not isinstance(asked.public_key(), ec.EllipticCurvePublicKey):
        raise RefusedError(400)
    return asked


def _name(subject: x509.Name) -> str:
    return "".join(str(part.value) for part in subject.get_attributes_for_oid(NameOID.COMMON_NAME))


def _stranger() -> pki.Authority:
    """Another authority of the same name."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pos-bridge simulated processor CA")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + timedelta(days=365))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    return pki.Authority(certificate, key)
