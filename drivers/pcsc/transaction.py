"""A payment with a chip card, from selection to the card's last word (EMV 4.4, all books). A generator: it does no I/O.

What may be known outside leaves as values (asks.py); all card data stays in the session, which ends with it.
Nothing is ever approved offline here. From the first GENERATE AC on no failure leads to a swipe: the card has spoken.
"""

from collections.abc import Callable
from typing import TypeVar

from drivers.pcsc.action import decide
from drivers.pcsc.asks import AskIssuer, CardLostError, Transaction
from drivers.pcsc.cryptogram import Verdict, generate
from drivers.pcsc.cvm import verify
from drivers.pcsc.oda import authenticate
from drivers.pcsc.records import facts_of, read_records, start
from drivers.pcsc.restrictions import restrict
from drivers.pcsc.risk import manage_risk
from drivers.pcsc.scripts import read_scripts, run_scripts
from drivers.pcsc.selection import Selected, find_candidates, select
from drivers.pcsc.session import UNPREDICTABLE_LENGTH, Session, Step, open_session, send
from drivers.pcsc.terminal import Terminal
from drivers.reader import ReadFailedError, Tender
from pos_bridge.domain.card import ReadFailure
from pos_bridge.domain.chip import NO_ANSWER, ChipReceipt, HostWord, IssuerAnswer, SecondAnswer, Verified
from pos_bridge.wire.apdu import Command
from pos_bridge.wire.emv_dol import parse_dol
from pos_bridge.wire.emv_results import TSI_LENGTH, TVR_LENGTH, Cryptogram, Profile, Tsi, Tvr
from pos_bridge.wire.emv_tags import Tag
from pos_bridge.wire.tlv import encode

_T = TypeVar("_T")
_EXTERNAL_AUTHENTICATE = 0x82
_REFUSED_OFFLINE = b"Z1"  # 8A (book 4, annex A6)
# What the processor is sent (processor_v1.proto, RoomSealed); those that a card may lack are left out where it does.
_FOR_ISSUER = (
    Tag.TRACK_2,
    Tag.PAN_SEQUENCE,
    Tag.AID,
    Tag.AIP,
    Tag.DF_NAME,
    Tag.TVR,
    Tag.DATE,
    Tag.KIND,
    Tag.CURRENCY,
    Tag.AMOUNT,
    Tag.OTHER_AMOUNT,
    Tag.ISSUER_APPLICATION_DATA,
    Tag.TERMINAL_COUNTRY,
    Tag.TIME,
    Tag.CRYPTOGRAM,
    Tag.CRYPTOGRAM_KIND,
    Tag.CAPABILITIES,
    Tag.CVM_RESULTS,
    Tag.TERMINAL_TYPE,
    Tag.ATC,
    Tag.UNPREDICTABLE,
    Tag.SEQUENCE,
    Tag.TSI,
)


def converse(terminal: Terminal, tender: Tender, unpredictable: Callable[[int], bytes]) -> Transaction:
    """One tender with one card. `unpredictable`: that many random bytes.

    Yields Commands and EnterPin, then AskIssuer once; returns the card's last word. Raises ReadFailedError where no
    issuer is asked. A CardLostError thrown in at an Ask ends it: CHIP_FAILED or CARD_REMOVED before the first GENERATE
    AC, CHIP_DECLINED or CARD_REMOVED after it, and once the issuer was asked a SecondAnswer that does not agree.
    """
    if tender.currency != terminal.currency:
        raise ReadFailedError(ReadFailure.ROOM_FAULT)  # floor limits and exponent are of another currency
    session, verified = yield from _guarded(_prepare(terminal, tender, unpredictable), ReadFailure.CHIP_FAILED)
    yield from _guarded(_ask_card(session), ReadFailure.CHIP_DECLINED)
    try:
        answer = yield _question(session)
        if not isinstance(answer, IssuerAnswer):
            raise TypeError("an issuer is answered for by an IssuerAnswer")
        if tender.refund:  # the AAC ended the card's part
            return SecondAnswer(answer.word is HostWord.APPROVED, _receipt(session, verified))
        agreed = yield from _finish(session, answer)
    except CardLostError:
        return SecondAnswer(agreed=False)
    return SecondAnswer(agreed, _receipt(session, verified))


def _guarded(step: Step[_T], silent: ReadFailure) -> Step[_T]:
    """A card lost on the way is a reason: pulled, or else `silent`."""
    try:
        return (yield from step)
    except CardLostError as lost:
        reason = ReadFailure.CARD_REMOVED if lost.removed else silent
    raise ReadFailedError(reason)


# ---- before the card is asked for a cryptogram ----


def _prepare(
    terminal: Terminal, tender: Tender, unpredictable: Callable[[int], bytes]
) -> Step[tuple[Session, Verified]]:
    """Selection to terminal risk management (book 3, 8.2, figure 7)."""
    session, locator = yield from _choose(terminal, tender, unpredictable(UNPREDICTABLE_LENGTH))
    static = yield from read_records(session, locator)
    yield from authenticate(session, static)
    restrict(session)
    verified = Verified.NOT_AT_ALL if tender.refund else (yield from verify(session))
    yield from manage_risk(session)
    return session, verified


def _choose(terminal: Terminal, tender: Tender, number: bytes) -> Step[tuple[Session, bytes]]:
    """The first candidate that the card selects and starts (book 1, 12.4; book 3, 10.1), and its file locator."""
    refusals = set()
    for candidate in (yield from find_candidates(terminal)):
        selected = yield from select(candidate)
        if not isinstance(selected, Selected):
            refusals.add(selected)
            continue
        session = open_session(terminal, tender, candidate.application, candidate.name, number)
        locator = yield from start(session, selected.pdol)
        if locator is not None:
            return session, locator
        refusals.add(ReadFailure.CHIP_DECLINED)
    for reason in (ReadFailure.CHIP_DECLINED, ReadFailure.CHIP_FAILED):
        if reason in refusals:
            raise ReadFailedError(reason)
    raise ReadFailedError(ReadFailure.CARD_BLOCKED)


# ---- the first cryptogram ----


def _ask_card(session: Session) -> Step[None]:
    """Leaves with the cryptogram for the issuer in the session. Raises ReadFailedError: CHIP_DECLINED."""
    wanted = decide(session)
    verdict = yield from generate(session, wanted, parse_dol(session.card[Tag.CDOL_1]))
    if verdict is not None and verdict.kind is Cryptogram.ARQC and not verdict.proven:
        # Book 2, 6.6.2: CDA has failed, so the issuer is not asked, and the card is told.
        session.own[Tag.RESPONSE_CODE] = _REFUSED_OFFLINE
        yield from generate(session, Cryptogram.AAC, parse_dol(session.card[Tag.CDOL_2]))
    # What the terminal refused no card turns into a question for its issuer (book 3, 9.2.1: never more than was asked).
    refused = wanted is Cryptogram.AAC and not session.tender.refund
    if refused or verdict != Verdict(wanted, proven=True):
        raise ReadFailedError(ReadFailure.CHIP_DECLINED)


def _question(session: Session) -> AskIssuer:
    """For the issuer. An encrypted PIN is not kept here any longer."""
    question = AskIssuer(facts_of(session), _for_issuer(session))
    session.pin = None
    return question


def _for_issuer(session: Session) -> bytes:
    values = session.values()
    told = b"".join(encode(tag, values[tag]) for tag in _FOR_ISSUER if tag in values)
    if session.pin is None:
        return told
    return told + encode(Tag.ENCRYPTED_PIN, session.pin.block) + encode(Tag.PIN_KEY_SERIAL, session.pin.ksn)


# ---- the issuer's answer, and the card's last word ----


def _finish(session: Session, answer: IssuerAnswer) -> Step[bool]:
    """Issuer authentication, scripts, second GENERATE AC (book 3, 10.9 to 10.11). True for a TC to an approval."""
    if answer.word is HostWord.UNREACHABLE:
        answer = NO_ANSWER  # Z3, and nothing else: what came with no word is no answer
    session.own[Tag.RESPONSE_CODE] = answer.code
    yield from _authenticate_issuer(session, answer.authentication)
    scripts = read_scripts(answer.scripts)
    if scripts.broken_before:
        session.tvr |= Tvr.SCRIPT_FAILED_BEFORE
    yield from run_scripts(session, scripts.before, Tvr.SCRIPT_FAILED_BEFORE)
    approved = answer.word is HostWord.APPROVED
    wanted = Cryptogram.TC if approved else Cryptogram.AAC
    verdict = yield from generate(session, wanted, parse_dol(session.card[Tag.CDOL_2]))
    if scripts.broken_after:
        session.tvr |= Tvr.SCRIPT_FAILED_AFTER
    yield from run_scripts(session, scripts.after, Tvr.SCRIPT_FAILED_AFTER)
    return approved and verdict == Verdict(Cryptogram.TC, proven=True)


def _authenticate_issuer(session: Session, data: bytes) -> Step[None]:
    """By EXTERNAL AUTHENTICATE where the card wants it so (10.9), else with CDOL2."""
    if not data:
        return
    session.own[Tag.ISSUER_AUTHENTICATION] = data
    if Profile.ISSUER_AUTHENTICATION not in session.profile:
        return
    response = yield from send(Command(0x00, _EXTERNAL_AUTHENTICATE, 0x00, 0x00, data, expected=None))
    session.tsi |= Tsi.ISSUER_AUTHENTICATION
    if not response.ok:
        session.tvr |= Tvr.ISSUER_AUTHENTICATION_FAILED


def _receipt(session: Session, verified: Verified) -> ChipReceipt:
    tvr, tsi = int(session.tvr).to_bytes(TVR_LENGTH, "big"), int(session.tsi).to_bytes(TSI_LENGTH, "big")
    return ChipReceipt(session.aid, tvr, tsi, verified)
