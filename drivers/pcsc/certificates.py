"""From a scheme's public key to the issuer's, and on to the card's own (EMV 4.4 book 2, 5 and 6). RSA is `pow`.

SHA-1 is what these certificates have; that is EMV's choice, and the issuer's cryptogram decides in any case.
"""

import hashlib
import hmac
from dataclasses import dataclass

from drivers.pcsc.records import StaticData, number_of
from drivers.pcsc.session import PublicKey, Session, full_year
from pos_bridge.wire.emv_tags import Tag

_HEADER, _TRAILER, _PAD = 0x6A, 0xBC, 0xBB
_ISSUER, _CARD = 0x02, 0x04  # certificate formats
_HASH = 20
_SHA1, _RSA = 0x01, 0x01
_SMALLEST = 64  # bytes of a key: what it signs still has all its fixed parts
_LAST_MONTH = 12
_ISSUER_DIGITS = 3  # at least so many of the number's first eight (book 2, table 6)


class AuthenticationFailedError(Exception):
    """The card cannot be told from a forged one. `missing`: because it lacks a data object."""

    def __init__(self, *, missing: bool = False) -> None:
        super().__init__("the card lacks what proves it" if missing else "the card's proof does not hold")
        self.missing = missing


def needed(session: Session, tag: int) -> bytes:
    """A data object without which nothing is proved (book 3, 7.5)."""
    if tag not in session.card:
        raise AuthenticationFailedError(missing=True)
    return session.card[tag]


def recover(key: PublicKey, signature: bytes, kind: int, more: bytes) -> bytes:
    """What was signed, without header, hash and trailer; `more` is what the hash covers behind it (annex A2.1).

    Raises AuthenticationFailedError unless all of it is right, `kind` (the signed data format) included.
    """
    inside, told = _open(key, signature, kind)
    digest = hashlib.sha1(inside + more, usedforsecurity=False).digest()
    if not hmac.compare_digest(digest, told):
        raise AuthenticationFailedError
    return inside


def _open(key: PublicKey, signature: bytes, kind: int) -> tuple[bytes, bytes]:
    """What was signed, and the hash that it came with, unchecked."""
    length = len(key.modulus)
    number, modulus = int.from_bytes(signature, "big"), int.from_bytes(key.modulus, "big")
    if len(signature) != length or number >= modulus or length < _SMALLEST:
        raise AuthenticationFailedError
    block = pow(number, key.exponent, modulus).to_bytes(length, "big")
    inside, told = block[1 : -_HASH - 1], block[-_HASH - 1 : -1]
    if block[0] != _HEADER or block[-1] != _TRAILER or inside[0] != kind:
        raise AuthenticationFailedError
    return inside, told


def static_data(session: Session, static: StaticData) -> bytes:
    """What the issuer signed: the records, then the profile where the tag list says so (book 3, 10.3)."""
    tags = session.card.get(Tag.STATIC_TAG_LIST)
    if not static.whole or (tags is not None and tags != bytes((Tag.AIP,))):
        raise AuthenticationFailedError
    return static.data + (session.card[Tag.AIP] if tags else b"")


def issuer_key(session: Session) -> PublicKey:
    """Book 2, 5.2, 5.3 and 6.3."""
    rid, index = session.aid[:5], needed(session, Tag.CA_KEY_INDEX)[0]
    certificate, exponent = needed(session, Tag.ISSUER_CERTIFICATE), needed(session, Tag.ISSUER_EXPONENT)
    scheme = session.terminal.key(rid, index, session.today)
    if scheme is None:
        raise AuthenticationFailedError  # not here, or past its last day
    above = PublicKey(scheme.modulus, scheme.exponent)
    remainder = _remainder(session, Tag.ISSUER_REMAINDER, _open(above, certificate, _ISSUER)[0][12:])
    inside = recover(above, certificate, _ISSUER, remainder + exponent)
    fields = _Fields(inside[5:7], inside[10:12], inside[12], inside[13], inside[14:])
    issuer = inside[1:5].hex().rstrip("f")
    if len(issuer) < _ISSUER_DIGITS or not number_of(session).startswith(issuer) or inside[7:10] in scheme.revoked:
        raise AuthenticationFailedError
    return _key(session, fields, remainder, exponent)


def card_key(session: Session, static: StaticData) -> PublicKey:
    """Book 2, 6.4."""
    above = issuer_key(session)
    certificate, exponent = needed(session, Tag.ICC_CERTIFICATE), needed(session, Tag.ICC_EXPONENT)
    remainder = _remainder(session, Tag.ICC_REMAINDER, _open(above, certificate, _CARD)[0][18:])
    covered = remainder + exponent + static_data(session, static)
    inside = recover(above, certificate, _CARD, covered)
    fields = _Fields(inside[11:13], inside[16:18], inside[18], inside[19], inside[20:])
    if inside[1:11].hex().rstrip("f") != number_of(session):
        raise AuthenticationFailedError
    return _key(session, fields, remainder, exponent)


def _remainder(session: Session, tag: int, sized: bytes) -> bytes:
    """What of a key found no room in its certificate. `sized`: both lengths, and the part that did."""
    return needed(session, tag) if sized[0] > len(sized) - 2 else session.card.get(tag, b"")


@dataclass(frozen=True, slots=True, repr=False)
class _Fields:
    """What both kinds of certificate have. `expires`: MMYY. `algorithms`: of the hash and of the key."""

    expires: bytes
    algorithms: bytes
    length: int
    exponent_length: int
    key: bytes


def _key(session: Session, fields: _Fields, remainder: bytes, exponent: bytes) -> PublicKey:
    """The key in a certificate, with its remainder (book 2, tables 6 and 14)."""
    if fields.algorithms != bytes((_SHA1, _RSA)) or fields.exponent_length != len(exponent):
        raise AuthenticationFailedError
    _check_date(session, fields.expires)
    space = len(fields.key)
    if fields.length <= space:
        modulus, padding = fields.key[: fields.length], fields.key[fields.length :]
        right = not remainder and padding.count(_PAD) == len(padding)
    else:
        modulus = fields.key + remainder
        right = len(modulus) == fields.length
    number = int.from_bytes(exponent, "big")
    if not right or not modulus or not modulus[0] or number not in {3, 65537}:
        raise AuthenticationFailedError
    return PublicKey(modulus, number)


def _check_date(session: Session, written: bytes) -> None:
    """A certificate holds to the last day of its month."""
    text = written.hex()
    if not text.isdecimal() or not 1 <= int(text[:2]) <= _LAST_MONTH:
        raise AuthenticationFailedError
    month = full_year(int(text[2:] + text[:2]) * 100) // 100
    if month < session.today // 100:
        raise AuthenticationFailedError
