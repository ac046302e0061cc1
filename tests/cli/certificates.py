"""What is read from a certificate that `certificate` made."""

from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

NAME = "P400-123456789.live.terminal.adyen.com"


def leaf_of(folder: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / "nexo.pem").read_bytes())


def common_name(of: x509.Certificate) -> str:
    (name,) = of.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(name.value)
