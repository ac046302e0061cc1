"""Cardholder verification (EMV 4.4 book 3, 10.5): the card's list of methods, gone through with what this till can do.

No digit of a PIN ever comes here: a reader hands one to the card itself, a PIN pad encrypts one for the issuer.
A PIN enciphered for the card (methods 04 and 05) is not supported: PC/SC has no way for a reader to do that.
"""

from dataclasses import dataclass
from enum import Enum

from drivers.pcsc.asks import EnterPin, PinBlock, PinGiven, PinTrouble
from drivers.pcsc.risk import get_number
from drivers.pcsc.session import Session, Step
from drivers.reader import ReadFailedError
from pos_bridge.domain.card import ReadFailure
from pos_bridge.domain.chip import Verified
from pos_bridge.wire.emv_cvm import Condition, CvmList, Method, Rule, parse_cvm_list
from pos_bridge.wire.emv_results import Profile, Tsi, Tvr
from pos_bridge.wire.emv_tags import Tag
from pos_bridge.wire.tlv import TlvError

_NOT_PERFORMED = 0x3F
_OK, _WRONG_PIN, _TRIES_LEFT = 0x9000, 0x63C0, 0xFFF0
_BLOCKED = (0x6983, 0x6984)
_MAX_TRIES = 15  # what 63Cx can count
_PLAINTEXT = (Method.PLAINTEXT_PIN, Method.PLAINTEXT_PIN_AND_SIGNATURE)
_OF_A_PIN = (Method.ONLINE_PIN, Method.ENCIPHERED_PIN, Method.ENCIPHERED_PIN_AND_SIGNATURE, *_PLAINTEXT)


class _Outcome(Enum):
    """The value is the third byte of the CVM results, 9F34 (book 4, annex A4)."""

    UNKNOWN = 0  # only the issuer, or the cashier, can tell
    FAILED = 1
    SUCCESSFUL = 2


@dataclass(frozen=True, slots=True)
class _Tried:
    """What a rule came to. `performed` is False for a method that this terminal does not know or does not have."""

    outcome: _Outcome
    verified: Verified = Verified.NOT_AT_ALL
    performed: bool = True


_FAILED = _Tried(_Outcome.FAILED)
_NOT_DONE = _Tried(_Outcome.FAILED, performed=False)
# What a method comes to once nothing hinders it.
_COMES_TO = {
    Method.FAIL: _FAILED,
    Method.PLAINTEXT_PIN: _Tried(_Outcome.SUCCESSFUL, Verified.PIN_AT_READER),
    Method.PLAINTEXT_PIN_AND_SIGNATURE: _Tried(_Outcome.UNKNOWN, Verified.SIGNATURE),
    Method.SIGNATURE: _Tried(_Outcome.UNKNOWN, Verified.SIGNATURE),
    Method.NONE_REQUIRED: _Tried(_Outcome.SUCCESSFUL),
}
_PIN_TROUBLES = {
    PinTrouble.NO_PAD: Tvr.PIN_PAD_MISSING,
    PinTrouble.PAD_FAILED: Tvr.PIN_PAD_MISSING,
    PinTrouble.BYPASSED: Tvr.PIN_NOT_ENTERED,
}


def verify(session: Session) -> Step[Verified]:
    """How the card holder was verified; results are in the session. Raises ReadFailedError for a broken list."""
    if Profile.CARDHOLDER_VERIFICATION not in session.profile:
        return Verified.NOT_AT_ALL
    try:
        listed = parse_cvm_list(session.card[Tag.CVM_LIST]) if Tag.CVM_LIST in session.card else None
    except TlvError:
        raise ReadFailedError(ReadFailure.CHIP_FAILED) from None
    if listed is None:
        session.tvr |= Tvr.CARD_DATA_MISSING  # 7.5
    if listed is None or not listed.rules:
        return Verified.NOT_AT_ALL
    session.tsi |= Tsi.CARDHOLDER_VERIFICATION
    return (yield from _go_through(session, listed))


def _go_through(session: Session, listed: CvmList) -> Step[Verified]:
    """The rules in their order, until one succeeds or says that none may follow it."""
    results = bytes((_NOT_PERFORMED, 0x00, _Outcome.FAILED.value))
    failed_pins: set[bool] = set()
    for rule in listed.rules:
        if not _applies(session, listed, rule):
            continue
        tried = yield from _try(session, rule, failed_pins)
        if tried.performed:
            results = bytes((rule.code, rule.condition, tried.outcome.value))
        if tried.outcome is not _Outcome.FAILED:
            session.own[Tag.CVM_RESULTS] = results
            return tried.verified
        if not rule.goes_on:
            break
    session.own[Tag.CVM_RESULTS] = results
    session.tvr |= Tvr.VERIFICATION_FAILED
    return Verified.NOT_AT_ALL


# ---- whether a rule is for this transaction ----


def _applies(session: Session, listed: CvmList, rule: Rule) -> bool:
    """Conditions nobody defined, and those that lack what they compare with, pass the rule over (10.5)."""
    match rule.condition:
        case Condition.ALWAYS | Condition.NO_CASH:
            return True
        case Condition.IF_SUPPORTED:
            return rule.method is not None and _supported(session, rule.method)
        case Condition.UNDER_X:
            return _in_its_currency(session) and session.tender.cents < listed.x
        case Condition.OVER_X:
            return _in_its_currency(session) and session.tender.cents > listed.x
        case Condition.UNDER_Y:
            return _in_its_currency(session) and session.tender.cents < listed.y
        case Condition.OVER_Y:
            return _in_its_currency(session) and session.tender.cents > listed.y
        case _:
            return False  # cash and cashback are not sold here


def _in_its_currency(session: Session) -> bool:
    return session.card.get(Tag.APPLICATION_CURRENCY) == session.own[Tag.CURRENCY]


def _supported(session: Session, method: Method) -> bool:
    terminal = session.terminal
    if method in _PLAINTEXT:
        return terminal.offline_pin and (method is Method.PLAINTEXT_PIN or terminal.signature)
    return {
        Method.FAIL: True,
        Method.ONLINE_PIN: bool(session.tender.pin_pad),
        Method.SIGNATURE: terminal.signature,
        Method.NONE_REQUIRED: terminal.no_cvm,
    }.get(method, False)


# ---- a method ----


def _try(session: Session, rule: Rule, failed_pins: set[bool]) -> Step[_Tried]:
    """`failed_pins`: whether online, of each PIN that has failed: a list of hundreds asks nobody hundreds of times."""
    method = rule.method
    if method is None:
        session.tvr |= Tvr.CVM_UNRECOGNISED
        return _NOT_DONE
    if not _supported(session, method):
        if method in _OF_A_PIN:
            session.tvr |= Tvr.PIN_PAD_MISSING  # 10.5.1, 10.5.2
        return _NOT_DONE
    if method not in _OF_A_PIN:
        return _COMES_TO[method]
    online = method is Method.ONLINE_PIN
    if Tvr.PIN_NOT_ENTERED in session.tvr or online in failed_pins:
        return _FAILED  # given up once: not asked for again (10.5.1)
    if online:
        tried = yield from _online_pin(session)
    else:
        tried = _COMES_TO[method] if (yield from _offline_pin(session)) else _FAILED
    if tried is _FAILED:
        failed_pins.add(online)
    return tried


def _online_pin(session: Session) -> Step[_Tried]:
    """10.5.2. Whether it is right only the issuer can tell."""
    reply = yield EnterPin(online=True, cents=session.tender.cents, currency=session.tender.currency)
    if isinstance(reply, PinBlock):
        session.tvr |= Tvr.ONLINE_PIN_ENTERED
        session.pin = reply
        return _Tried(_Outcome.UNKNOWN, Verified.PIN_ONLINE)
    session.tvr |= _PIN_TROUBLES[reply] if isinstance(reply, PinTrouble) else Tvr.PIN_PAD_MISSING
    return _FAILED


def _offline_pin(session: Session) -> Step[bool]:
    """10.5.1: as often as the card allows. The counter is looked at first, so that nobody types for nothing."""
    left = yield from get_number(Tag.PIN_TRIES)
    if left == 0:
        session.tvr |= Tvr.PIN_TRIES_EXCEEDED
        return False
    for _ in range(_MAX_TRIES):
        reply = yield EnterPin(online=False, cents=session.tender.cents, currency=session.tender.currency)
        if not isinstance(reply, PinGiven):
            session.tvr |= _PIN_TROUBLES[reply] if isinstance(reply, PinTrouble) else Tvr.PIN_PAD_MISSING
            return False
        if reply.status == _OK:
            return True
        if reply.status == _WRONG_PIN or reply.status in _BLOCKED:
            session.tvr |= Tvr.PIN_TRIES_EXCEEDED
            return False
        if reply.status & _TRIES_LEFT != _WRONG_PIN:
            return False
    return False
