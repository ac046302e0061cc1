"""Opening a sealed payment and checking what it is bound to. Clear card data exists here and in the issuer only.

Pure but for the private key it is given. What does not open says so without saying why or what was inside.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, Suite

from hw_sim.processor.asks import Authorise, ReaderSealed
from hw_sim.processor.facts import EntryMode

_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_SEAL_TAG = b"pos-bridge seal v1"
_PAYMENT_TAG = b"pos-bridge payment v1"
_DUAL_TAG = b"pos-bridge dual v1"
_CLEAR_LENGTH = 256
_HEADER = 4  # version, entry mode, track, length
_VERSION = 1
# ISO/IEC 7813 without sentinels and LRC. The expiry and service code are printable digits on every bank card.
_TRACKS = {
    1: re.compile(rb"B([0-9]{12,19})\^[ ->@-\]_]{0,26}\^([0-9]{4})[0-9]{3}[ ->@-\]_]*"),
    2: re.compile(rb"([0-9]{12,19})=([0-9]{4})[0-9]{3}[0-9:;<=>]*"),
}


class UnreadableError(Exception):
    """The sealed payment does not open for this key, amount and currency, or its layout is wrong."""


@dataclass(frozen=True, slots=True, repr=False)
class ClearCard:
    """What was on the card: its number, its expiry as YYMM, and how it was read. Lives for one request."""

    number: str
    expiry_yymm: str
    entry_mode: EntryMode


def is_bound(ask: Authorise, terminal: Ed25519PublicKey) -> bool:
    """Whether the terminal signed this payment with this order's digest under this key (DualSignature)."""
    payment_digest = hashlib.sha256(_PAYMENT_TAG + ask.binding.payment_salt + ask.payment.hashed()).digest()
    try:
        terminal.verify(ask.binding.signature, _DUAL_TAG + ask.key + payment_digest + ask.binding.order_digest)
    except InvalidSignature:
        return False
    return True


def open_payment(ask: Authorise, keys: Mapping[bytes, MLKEM768X25519PrivateKey]) -> ClearCard:
    """The card a till's card room sealed for this key, amount and currency. Raises UnreadableError."""
    payment = ask.payment
    if isinstance(payment, ReaderSealed):
        raise UnreadableError("no reader's base key is loaded")
    private = keys.get(payment.key_id)
    if private is None:
        raise UnreadableError("sealed for a key that is not ours")
    cents, currency = ask.money.cents.to_bytes(8, "big"), ask.money.currency.to_bytes(2, "big")
    try:
        clear = _SUITE.decrypt(payment.ciphertext, private, _SEAL_TAG + payment.key_id + ask.key + cents + currency)
    except InvalidTag:
        raise UnreadableError("the sealed payment does not open") from None
    card = read_clear(clear)
    if card.entry_mode is not ask.entry_mode:
        raise UnreadableError("the request names another entry mode than the card room sealed")
    return card


def read_clear(clear: bytes) -> ClearCard:
    """Read the 256 clear bytes of a RoomSealed. Raises UnreadableError for any other layout."""
    if len(clear) != _CLEAR_LENGTH or clear[0] != _VERSION:
        raise UnreadableError("not the layout of this version")
    try:
        entry_mode = EntryMode(clear[1])
    except ValueError:
        raise UnreadableError("not an entry mode") from None
    track, length = clear[2], clear[3]
    pattern = _TRACKS.get(track)
    end = _HEADER + length
    if pattern is None or end > _CLEAR_LENGTH or any(clear[end:]):
        raise UnreadableError("not the layout of this version")
    found = pattern.fullmatch(clear, _HEADER, end)
    if found is None:
        raise UnreadableError("not a bank card's track")
    number, expiry = found.groups()
    return ClearCard(number.decode(), expiry.decode(), entry_mode)
