"""The terminal's key, and the dual signature it puts on a payment and its order (processor_v1.proto)."""

from dataclasses import dataclass
from hashlib import sha256
from typing import assert_never

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pos_bridge.domain.card import SealedByReader, SealedByRoom, SealedPayment
from pos_bridge.domain.ledger import Binding
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount

_PAYMENT_TAG = b"pos-bridge payment v1"
_DUAL_TAG = b"pos-bridge dual v1"
_SEALED_BY_ROOM, _SEALED_BY_READER = b"\x01", 0x02


@dataclass(frozen=True, slots=True, repr=False)
class Terminal:
    """Proves that this terminal bound one payment to one order and one amount; not that the customer agreed."""

    key: Ed25519PrivateKey

    def bind(
        self, key: LegKey, amount: Amount, payment: SealedPayment, payment_salt: bytes, order_digest: bytes
    ) -> Binding:
        payment_digest = sha256(_PAYMENT_TAG + payment_salt + _hashed(payment)).digest()
        money = amount.cents.to_bytes(8, "big") + amount.currency.value.to_bytes(2, "big")
        signature = self.key.sign(_DUAL_TAG + key.raw + money + payment_digest + order_digest)
        return Binding(payment_digest, signature)


def _hashed(payment: SealedPayment) -> bytes:
    """What is hashed of a payment (processor_v1.proto, DualSignature): every field, none of which can shift."""
    match payment:
        case SealedByRoom(key_id, ciphertext):
            return _SEALED_BY_ROOM + key_id + ciphertext
        case SealedByReader(scheme, variant, mode, ksn, one, two):
            head = bytes((_SEALED_BY_READER, scheme.value, variant.value, mode.value, len(ksn))) + ksn
            return head + b"".join(len(track).to_bytes(2, "big") + track for track in (one, two))
        case _:
            assert_never(payment)
