"""The terminal's key, and the dual signature it puts on a payment and its order (processor_v1.proto)."""

from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pos_bridge.domain.card import SealedByRoom
from pos_bridge.domain.ledger import Binding
from pos_bridge.domain.leg_key import LegKey

_PAYMENT_TAG = b"pos-bridge payment v1"
_DUAL_TAG = b"pos-bridge dual v1"
_SEALED_BY_ROOM = b"\x01"


@dataclass(frozen=True, slots=True, repr=False)
class Terminal:
    """Proves that this terminal bound one payment to one order; not that the customer agreed."""

    key: Ed25519PrivateKey

    def bind(self, key: LegKey, payment: SealedByRoom, payment_salt: bytes, order_digest: bytes) -> Binding:
        sealed = _SEALED_BY_ROOM + payment.key_id + payment.ciphertext
        payment_digest = sha256(_PAYMENT_TAG + payment_salt + sealed).digest()
        signature = self.key.sign(_DUAL_TAG + key.raw + payment_digest + order_digest)
        return Binding(payment_digest, signature)
