"""The till's key and certificate for the processor: read from PEM, held against each other, written as one file.

One file, so that both are replaced by one rename: there is no moment in which they do not fit. Nothing here opens a
file, and nothing of the key is ever shown.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True, repr=False)
class Pair:
    """`chain`: the till's own certificate first, then those between it and the authority. ValueError: not a pair."""

    key: PrivateKeyTypes
    chain: tuple[x509.Certificate, ...]

    def __post_init__(self) -> None:
        if not self.chain or self.key.public_key() != self.chain[0].public_key():
            raise ValueError("this key is not that certificate's")

    @classmethod
    def read(cls, certificate: bytes, key: bytes, secret: bytes | None = None) -> Self:
        """From two PEM files, or from one given twice. `secret`: what the key is encrypted with. ValueError."""
        try:
            private = load_pem_private_key(key, secret)
        except TypeError:  # encrypted, and no secret for it; or a secret, and it is in clear
            raise ValueError("the key is not kept as the settings say") from None
        return cls(private, tuple(x509.load_pem_x509_certificates(certificate)))

    @property
    def leaf(self) -> x509.Certificate:
        return self.chain[0]

    @property
    def begins(self) -> datetime:
        return self.leaf.not_valid_before_utc

    @property
    def ends(self) -> datetime:
        """When the first of the chain ends: nobody takes it after that."""
        return min(certificate.not_valid_after_utc for certificate in self.chain)

    @property
    def renew_from(self) -> datetime:
        return renew_from(self.begins, self.ends)

    @property
    def name(self) -> str:
        """The common name: which till this is."""
        found = self.leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(found[0].value) if found else ""

    @property
    def chain_pem(self) -> bytes:
        return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in self.chain)

    @property
    def key_pem(self) -> bytes:
        return key_pem(self.key)

    def file(self, secret: bytes | None = None) -> bytes:
        """Both, as they are kept: what `read` takes for both."""
        return key_pem(self.key, secret) + self.chain_pem


def renew_from(begins: datetime, ends: datetime) -> datetime:
    """Two thirds of its life."""
    return begins + (ends - begins) * 2 / 3


def key_pem(key: PrivateKeyTypes, secret: bytes | None = None) -> bytes:
    """PKCS #8, under `secret` if there is one."""
    sealed: KeySerializationEncryption = NoEncryption() if secret is None else BestAvailableEncryption(secret)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealed)
