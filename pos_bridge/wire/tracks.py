"""The tracks of a magnetic stripe: ISO/IEC 7811-2 characters and LRC, ISO/IEC 7813 fields, read where they lie.

Works on a memoryview of the reader's locked page and makes no copy of what is in it: no bytes, no text, no integer
of a card number. What it knows leaves as offsets, a brand and the last four digits; what it cannot take leaves as a
Verdict. It raises nothing for any input, since an exception would carry its locals.
"""

from dataclasses import dataclass
from enum import Enum

from pos_bridge.domain.card import Brand, CardFacts, EntryMode
from pos_bridge.domain.iin import brand_of
from pos_bridge.wire.inplace import ZERO, are_digits, find, pair, same

START_1, START_2, CR = 0x25, 0x3B, 0x0D  # % ; CR
MAX_TRACK_1 = 79  # characters with sentinels and LRC, ISO/IEC 7811-2
MAX_TRACK_2 = 40
MAX_FRAME = MAX_TRACK_1 + MAX_TRACK_2 + 1  # and CR
MIN_PAN, MAX_PAN = 12, 19  # digits of a card number, ISO/IEC 7812-1 as the schemes use it
EXPIRY, SERVICE = 4, 3  # characters: YYMM, then the service code
CHIP_SERVICES = (0x32, 0x36)  # a service code that begins with 2 or 6: use the chip
SEPARATOR_1, SEPARATOR_2 = 0x5E, 0x3D  # ^ =

_END = 0x3F  # ?
_FORMAT_BANK = 0x42  # B, the format code of financial cards, ISO/IEC 7813
_MAX_NAME = 26
_LAST_MONTH = 12


class SwipeFraming:
    """A swipe of a plain reader: from a start sentinel to CR (burst.Framing)."""

    longest = MAX_FRAME

    def begins(self, first: int) -> bool:
        return first in (START_1, START_2)

    def length(self, begun: memoryview, looked: int) -> int | None:
        place = find(begun, looked, len(begun), CR)
        return place + 1 if place < len(begun) else None


class Verdict(Enum):
    """Why a frame gives no card."""

    BAD_READ = 1  # not, to the last bit, what a swipe looks like: swipe again
    NOT_A_BANK_CARD = 2  # read well, but of a loyalty, gift or badge card
    CHIP_REQUIRED = 3  # the service code asks for the chip


@dataclass(frozen=True, slots=True)
class Swipe:
    """A card that was read: frame[start:stop] is its track without sentinels and LRC (track 1 begins with B)."""

    track: int
    start: int
    stop: int
    facts: CardFacts


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a track is written: its sentinel, its lowest and highest character, its most characters, its separator."""

    start: int
    low: int
    high: int
    most: int
    separator: int


@dataclass(frozen=True, slots=True)
class _Fields:
    """Where a track's card number and its service code lie in the frame."""

    pan_start: int
    pan_stop: int
    service: int


_TRACK_1 = _Shape(START_1, 0x20, 0x5F, MAX_TRACK_1, SEPARATOR_1)
_TRACK_2 = _Shape(START_2, 0x30, 0x3F, MAX_TRACK_2, SEPARATOR_2)


def read_swipe(frame: memoryview, *, fallback: bool = False) -> Swipe | Verdict:
    """Judge a whole frame: track 1, track 2 or both, each with its LRC, then CR and nothing else.

    Track 2 is taken where it is there; track 1 is then only compared with it. `fallback`: a chip could not be read, so
    a stripe that asks for it counts and is flagged; but an Interac card has no other way than its chip.
    """
    last = len(frame) - 1
    if not 0 < last < MAX_FRAME or frame[last] != CR:
        return Verdict.BAD_READ
    middle = _track_end(frame, 0, _TRACK_1)
    if _track_end(frame, middle, _TRACK_2) != last:
        return Verdict.BAD_READ
    one = _fields_1(frame, 1, middle - 2) if middle else None
    two = _fields_2(frame, middle + 1, last - 2) if middle < last else None
    for verdict in (Verdict.BAD_READ, Verdict.NOT_A_BANK_CARD):
        if verdict in (one, two):
            return verdict
    if isinstance(one, _Fields) and isinstance(two, _Fields) and not _same_number(frame, one, two):
        return Verdict.BAD_READ
    if isinstance(two, _Fields):
        return _judge(frame, two, slice(middle + 1, last - 2), 2, fallback=fallback)
    if isinstance(one, _Fields):
        return _judge(frame, one, slice(1, middle - 2), 1, fallback=fallback)
    return Verdict.BAD_READ


def _track_end(frame: memoryview, at: int, shape: _Shape) -> int:
    """Where the track that begins at `at` ends, behind its LRC; `at` itself when no right track begins there."""
    if frame[at] != shape.start:
        return at
    check = shape.start - shape.low
    for place in range(at + 1, min(len(frame) - 2, at + shape.most - 1)):
        character = frame[place]
        if not shape.low <= character <= shape.high or character == shape.start:
            return at
        check ^= character - shape.low
        if character == _END:
            return place + 2 if frame[place + 1] - shape.low == check else at
    return at


def _fields_1(frame: memoryview, start: int, stop: int) -> _Fields | Verdict:
    """B, number, ^, name of at most 26 characters, ^, expiry, service code, the issuer's own."""
    if start >= stop or frame[start] != _FORMAT_BANK:
        return Verdict.NOT_A_BANK_CARD
    pan_stop = find(frame, start + 1, stop, _TRACK_1.separator)
    name_stop = find(frame, pan_stop + 1, stop, _TRACK_1.separator)
    if name_stop - pan_stop - 1 > _MAX_NAME:
        return Verdict.BAD_READ
    return _fields(frame, start + 1, pan_stop, name_stop + 1, stop)


def _fields_2(frame: memoryview, start: int, stop: int) -> _Fields | Verdict:
    """Number, =, expiry, service code, the issuer's own."""
    pan_stop = find(frame, start, stop, _TRACK_2.separator)
    return _fields(frame, start, pan_stop, pan_stop + 1, stop)


def _fields(frame: memoryview, pan_start: int, pan_stop: int, expiry: int, stop: int) -> _Fields | Verdict:
    if pan_stop >= stop:
        return Verdict.NOT_A_BANK_CARD  # no separator: one long number, as on loyalty cards
    service = expiry + EXPIRY
    right = (
        MIN_PAN <= pan_stop - pan_start <= MAX_PAN
        and service + SERVICE <= stop
        and are_digits(frame, pan_start, pan_stop)
        and are_digits(frame, expiry, service + SERVICE)
        and 1 <= pair(frame, expiry + 2) <= _LAST_MONTH
        and _luhn_holds(frame, pan_start, pan_stop)
    )
    return _Fields(pan_start, pan_stop, service) if right else Verdict.BAD_READ


def _judge(frame: memoryview, fields: _Fields, lies: slice, track: int, *, fallback: bool) -> Swipe | Verdict:
    brand = brand_of(frame[fields.pan_start : fields.pan_stop])
    if brand is None:
        return Verdict.NOT_A_BANK_CARD
    chip = frame[fields.service] in CHIP_SERVICES
    if chip and (not fallback or brand is Brand.INTERAC):
        return Verdict.CHIP_REQUIRED
    last_four = pair(frame, fields.pan_stop - 4) * 100 + pair(frame, fields.pan_stop - 2)
    entry_mode = EntryMode.MAGSTRIPE_FALLBACK if chip else EntryMode.MAGSTRIPE
    return Swipe(track, lies.start, lies.stop, CardFacts(brand, last_four, entry_mode))


def _luhn_holds(frame: memoryview, start: int, stop: int) -> bool:
    """ISO/IEC 7812-1 annex B. The running total says nothing of the digits."""
    total = 0
    for back, place in enumerate(range(stop - 1, start - 1, -1)):
        digit = frame[place] - ZERO
        total += sum(divmod(2 * digit, 10)) if back % 2 else digit
    return total % 10 == 0


def _same_number(frame: memoryview, one: _Fields, two: _Fields) -> bool:
    length = one.pan_stop - one.pan_start
    return two.pan_stop - two.pan_start == length and same(frame, one.pan_start, two.pan_start, length)
