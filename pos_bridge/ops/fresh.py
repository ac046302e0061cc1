"""What a new till makes for itself at random: each as its file holds it."""

import secrets

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pos_bridge.config.settings import VAULT_KEY_LENGTH
from pos_bridge.pair import key_pem

_API_KEY_BYTES = 24


def signing_key() -> bytes:
    """Ed25519, PEM (PKCS #8)."""
    return key_pem(Ed25519PrivateKey.generate())


def api_key() -> bytes:
    """A line of 32 ASCII characters."""
    return secrets.token_urlsafe(_API_KEY_BYTES).encode() + b"\n"


def vault_key() -> bytes:
    return secrets.token_bytes(VAULT_KEY_LENGTH)
