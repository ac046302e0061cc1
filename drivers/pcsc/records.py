"""What the card says about itself (EMV 4.4 book 3, 10.1 and 10.2): GET PROCESSING OPTIONS, its records, its number."""

from dataclasses import dataclass

from drivers.pcsc.session import Session, Step, send
from drivers.reader import ReadFailedError
from pos_bridge.domain.card import CardFacts, EntryMode, ReadFailure
from pos_bridge.domain.luhn import luhn_holds
from pos_bridge.wire.apdu import Command, Response
from pos_bridge.wire.emv_dol import parse_dol
from pos_bridge.wire.emv_files import PUBLIC_FILES, Place, parse_afl
from pos_bridge.wire.emv_results import AIP_LENGTH, Profile
from pos_bridge.wire.emv_tags import NOT_OF_A_RECORD, Tag
from pos_bridge.wire.tlv import TlvError, encode, once, only, parse

_NOT_NOW = 0x6985  # conditions of use not satisfied: the next application (book 3, 10.1)
_GPO, _READ = 0xA8, 0xB2
_MANDATORY = (Tag.EXPIRATION, Tag.CDOL_1, Tag.CDOL_2, Tag.TRACK_2)  # book 3, 7.2; track 2 because the issuer is asked
_LISTS = (Tag.CDOL_1, Tag.CDOL_2, Tag.TDOL)
_LENGTHS = {
    Tag.EXPIRATION: 3,
    Tag.EFFECTIVE: 3,
    Tag.PAN_SEQUENCE: 1,
    Tag.ISSUER_COUNTRY: 2,
    Tag.USAGE_CONTROL: 2,
    Tag.CARD_VERSION: 2,
    Tag.APPLICATION_CURRENCY: 2,
    Tag.IAC_DEFAULT: 5,
    Tag.IAC_DENIAL: 5,
    Tag.IAC_ONLINE: 5,
    Tag.LOWER_LIMIT: 1,
    Tag.UPPER_LIMIT: 1,
    Tag.CA_KEY_INDEX: 1,
}
_PAN_DIGITS = range(12, 20)
_SEPARATOR, _FILLER = "d", "f"
_MAX_TRACK = 19  # bytes of tag 57
_AFTER_NUMBER = 7  # expiry and service code
_LAST_MONTH = 12


@dataclass(frozen=True, slots=True, repr=False)
class StaticData:
    """What the issuer signed of the records, in order. `whole` is False where a record was not written as EMV wants."""

    data: bytes
    whole: bool


def start(session: Session, pdol: bytes) -> Step[bytes | None]:
    """GET PROCESSING OPTIONS: the file locator. None: not this application now. Raises ReadFailedError."""
    try:
        session.hashed = session.fill(parse_dol(pdol))
        command = Command(0x80, _GPO, 0x00, 0x00, encode(Tag.COMMAND_DATA, session.hashed))
    except (TlvError, ValueError):
        raise ReadFailedError(ReadFailure.CHIP_FAILED) from None
    response = yield from send(command)
    if response.status == _NOT_NOW:
        return None
    try:
        profile, locator = _options(response)
    except TlvError:
        raise ReadFailedError(ReadFailure.CHIP_FAILED) from None
    session.profile = Profile(int.from_bytes(profile, "big"))
    session.card[Tag.AIP] = profile
    session.card[Tag.AFL] = locator
    return locator


def _options(response: Response) -> tuple[bytes, bytes]:
    """Profile and locator, of either format (book 3, 6.5.8.4). Raises TlvError."""
    if not response.ok:
        raise TlvError("no processing options")
    items = parse(response.data)
    if len(items) == 1 and items[0].tag == Tag.FORMAT_1:
        profile, locator = items[0].value[:AIP_LENGTH], items[0].value[AIP_LENGTH:]
    else:
        found = once(parse(only(response.data, Tag.FORMAT_2)))
        profile, locator = found.get(Tag.AIP, b""), found.get(Tag.AFL, b"")
    if len(profile) != AIP_LENGTH:
        raise TlvError("no interchange profile")
    return profile, locator


def read_records(session: Session, locator: bytes) -> Step[StaticData]:
    """Every record that the locator names, into the session. Raises ReadFailedError: CHIP_FAILED."""
    try:
        static = yield from _read_all(session, parse_afl(locator))
        _check_format(session)
        _check_number(session)
    except TlvError:
        raise ReadFailedError(ReadFailure.CHIP_FAILED) from None
    return static


def _read_all(session: Session, places: tuple[Place, ...]) -> Step[StaticData]:
    signed = b""
    whole = True
    for place in places:
        response = yield from send(Command(0x00, _READ, place.record, place.file << 3 | 4))
        if not response.ok:
            raise TlvError("a record is not there")
        content = _content(place, response.data)
        if content is not None:
            _take(session, content)
        if place.authenticated:
            # Book 3, 10.3: of public files without the template's own tag and length, of others with them.
            signed += (content or b"") if place.file in PUBLIC_FILES else response.data
            whole = whole and content is not None
    return StaticData(signed, whole)


def _check_format(session: Session) -> None:
    """What is needed is there, and what is there has its length (book 3, 7.2 and 7.5). Raises TlvError."""
    card = session.card
    if any(tag not in card for tag in _MANDATORY):
        raise TlvError("a mandatory data object is missing")
    if any(len(card[tag]) != length for tag, length in _LENGTHS.items() if tag in card):
        raise TlvError("a data object has another length than its own")
    for tag in _LISTS:
        parse_dol(card.get(tag, b""))


def _content(place: Place, raw: bytes) -> bytes | None:
    """The inside of a record's template. None for a scheme's or issuer's own file that has none. Raises TlvError."""
    try:
        return only(raw, Tag.RECORD)
    except TlvError:
        if place.file in PUBLIC_FILES:
            raise
        return None


def _take(session: Session, content: bytes) -> None:
    """Primitive data objects only. One that is there already ends the transaction (book 3, 10.2)."""
    for item in parse(content):
        if item.constructed or item.tag in NOT_OF_A_RECORD:
            continue
        if item.tag in session.card:
            raise TlvError("a data object comes twice")
        session.card[item.tag] = item.value


# ---- the number ----


def facts_of(session: Session) -> CardFacts:
    """What may leave the card room in clear."""
    digits = number_of(session)
    return CardFacts(session.application.brand, int(digits[-4:]), EntryMode.CHIP)


def number_of(session: Session) -> str:
    """The card number's digits: of 5A, or, where the card has none, of track 2 equivalent data. Raises TlvError."""
    written = session.card.get(Tag.PAN)
    if written is None:
        return _track_number(session.card[Tag.TRACK_2])
    return _digits(written.hex().rstrip(_FILLER))


def _check_number(session: Session) -> None:
    """5A and 57 are of one card, the number is one, and the expiry date is a date. Raises TlvError."""
    if number_of(session) != _track_number(session.card[Tag.TRACK_2]):
        raise TlvError("the card has two numbers")
    date = session.card[Tag.EXPIRATION].hex()
    if len(date) != 6 or not date.isdecimal() or not 1 <= int(date[2:4]) <= _LAST_MONTH:  # noqa: PLR2004 - yymmdd
        raise TlvError("the expiry date is none")


def _track_number(track: bytes) -> str:
    if len(track) > _MAX_TRACK:
        raise TlvError("track 2 equivalent data is too long")
    digits, separator, rest = track.hex().partition(_SEPARATOR)
    rest = rest.rstrip(_FILLER)
    if not separator or len(rest) < _AFTER_NUMBER or not rest.isdecimal():
        raise TlvError("track 2 equivalent data is broken")
    return _digits(digits)


def _digits(text: str) -> str:
    if len(text) not in _PAN_DIGITS or not text.isdecimal() or not luhn_holds(text.encode()):
        raise TlvError("not a card number")
    return text
