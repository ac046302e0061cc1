"""Sealing a test card for the processor, and binding it to an order, by processor_v1.proto (RoomSealed, DualSignature).

The only place outside the card room that seals. The suite needs a payment that the processor approves, and a card room
takes one from a reader only. It is for test cards: a program of its own that no engine imports (a contract of
import-linter says so), which a person starts against a processor's test system, and which never sees a customer's card.
"""

import secrets
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PublicKey, Suite

from pos_bridge.conformance.card import TestCard
from pos_bridge.domain.sealing_key import SealingKey
from pos_bridge.protocol import processor_v1_pb2 as pb

_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_CLEAR_LENGTH = 512
_VERSION, _TRACK_2 = 2, 2
_MLKEM_LENGTH = 1184
_SALT_LENGTH, _DIGEST_LENGTH = 16, 32
_PAYMENT_TAG = b"pos-bridge payment v1"
_DUAL_TAG = b"pos-bridge dual v1"


def seal(card: TestCard, sealing_key: SealingKey, key: bytes, cents: int, currency: int) -> pb.SealedPayment:
    """A swipe of the card, sealed for one key, amount and currency. Raises ValueError for bytes that are no key."""
    track = card.track_2
    clear = bytes((_VERSION, pb.ENTRY_MODE_MAGSTRIPE, _TRACK_2, *len(track).to_bytes(2, "big"))) + track
    raw = sealing_key.public_key
    public = MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(raw[:_MLKEM_LENGTH]),
        X25519PublicKey.from_public_bytes(raw[_MLKEM_LENGTH:]),
    )
    ciphertext = _SUITE.encrypt(clear.ljust(_CLEAR_LENGTH, b"\0"), public, sealing_key.info(key, cents, currency))
    return pb.SealedPayment(room=pb.RoomSealed(key_id=sealing_key.key_id, ciphertext=ciphertext))


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """The terminal's key. Each order is a new random digest: the suite sells nothing."""

    terminal: Ed25519PrivateKey

    def bind(self, payment: pb.SealedPayment, key: bytes, cents: int, currency: int) -> pb.DualSignature:
        salt, order = secrets.token_bytes(_SALT_LENGTH), secrets.token_bytes(_DIGEST_LENGTH)
        digest = sha256(_PAYMENT_TAG + salt + _hashed(payment)).digest()
        money = cents.to_bytes(8, "big") + currency.to_bytes(2, "big")
        signature = self.terminal.sign(_DUAL_TAG + key + money + digest + order)
        return pb.DualSignature(payment_salt=salt, order_digest=order, signature=signature)


def _hashed(payment: pb.SealedPayment) -> bytes:
    if payment.HasField("room"):
        return b"\x01" + payment.room.key_id + payment.room.ciphertext
    reader = payment.reader
    head = bytes((0x02, reader.scheme, reader.variant, reader.mode, len(reader.ksn))) + reader.ksn
    return head + b"".join(len(track).to_bytes(2, "big") + track for track in (reader.track1, reader.track2))
