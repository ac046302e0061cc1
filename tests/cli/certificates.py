"""What is read from a certificate that `certificate` made, and one that a processor signs by hand."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from hw_sim.enrolment.folder import Folder

NAME = "P400-123456789.live.terminal.adyen.com"


def leaf_of(folder: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / "nexo.pem").read_bytes())


def common_name(of: x509.Certificate) -> str:
    (name,) = of.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(name.value)


def signed(world: Folder, csr: bytes, begins: datetime | None = None, ends: datetime | None = None) -> bytes:
    """By the processor's authority; without other times, for 90 days."""
    asked, store = x509.load_pem_x509_csr(csr), world.authority()
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(asked.subject)
        .issuer_name(store.certificate.subject)
        .public_key(asked.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins or now - timedelta(hours=1))
        .not_valid_after(ends or now + timedelta(days=90))
        .sign(store.key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM)
