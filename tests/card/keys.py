"""A processor's keys for tests: the offline root, and the private half of the key that rooms seal for."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, Suite

from pos_bridge.domain.card import SealedByRoom, SealedCard
from pos_bridge.domain.sealing_key import SealingKey

KEY_ID = b"key-0001"
FAR = 2**40  # seconds since 1970
LOWEST_EPOCH = 5
LEG_KEY = bytes(range(16))
CENTS, CAD = 12_345, 124
LOCAL_TIME = 261123115900  # yymmddhhmmss


class ProcessorKeys:
    def __init__(self) -> None:
        self.root = Ed25519PrivateKey.generate()
        self._mlkem = MLKEM768PrivateKey.generate()
        self._x25519 = X25519PrivateKey.generate()

    def sealing_key(self, epoch: int = LOWEST_EPOCH, not_after_s: int = FAR, public: bytes | None = None) -> SealingKey:
        """Signed by the root."""
        own = self._mlkem.public_key().public_bytes_raw() + self._x25519.public_key().public_bytes_raw()
        unsigned = SealingKey(KEY_ID, epoch, not_after_s, public or own, bytes(64))
        signature = self.root.sign(unsigned.signed_bytes())
        return SealingKey(KEY_ID, epoch, not_after_s, unsigned.public_key, signature)

    def open(self, ciphertext: bytes, info: bytes) -> bytes:
        """Written from processor_v1.proto, not from the room. Raises when it does not open."""
        suite = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
        return suite.decrypt(ciphertext, MLKEM768X25519PrivateKey(self._mlkem, self._x25519), info)

    def write_trust(self, folder: Path) -> Path:
        path = folder / "trust.txt"
        root = self.root.public_key().public_bytes_raw().hex()
        path.write_text(f"# the processor's root\nroot {root}\nlowest-epoch {LOWEST_EPOCH}\n")
        return path


def sealed_by_room(card: SealedCard) -> SealedByRoom:
    assert isinstance(card.payment, SealedByRoom)
    return card.payment


def info(leg_key: bytes = LEG_KEY, cents: int = CENTS, currency: int = CAD, key_id: bytes = KEY_ID) -> bytes:
    """As processor_v1.proto lays it down."""
    return b"pos-bridge seal v1" + key_id + leg_key + cents.to_bytes(8, "big") + currency.to_bytes(2, "big")
