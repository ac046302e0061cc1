"""Sealing a card for the processor: HPKE (RFC 9180) as RoomSealed of processor_v1.proto lays down.

The clear text is put together in the locked page and encrypted from there; no copy of it is made.
"""

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PublicKey, Suite

from drivers.reader import CardRead, ChipAsks
from pos_bridge.domain.card import Brand, CardFacts, EntryMode
from pos_bridge.domain.sealing_key import SealingKey

CLEAR_LENGTH = 512
_VERSION = 2
_HEADER = 5  # version, entry mode, content, length (2)
_CHIP = 3  # content: 1 and 2 are the tracks of a stripe
_MLKEM_LENGTH = 1184
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def public_key(key: SealingKey) -> MLKEM768X25519PublicKey:
    """Raises ValueError when the bytes are no public key."""
    return MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(key.public_key[:_MLKEM_LENGTH]),
        X25519PublicKey.from_public_bytes(key.public_key[_MLKEM_LENGTH:]),
    )


def seal(clear: memoryview, card: CardRead | ChipAsks, public: MLKEM768X25519PublicKey, info: bytes) -> bytes:
    """Lay the card out in `clear` (CLEAR_LENGTH bytes of locked memory), seal it, and wipe `clear`.

    Raises ValueError when the card's data does not fit: at most 507 bytes.
    """
    length = len(card.data)
    content = _CHIP if isinstance(card, ChipAsks) else card.track
    try:
        clear[:] = bytes(CLEAR_LENGTH)
        clear[:_HEADER] = bytes((_VERSION, card.facts.entry_mode.value, content, *length.to_bytes(2, "big")))
        clear[_HEADER : _HEADER + length] = card.data
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
