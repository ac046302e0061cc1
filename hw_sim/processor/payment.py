"""Opening a sealed payment and checking what it is bound to. Clear card data exists here and in the issuer only.

Pure but for the keys it is given. What does not open says so without saying why or what was inside.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, Suite

from hw_sim.processor.asks import Authorise, Presented, ReaderSealed, Refund, RoomSealed
from hw_sim.processor.chip_data import NotChipDataError, read_chip
from hw_sim.processor.facts import EntryMode
from hw_sim.processor.pin import NoSuchPadError, entered_pin
from hw_sim.processor.reader_seal import open_reader_sealed
from hw_sim.processor.track import ClearCard, UnreadableError, read_track

_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_SEAL_TAG = b"pos-bridge seal v1"
_PAYMENT_TAG = b"pos-bridge payment v1"
_DUAL_TAG = b"pos-bridge dual v1"
_CLEAR_LENGTH = 512
_HEADER = 5  # version, entry mode, content, length (2)
_VERSION = 2
_TRACKS = (1, 2)
_CHIP = 3


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """What the processor opens payments with: its sealing keys by their id, and the base key of encrypting readers."""

    sealing: Mapping[bytes, MLKEM768X25519PrivateKey]
    base: bytes


def is_bound(ask: Authorise | Refund, presented: Presented, terminal: Ed25519PublicKey) -> bool:
    """Whether the terminal signed this amount and payment with this order's digest under this key (DualSignature)."""
    binding = presented.binding
    payment_digest = hashlib.sha256(_PAYMENT_TAG + binding.payment_salt + presented.payment.hashed()).digest()
    money = ask.money.cents.to_bytes(8, "big") + ask.money.currency.to_bytes(2, "big")
    try:
        terminal.verify(binding.signature, _DUAL_TAG + ask.key + money + payment_digest + binding.order_digest)
    except InvalidSignature:
        return False
    return True


def open_payment(ask: Authorise | Refund, presented: Presented, keys: Keys) -> ClearCard:
    """The card that a till's card room or reader sealed. Raises UnreadableError.

    A card room seals for this key, amount and currency; a reader knows none of them, which is why the ledger keeps its
    key serial numbers.
    """
    payment = presented.payment
    match payment:
        case RoomSealed():
            card = _with_pin(_open_room_sealed(ask, payment, keys.sealing), keys.base)
        case ReaderSealed():
            card = open_reader_sealed(payment, keys.base)
        case _:
            assert_never(payment)
    if card.entry_mode is not presented.entry_mode:
        raise UnreadableError("the request names another entry mode than the card was read by")
    if card.chip is not None and (card.chip.cents, card.chip.currency) != (ask.money.cents, ask.money.currency):
        raise UnreadableError("the chip was asked about another amount")
    return card


def _with_pin(card: ClearCard, base: bytes) -> ClearCard:
    if card.chip is None or "99" not in card.chip.tags:
        return card
    try:
        return replace(card, pin=entered_pin(card.chip["99"], card.chip["DF01"], base))
    except NoSuchPadError as error:
        raise UnreadableError(str(error)) from None


def _open_room_sealed(
    ask: Authorise | Refund, payment: RoomSealed, keys: Mapping[bytes, MLKEM768X25519PrivateKey]
) -> ClearCard:
    private = keys.get(payment.key_id)
    if private is None:
        raise UnreadableError("sealed for a key that is not ours")
    cents, currency = ask.money.cents.to_bytes(8, "big"), ask.money.currency.to_bytes(2, "big")
    try:
        clear = _SUITE.decrypt(payment.ciphertext, private, _SEAL_TAG + payment.key_id + ask.key + cents + currency)
    except InvalidTag:
        raise UnreadableError("the sealed payment does not open") from None
    return read_clear(clear)


def read_clear(clear: bytes) -> ClearCard:
    """Read the 512 clear bytes of a RoomSealed. Raises UnreadableError for any other layout."""
    if len(clear) != _CLEAR_LENGTH or clear[0] != _VERSION:
        raise UnreadableError("not the layout of this version")
    try:
        entry_mode = EntryMode(clear[1])
    except ValueError:
        raise UnreadableError("not an entry mode") from None
    content, end = clear[2], _HEADER + int.from_bytes(clear[3:_HEADER], "big")
    if end > _CLEAR_LENGTH or any(clear[end:]) or (content == _CHIP) is not (entry_mode is EntryMode.CHIP):
        raise UnreadableError("not the layout of this version")
    if content in _TRACKS:
        return read_track(content, clear[_HEADER:end], entry_mode)
    if content != _CHIP:
        raise UnreadableError("not the layout of this version")
    try:
        chip = read_chip(clear[_HEADER:end])
    except NotChipDataError as error:
        raise UnreadableError(str(error)) from None
    return ClearCard(chip.number, chip.expiry_yymm, entry_mode, chip)
