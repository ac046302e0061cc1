"""Offline data authentication (EMV 4.4 book 2, 5 and 6; book 3, 10.3): is this the card that an issuer made?

CDA is prepared here and done with each cryptogram: cda.py.
"""

from enum import Enum
from typing import assert_never

from drivers.pcsc.certificates import (
    AuthenticationFailedError,
    card_key,
    issuer_key,
    needed,
    recover,
    static_data,
)
from drivers.pcsc.records import StaticData
from drivers.pcsc.session import UNPREDICTABLE_LENGTH, PublicKey, Session, Step, send
from drivers.reader import ReadFailedError
from pos_bridge.domain.card import ReadFailure
from pos_bridge.wire.apdu import Command, Response
from pos_bridge.wire.emv_dol import parse_dol
from pos_bridge.wire.emv_results import Profile, Tsi, Tvr
from pos_bridge.wire.emv_tags import Tag
from pos_bridge.wire.tlv import TlvError, once, only, parse

_INTERNAL_AUTHENTICATE = 0x88
_STATIC, DYNAMIC = 0x03, 0x05  # signed data formats
_SHA1, _PAD = 0x01, 0xBB
_CODE_AT, _STATIC_HEAD = 2, 4


class Method(Enum):
    """The value is what the TVR says when it fails."""

    SDA = Tvr.SDA_FAILED
    DDA = Tvr.DDA_FAILED
    CDA = Tvr.CDA_FAILED


def choose(session: Session) -> Method | None:
    """The strongest that both sides know (book 3, 10.3)."""
    terminal, profile = session.terminal, session.profile
    if terminal.cda and Profile.CDA in profile:
        return Method.CDA
    if terminal.dda and Profile.DDA in profile:
        return Method.DDA
    if terminal.sda and Profile.SDA in profile:
        return Method.SDA
    return None


def authenticate(session: Session, static: StaticData) -> Step[None]:
    """Its result is in the session. Raises ReadFailedError where the card refuses INTERNAL AUTHENTICATE."""
    method = choose(session)
    if method is None:
        session.tvr |= Tvr.ODA_NOT_PERFORMED
        return
    try:
        match method:
            case Method.SDA:
                session.tvr |= Tvr.SDA_SELECTED
                _check_static(session, static)
            case Method.DDA:
                yield from _check_dynamic(session, card_key(session, static))
            case Method.CDA:
                session.combined_key = card_key(session, static)
                return  # performed once a cryptogram was checked
            case _:
                assert_never(method)
    except AuthenticationFailedError as failed:
        session.tvr |= method.value
        if failed.missing:
            session.tvr |= Tvr.CARD_DATA_MISSING
    session.tsi |= Tsi.ODA


def _check_static(session: Session, static: StaticData) -> None:
    """SDA (book 2, 5.4)."""
    key = issuer_key(session)
    inside = recover(key, needed(session, Tag.SIGNED_STATIC_DATA), _STATIC, static_data(session, static))
    padding = inside[_STATIC_HEAD:]
    if inside[1] != _SHA1 or padding.count(_PAD) != len(padding):
        raise AuthenticationFailedError
    session.card[Tag.DATA_AUTHENTICATION_CODE] = inside[_CODE_AT:_STATIC_HEAD]


def _check_dynamic(session: Session, key: PublicKey) -> Step[None]:
    """DDA (book 2, 6.5)."""
    try:
        written = session.card.get(Tag.DDOL)
        ddol = session.application.ddol if written is None else parse_dol(written)
    except TlvError:
        raise AuthenticationFailedError from None
    if not any(wanted.tag == Tag.UNPREDICTABLE and wanted.length >= UNPREDICTABLE_LENGTH for wanted in ddol):
        raise AuthenticationFailedError  # 6.5.1: all of it, or a copied card could have each signature ready
    values = session.fill(ddol)
    response = yield from send(Command(0x00, _INTERNAL_AUTHENTICATE, 0x00, 0x00, values))
    if not response.ok:
        raise ReadFailedError(ReadFailure.CHIP_FAILED)
    try:
        signature = _signature(response)
    except TlvError:
        raise AuthenticationFailedError from None
    dynamic = dynamic_data(recover(key, signature, DYNAMIC, values))
    session.card[Tag.ICC_DYNAMIC_NUMBER] = dynamic_number(dynamic)[0]


def _signature(response: Response) -> bytes:
    """Of either format (book 3, 6.5.9.4). Raises TlvError."""
    items = parse(response.data)
    if len(items) == 1 and items[0].tag == Tag.FORMAT_1:
        return items[0].value
    return once(parse(only(response.data, Tag.FORMAT_2))).get(Tag.SIGNED_DYNAMIC_DATA, b"")


def dynamic_data(inside: bytes) -> bytes:
    """What the card itself put into a dynamic signature (book 2, table 17)."""
    if inside[1] != _SHA1:
        raise AuthenticationFailedError
    length = inside[2]
    data, padding = inside[3 : 3 + length], inside[3 + length :]
    if len(data) != length or padding.count(_PAD) != len(padding):
        raise AuthenticationFailedError
    return data


def dynamic_number(data: bytes) -> tuple[bytes, bytes]:
    """The ICC dynamic number, 2 to 8 bytes with its length before it, and what follows it."""
    if not data or not 2 <= data[0] <= 8 or len(data) <= data[0]:  # noqa: PLR2004 - book 2, table 18
        raise AuthenticationFailedError
    return data[1 : 1 + data[0]], data[1 + data[0] :]
