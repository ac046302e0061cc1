"""Encrypted nexo messages: an envelope whose body is a blob, opened and made with a key of both ends. Bytes to bytes.

The algorithm is the one that terminals in the field speak (AdyenCryptoVersion 1). Nothing here is kept, and whatever
is wrong with a message (its padding, its HMAC, how it is written) looks the same, in words and in the work it takes.
"""

import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Annotated, Self

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from msgspec import Meta, Raw

from pos_bridge.wire.nexo.fields import Fields
from pos_bridge.wire.nexo.request import MessageHeader

CRYPTO_VERSION = 1
NONCE_LENGTH = 16
_SALT, _ROUNDS, _DERIVED = b"AdyenNexoV1Salt", 4000, 80
_BLOCK, _HMAC_LENGTH = 16, 32
_PADDINGS = tuple(bytes([length]) * length for length in range(1, _BLOCK + 1))  # RFC 5652, 6.3

KeyIdentifier = Annotated[str, Meta(min_length=1, max_length=64)]


class SecurityTrailer(Fields, frozen=True):
    adyen_crypto_version: int
    key_identifier: KeyIdentifier
    key_version: int
    nonce: str
    hmac: str


class _Sealed(Fields, frozen=True):
    message_header: Raw
    nexo_blob: str
    security_trailer: SecurityTrailer


class _Envelope(Fields, frozen=True):
    sale_to_poi_request: _Sealed | None = None
    sale_to_poi_response: _Sealed | None = None


class _Marks(Fields, frozen=True):
    nexo_blob: Raw = Raw()
    security_trailer: Raw = Raw()


class _MarkedRequest(Fields, frozen=True):
    sale_to_poi_request: _Marks


class _Headed(Fields, frozen=True):
    message_header: Raw


_SEALED = msgspec.json.Decoder(_Envelope)
_MARKED = msgspec.json.Decoder(_MarkedRequest)
_HEADER = msgspec.json.Decoder(MessageHeader)
_HEADED = msgspec.json.Decoder(dict[str, _Headed])
_NOT_READ = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


@dataclass(frozen=True, slots=True, repr=False)
class MessageKey:
    """What both ends derive from one passphrase. `identifier` and `version` name it on the wire."""

    identifier: str
    version: int
    hmac_key: bytes
    cipher_key: bytes
    iv: bytes

    @classmethod
    def derive(cls, identifier: str, version: int, passphrase: bytes) -> Self:
        """Takes milliseconds, on purpose: once at the start, never for a message."""
        derived = hashlib.pbkdf2_hmac("sha1", passphrase, _SALT, _ROUNDS, _DERIVED)
        return cls(identifier, version, derived[:32], derived[32:64], derived[64:])


@dataclass(frozen=True, slots=True, repr=False)
class SealedMessage:
    """An encrypted request, not opened yet. Its header is not authenticated: only `header_is` may look at it."""

    identifier: str
    version: int
    _header: bytes = field(repr=False)
    _blob: str = field(repr=False)
    _nonce: str = field(repr=False)
    _hmac: str = field(repr=False)

    def open(self, key: MessageKey) -> bytearray | None:
        """The clear envelope, to be wiped by whoever asked; None for whatever was not made with this key."""
        blob, nonce, mac = map(_from_base64, (self._blob, self._nonce, self._hmac))
        if not blob or len(blob) % _BLOCK or len(nonce) != NONCE_LENGTH or len(mac) != _HMAC_LENGTH:
            return None
        clear = bytearray(len(blob) + _BLOCK - 1)  # as long as update_into wants it
        decryptor = Cipher(AES(key.cipher_key), CBC(_iv(key, nonce))).decryptor()
        decryptor.update_into(blob, clear)
        decryptor.finalize()
        padding = _padding(key, memoryview(clear)[: len(blob)], mac)
        kept = len(blob) - padding if padding else 0
        clear[kept:] = bytes(len(clear) - kept)  # in place, before it is cut off
        del clear[kept:]
        return clear if padding else None

    def header_is(self, inner: MessageHeader) -> bool:
        """Whether the outer header says what the authenticated one says."""
        try:
            return _HEADER.decode(self._header) == inner
        except _NOT_READ:
            return False


class Malformed:
    """A request that is meant to be encrypted, and is not of that shape."""


def read_sealed(raw: bytes | bytearray, *, answer: bool = False) -> SealedMessage | Malformed | None:
    """A request, or an `answer`. None: not encrypted, or unreadable, which the decoder of clear ones says better."""
    if b"NexoBlob" not in raw and b"SecurityTrailer" not in raw:
        return None
    try:
        envelope = _SEALED.decode(raw)
    except _NOT_READ:
        return Malformed() if _is_marked(raw) else None
    message = envelope.sale_to_poi_response if answer else envelope.sale_to_poi_request
    if message is None:
        return None
    trailer = message.security_trailer
    if trailer.adyen_crypto_version != CRYPTO_VERSION:
        return Malformed()
    header = bytes(message.message_header)
    return SealedMessage(
        trailer.key_identifier, trailer.key_version, header, message.nexo_blob, trailer.nonce, trailer.hmac
    )


def seal(key: MessageKey, envelope: bytes, nonce: bytes, name: str = "SaleToPOIResponse") -> bytes:
    """An answer or event, encrypted, under the name of an answer whatever it is. `nonce`: 16 fresh random bytes."""
    if len(nonce) != NONCE_LENGTH:
        raise ValueError("a nonce has 16 bytes")
    (headed,) = _HEADED.decode(envelope).values()
    padding = _PADDINGS[_BLOCK - 1 - len(envelope) % _BLOCK]
    encryptor = Cipher(AES(key.cipher_key), CBC(_iv(key, nonce))).encryptor()
    blob = encryptor.update(envelope) + encryptor.update(padding) + encryptor.finalize()
    trailer = SecurityTrailer(
        adyen_crypto_version=CRYPTO_VERSION,
        key_identifier=key.identifier,
        key_version=key.version,
        nonce=_to_base64(nonce),
        hmac=_to_base64(hmac.digest(key.hmac_key, envelope, "sha256")),
    )
    sealed = _Sealed(headed.message_header, _to_base64(blob), trailer)
    return msgspec.json.encode({name: sealed})


def _padding(key: MessageKey, padded: memoryview, mac: bytes) -> int:
    """How many bytes of padding there are; 0 when padding or HMAC is wrong.

    The HMAC is made for every length that padding could leave, and both are always compared: how long this takes, and
    what it touches, is the same for every message of one size.
    """
    tail = len(padded) - _BLOCK
    begun = hmac.new(key.hmac_key, padded[:tail], "sha256")
    found = 0
    for padding in _PADDINGS:
        start = len(padded) - len(padding)
        tried = begun.copy()
        tried.update(padded[tail:start])
        found |= len(padding) * (
            hmac.compare_digest(tried.digest(), mac) & hmac.compare_digest(padded[start:], padding)
        )
    return found


def _iv(key: MessageKey, nonce: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(key.iv, nonce, strict=True))


def _is_marked(raw: bytes | bytearray) -> bool:
    try:
        marks = _MARKED.decode(raw).sale_to_poi_request
    except _NOT_READ:
        return False
    return bool(bytes(marks.nexo_blob) or bytes(marks.security_trailer))


def _from_base64(text: str) -> bytes:
    """Nothing for what is not base64 (RFC 4648, 4) in its one canonical spelling."""
    try:
        raw = binascii.a2b_base64(text)
    except ValueError:  # binascii.Error is one, and so is text beyond ASCII
        return b""
    return raw if _to_base64(raw) == text else b""


def _to_base64(raw: bytes) -> str:
    return binascii.b2a_base64(raw, newline=False).decode("ascii")
