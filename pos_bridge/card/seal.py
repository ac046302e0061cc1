"""Sealing a card for the processor: HPKE (RFC 9180) as RoomSealed of processor_v1.proto lays down.

The clear text is put together in the locked page and encrypted from there; no copy of it is made.
"""

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PublicKey, Suite

from drivers.reader import CardRead
from pos_bridge.domain.card import Brand, CardFacts, EntryMode
from pos_bridge.domain.sealing_key import SealingKey

CLEAR_LENGTH = 256
_VERSION = 1
_HEADER = 4  # version, entry mode, track, length
_MLKEM_LENGTH = 1184
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def public_key(key: SealingKey) -> MLKEM768X25519PublicKey:
    """Raises ValueError when the bytes are no public key."""
    return MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(key.public_key[:_MLKEM_LENGTH]),
        X25519PublicKey.from_public_bytes(key.public_key[_MLKEM_LENGTH:]),
    )


def seal(clear: memoryview, card: CardRead, public: MLKEM768X25519PublicKey, info: bytes) -> bytes:
    """Lay the card out in `clear` (CLEAR_LENGTH bytes of locked memory), seal it, and wipe `clear`."""
    try:
        clear[:] = bytes(CLEAR_LENGTH)
        clear[0], clear[1], clear[2], clear[3] = _VERSION, card.facts.entry_mode.value, card.track, len(card.data)
        clear[_HEADER : _HEADER + len(card.data)] = card.data
        return _SUITE.encrypt(clear, public, info)
    finally:
        clear[:] = bytes(CLEAR_LENGTH)


def warm_up() -> None:
    """Have the libraries load and seed what they load and seed on first use: after the locks they could not."""
    throwaway = MLKEM768X25519PublicKey(
        MLKEM768PrivateKey.generate().public_key(), X25519PrivateKey.generate().public_key()
    )
    nothing = bytearray(CLEAR_LENGTH)
    no_card = CardRead(CardFacts(Brand.OTHER, 0, EntryMode.MAGSTRIPE), 1, memoryview(b""))
    seal(memoryview(nothing), no_card, throwaway, b"warm-up")
