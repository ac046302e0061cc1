"""Terminal risk management (EMV 4.4 book 3, 10.6), as far as an online-only terminal has any.

Random selection (10.6.2) chooses among transactions that could be approved offline: here there are none. There is no
exception file either; the issuer is asked every time.
"""

from drivers.pcsc.session import Session, Step, send
from pos_bridge.wire.apdu import Command
from pos_bridge.wire.emv_results import Tsi, Tvr
from pos_bridge.wire.emv_tags import Tag
from pos_bridge.wire.tlv import TlvError, only

_GET_DATA = 0xCA


def manage_risk(session: Session) -> Step[None]:
    if session.tender.cents >= session.application.floor_limit:  # 10.6.1
        session.tvr |= Tvr.FLOOR_LIMIT_EXCEEDED
    if Tag.LOWER_LIMIT in session.card and Tag.UPPER_LIMIT in session.card:
        yield from _check_velocity(session)
    session.tsi |= Tsi.TERMINAL_RISK_MANAGEMENT


def _check_velocity(session: Session) -> Step[None]:
    """10.6.3: how many transactions the card has made since it was last online."""
    counter = yield from get_number(Tag.ATC)
    last_online = yield from get_number(Tag.LAST_ONLINE_ATC)
    if last_online == 0:
        session.tvr |= Tvr.NEW_CARD
    if counter is None or last_online is None:
        session.tvr |= Tvr.CARD_DATA_MISSING
    if counter is None or last_online is None or counter <= last_online:
        session.tvr |= Tvr.LOWER_LIMIT_EXCEEDED | Tvr.UPPER_LIMIT_EXCEEDED
        return
    if counter - last_online > session.card[Tag.LOWER_LIMIT][0]:
        session.tvr |= Tvr.LOWER_LIMIT_EXCEEDED
    if counter - last_online > session.card[Tag.UPPER_LIMIT][0]:
        session.tvr |= Tvr.UPPER_LIMIT_EXCEEDED


def get_number(tag: int) -> Step[int | None]:
    """GET DATA (6.5.7) of a counter. None: the card does not tell it."""
    response = yield from send(Command(0x80, _GET_DATA, tag >> 8, tag & 0xFF))
    try:
        return int.from_bytes(only(response.data, tag), "big") if response.ok else None
    except TlvError:
        return None
