"""Processing restrictions (EMV 4.4 book 3, 10.4): version, where the card may be used, and when. Bits, no refusal."""

from drivers.pcsc.session import Session, full_year
from pos_bridge.wire.emv_results import Tvr, Usage
from pos_bridge.wire.emv_tags import Tag

_DOMESTIC = Usage.DOMESTIC_GOODS | Usage.DOMESTIC_SERVICES
_INTERNATIONAL = Usage.INTERNATIONAL_GOODS | Usage.INTERNATIONAL_SERVICES


def restrict(session: Session) -> None:
    for rule in (_version, _usage, _dates):
        session.tvr |= rule(session)


def _version(session: Session) -> Tvr:
    """10.4.1: a card that names none is taken to have ours."""
    ours = session.own[Tag.TERMINAL_VERSION]
    return Tvr(0) if session.card.get(Tag.CARD_VERSION, ours) == ours else Tvr.OTHER_VERSION


def _usage(session: Session) -> Tvr:
    """10.4.2: a till is no ATM; goods or services, at home or abroad. Giving money back has no bit of its own."""
    written = session.card.get(Tag.USAGE_CONTROL)
    if written is None:
        return Tvr(0)
    usage = Usage(int.from_bytes(written, "big"))
    country = session.card.get(Tag.ISSUER_COUNTRY)
    fits = Usage.ELSEWHERE_THAN_ATM in usage
    if country is not None and not session.tender.refund:
        at_home = country == session.own[Tag.TERMINAL_COUNTRY]
        fits = fits and bool(usage & (_DOMESTIC if at_home else _INTERNATIONAL))
    return Tvr(0) if fits else Tvr.SERVICE_NOT_ALLOWED


def _dates(session: Session) -> Tvr:
    """10.4.3. A card holds to the end of its last day, in the store's time."""
    results = Tvr(0)
    effective = _day(session, Tag.EFFECTIVE)
    if effective is not None and session.today < effective:
        results |= Tvr.NOT_YET_EFFECTIVE
    expiration = _day(session, Tag.EXPIRATION)
    if expiration is not None and session.today > expiration:
        results |= Tvr.EXPIRED
    return results


def _day(session: Session, tag: int) -> int | None:
    """As yyyymmdd. None where the card has none, or what it has is no date (records.py wants the expiry to be one)."""
    text = session.card.get(tag, b"").hex()
    return full_year(int(text)) if text.isdecimal() else None
