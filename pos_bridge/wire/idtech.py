"""Swipes of the ID TECH MSR family (SecureMag user manual, chapter 10): encrypted tracks, read where they lie.

A frame is 02 | length, low byte first | data | LRC | SUM | 03, with LRC the xor and SUM the sum of the data. Even when
its tracks are encrypted it shows the holder's name, digits of the number, hashes: works on a memoryview of the locked
page, makes no copy of any of these, and lets out offsets of ciphertext, a brand and the last four digits. What it
cannot take leaves as a Verdict. It raises nothing for any input.
"""

from dataclasses import dataclass
from enum import Enum

from pos_bridge.domain.card import Brand, CardFacts, ChainMode, EntryMode
from pos_bridge.domain.iin import brand_of
from pos_bridge.wire.idtech_layout import (
    DATA,
    MAX_DATA,
    MAX_FRAME,
    MIN_DATA,
    TRAILER,
    Fault,
    Layout,
    enhanced,
    original,
)
from pos_bridge.wire.inplace import are_digits, digits_from, find, pair, same
from pos_bridge.wire.tracks import (
    CHIP_SERVICES,
    EXPIRY,
    MAX_PAN,
    MIN_PAN,
    SEPARATOR_1,
    SEPARATOR_2,
    START_1,
    START_2,
)

STX, ETX = 0x02, 0x03
CLEAR_RUN = 9  # as many digits in a row, where ciphertext or a mask should be, are a track in clear
FILLING = 8  # as many equal bytes in a row are no ciphertext
LEADING, TRAILING = 4, 4  # digits that the mask must show: the brand needs four, the receipt four

_BANK, _ENHANCED = 0x00, 0x80  # card type: ISO/ABA; and its bit 7
_FORMAT_BANK, _END = 0x42, 0x3F  # B ?


class Verdict(Enum):
    """Why a frame gives no card."""

    BAD_READ = 1  # not to the last bit a frame, or no track of it was read: swipe again
    NOT_A_BANK_CARD = 2  # loyalty, gift, badge, driving licence: such readers send them in clear
    CHIP_REQUIRED = 3  # the service code asks for the chip, or the brand has no stripe
    IN_CLEAR = 4  # a bank card's track that is not encrypted
    FOREIGN_SETTING = 5  # the reader is set to keys or masks that this driver has no name for


@dataclass(frozen=True, slots=True)
class EncryptedSwipe:
    """A card: frame[ksn], frame[track1] and frame[track2] are its key's serial number and its ciphertexts.

    A track that is not to be sent is an empty slice. CBC_PER_TRACK: one track, its own chain. CBC_CHAINED: the reader
    encrypted both tracks' text as one, so track1 | track2 is one chain, cut at the end of the block in which track 1
    ends; the first characters of track 2 may lie before the cut.
    """

    facts: CardFacts
    mode: ChainMode
    ksn: slice
    track1: slice
    track2: slice


@dataclass(frozen=True, slots=True)
class _Number:
    """Where a masked track shows its number, and where its service code would be."""

    start: int
    stop: int
    service: int


class IdtechFraming:
    """A frame by its own length, or a track in clear that comes in its place and has none (burst.Framing)."""

    longest = MAX_FRAME

    def begins(self, first: int) -> bool:
        return first in (STX, START_1, START_2)

    def length(self, begun: memoryview, looked: int) -> int | None:  # noqa: ARG002 - the length stands in front
        if begun[0] != STX or len(begun) < DATA:
            return None
        size = begun[1] | begun[2] << 8
        return DATA + size + TRAILER if MIN_DATA <= size <= MAX_DATA else 0


def read_frame(frame: memoryview, *, fallback: bool = False) -> EncryptedSwipe | Verdict:
    """Judge a whole frame, from 02 to 03. `fallback`: as for tracks.read_swipe.

    A mask that hides the service code does not say that there is no chip: in a fallback such a card is flagged too.
    """
    if not _is_intact(frame):
        return Verdict.BAD_READ
    if frame[DATA] & ~_ENHANCED != _BANK:
        return Verdict.NOT_A_BANK_CARD
    match enhanced(frame) if frame[DATA] & _ENHANCED else original(frame):
        case Fault.MISSHAPEN:
            return Verdict.BAD_READ
        case Fault.NOT_ENCRYPTED:
            return Verdict.IN_CLEAR
        case Fault.FOREIGN:
            return Verdict.FOREIGN_SETTING
        case Layout() as layout:
            return _judge(frame, layout, fallback=fallback)


def read_text(text: memoryview) -> Verdict:
    """Judge what came in a frame's place and begins with % or ;, as a reader without keys sends its tracks."""
    if len(text) > 1 and text[0] == START_1 and text[1] == _FORMAT_BANK:
        start = 2
    elif len(text) > 0 and text[0] == START_2:
        start = 1
    else:
        return Verdict.BAD_READ
    if digits_from(text, start, len(text)) < CLEAR_RUN:
        return Verdict.BAD_READ
    return Verdict.NOT_A_BANK_CARD if brand_of(text[start : start + LEADING]) is None else Verdict.IN_CLEAR


def _is_intact(frame: memoryview) -> bool:
    size = len(frame) - DATA - TRAILER
    if not MIN_DATA <= size <= MAX_DATA or frame[0] != STX or frame[-1] != ETX:
        return False
    check = total = 0
    for place in range(DATA, DATA + size):
        check ^= frame[place]
        total += frame[place]
    return frame[1] | frame[2] << 8 == size and frame[-3] == check and frame[-2] == total % 256


def _judge(frame: memoryview, layout: Layout, *, fallback: bool) -> EncryptedSwipe | Verdict:
    if _is_in_clear(frame, layout):
        return Verdict.IN_CLEAR
    shown = []
    for span, start, separator in ((layout.mask1, START_1, SEPARATOR_1), (layout.mask2, START_2, SEPARATOR_2)):
        if span.start < span.stop:
            match _shown_number(frame, span, start, separator):
                case Verdict() as verdict:
                    return verdict
                case number:
                    shown.append(number)
    if not shown:
        return Verdict.FOREIGN_SETTING
    number = shown[0]
    length = number.stop - number.start
    # A track 3 of a wrong length has its end where ciphertext should be.
    ends = layout.clear3.start == layout.clear3.stop or _ends(frame, layout.clear3)
    if not ends or any(n.stop - n.start != length or not same(frame, n.start, number.start, length) for n in shown):
        return Verdict.BAD_READ
    brand = brand_of(frame[number.start : number.start + LEADING])
    if brand is None:
        return Verdict.NOT_A_BANK_CARD
    chip = layout.chip or any(frame[n.service] in CHIP_SERVICES for n in shown)
    if brand is Brand.INTERAC or (chip and not fallback):
        return Verdict.CHIP_REQUIRED
    last_four = pair(frame, number.stop - 4) * 100 + pair(frame, number.stop - 2)
    flagged = fallback and (chip or not all(are_digits(frame, n.service, n.service + 1) for n in shown))
    facts = CardFacts(brand, last_four, EntryMode.MAGSTRIPE_FALLBACK if flagged else EntryMode.MAGSTRIPE)
    return EncryptedSwipe(facts, layout.mode, layout.ksn, layout.cipher1, layout.cipher2)


def _is_in_clear(frame: memoryview, layout: Layout) -> bool:
    both = slice(layout.cipher1.start, layout.cipher2.stop)
    chains = (both,) if layout.mode is ChainMode.CBC_CHAINED else (layout.cipher1, layout.cipher2)
    spans = (layout.mask1, layout.mask2, both, layout.ksn)
    return any(_reads_as_digits(frame, span) for span in spans) or any(_reads_as_text(frame, each) for each in chains)


def _shown_number(frame: memoryview, span: slice, start: int, separator: int) -> _Number | Verdict:
    """Leading digits, mask, last digits, separator, in a track that keeps its sentinels and its name.

    The format code B of track 1 is masked or not, the LRC behind the end sentinel is there or not. Any character that
    is no digit may be the mask.
    """
    if frame[span.start] != start or not _ends(frame, span):
        return Verdict.BAD_READ
    first = span.start + (2 if start == START_1 else 1)
    stop = find(frame, first, span.stop, separator)
    tail = stop
    if start == START_1:
        tail = find(frame, stop + 1, span.stop, separator)  # behind the name
    service = tail + 1 + (1 if frame[min(tail + 1, span.stop - 1)] == separator else EXPIRY)
    if stop == span.stop or service >= span.stop or not MIN_PAN <= stop - first <= MAX_PAN:
        return Verdict.BAD_READ
    if not (are_digits(frame, first, first + LEADING) and are_digits(frame, stop - TRAILING, stop)):
        return Verdict.FOREIGN_SETTING
    return _Number(first, stop, service)


def _ends(frame: memoryview, span: slice) -> bool:
    """Whether the track has its end sentinel, last or before its LRC."""
    return _END in (frame[span.stop - 1], frame[span.stop - 2])


def _reads_as_digits(frame: memoryview, span: slice) -> bool:
    at: int = span.start
    while at < span.stop:
        run = digits_from(frame, at, span.stop)
        if run >= CLEAR_RUN:
            return True
        at += run + 1
    return False


def _reads_as_text(frame: memoryview, chain: slice) -> bool:
    """Whether what is to be sent on is written out, not encrypted: all of it in seven bits, digits of any table in a
    row (ASCII, EBCDIC or plain numbers: one upper half, lower halves 0..9), or filled up with one byte.

    Ciphertext looks so once in 2**24 of the shortest tracks. What a reader hides on purpose nobody can see.
    """
    digits = alike = 0
    eight_bits = chain.start == chain.stop
    for place in range(chain.start, chain.stop):
        byte, before = frame[place], frame[place - 1]
        alike = alike + 1 if byte == before else 1
        digits = 0 if byte & 0x0F > 9 else digits + 1 if byte >> 4 == before >> 4 else 1  # noqa: PLR2004 - 0..9
        if alike >= FILLING or digits >= CLEAR_RUN:
            return True
        eight_bits = eight_bits or byte > 0x7F  # noqa: PLR2004 - seven bits
    return not eight_bits
