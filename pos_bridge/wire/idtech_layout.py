"""Where the fields of an ID TECH MSR frame lie: the original and the enhanced output format, by offsets alone.

SecureMag user manual 10.3 to 10.6 and the notes behind them. Looks at lengths and flags, never at a track. Every
length is bounded and together they must fill the frame to the byte. Raises nothing for any bytes.
"""

from dataclasses import dataclass
from enum import Enum

from pos_bridge.domain.card import ChainMode

DATA = 3  # offset of the data: behind 02 and its length
TRAILER = 3  # LRC, SUM, 03
MAX_TRACKS = (79, 40, 107)  # characters with sentinels and LRC, ISO/IEC 7811-2 and 4909

_TYPE_TO_LENGTHS = 5  # card type, track status, three lengths
_FLAGS = 2  # the enhanced format's fields 8 and 9
_BLOCK = 8  # TDES
_SESSION, _HASH, _SERIAL, _KSN = 8, 20, 10, 10

MIN_DATA = _TYPE_TO_LENGTHS
# all of it: masks, ciphertexts in whole blocks (80 + 40 + 112), session id, three hashes, serial numbers
MAX_DATA = _TYPE_TO_LENGTHS + _FLAGS + sum(MAX_TRACKS) + 232 + _SESSION + 3 * _HASH + _SERIAL + _KSN
MAX_FRAME = DATA + MAX_DATA + TRAILER

# field 8, what is shown; bits 0..2: that track's mask. Bit 5 as the SecureHead manual has it, the others as SecuRED's
_FIXED_KEY, _AES, _CHIP, _PIN_KEY, _SHOWS_SERIAL = 0x08, 0x10, 0x20, 0x40, 0x80
# field 9, what is sealed; bits 0..2: that track's ciphertext, bits 3..5: its hash
_HAS_SESSION, _HAS_KSN = 0x40, 0x80

# what may follow the ciphertext of the original format beside the key's serial number: a session id or none (security
# level 4 or 3), and a hash for none to three tracks. It has no flags for them: its length must be one of these.
_ORIGINAL_EXTRAS = frozenset(session + hashes * _HASH for session in (0, _SESSION) for hashes in range(4))


class Fault(Enum):
    """Why a frame has no layout."""

    MISSHAPEN = 1  # its lengths do not fit together, or it holds no track that was read
    NOT_ENCRYPTED = 2  # it says itself that a bank card's track is sent without encryption, or without a key's number
    FOREIGN = 3  # another cipher or another kind of key than TDES under DUKPT's data key


@dataclass(frozen=True, slots=True)
class Layout:
    """Offsets into the frame; an empty slice where there is nothing. `chip`: the reader says the card has a chip."""

    mask1: slice
    mask2: slice
    clear3: slice  # track 3 as it is, in the original format
    cipher1: slice
    cipher2: slice
    ksn: slice
    mode: ChainMode
    chip: bool


def original(frame: memoryview) -> Layout | Fault:
    """Masks of tracks 1 and 2, track 3 in clear, then one ciphertext over the text of tracks 1 and 2 together."""
    lengths = _lengths(frame)
    if isinstance(lengths, Fault):
        return lengths
    one, two, three = lengths
    end = len(frame) - TRAILER
    mask1 = DATA + _TYPE_TO_LENGTHS
    mask2 = mask1 + one
    cipher = mask2 + two + three
    sealed = _blocks(one + two)
    if end - cipher in (0, _KSN):
        return Fault.NOT_ENCRYPTED
    if end - cipher - sealed - _KSN not in _ORIGINAL_EXTRAS:
        return Fault.MISSHAPEN
    cut = min(cipher + _blocks(one), cipher + sealed)
    return Layout(
        slice(mask1, mask2),
        slice(mask2, mask2 + two),
        slice(mask2 + two, cipher),
        slice(cipher, cut),
        slice(cut, cipher + sealed),
        slice(end - _KSN, end),
        ChainMode.CBC_CHAINED,
        chip=False,
    )


def enhanced(frame: memoryview) -> Layout | Fault:
    """Two fields of flags, the masks and ciphertexts they name, each track encrypted for itself.

    Track 2 is taken where it is there, and then alone.
    """
    lengths = _lengths(frame)
    if isinstance(lengths, Fault):
        return lengths
    end = len(frame) - TRAILER
    masks_at = DATA + _TYPE_TO_LENGTHS + _FLAGS
    if masks_at > end:
        return Fault.MISSHAPEN
    shown, sealed = frame[masks_at - 2], frame[masks_at - 1]
    if shown & (_FIXED_KEY | _AES | _PIN_KEY):
        return Fault.FOREIGN
    if not sealed & _HAS_KSN or any(lengths[track] and not sealed >> track & 1 for track in (0, 1)):
        return Fault.NOT_ENCRYPTED
    masks = _spans(masks_at, lengths, shown)
    ciphers = _spans(masks[2].stop, tuple(_blocks(length) for length in lengths), sealed)
    ksn = ciphers[2].stop + (_SESSION if sealed & _HAS_SESSION else 0)
    ksn += _HASH * (sealed >> 3 & 7).bit_count() + (_SERIAL if shown & _SHOWS_SERIAL else 0)
    if ksn + _KSN != end:
        return Fault.MISSHAPEN
    one, two, _ = ciphers
    return Layout(
        masks[0],
        masks[1],
        slice(masks[2].stop, masks[2].stop),
        slice(one.start, one.start) if lengths[1] else one,
        two,
        slice(ksn, end),
        ChainMode.CBC_PER_TRACK,
        chip=bool(shown & _CHIP),
    )


def _lengths(frame: memoryview) -> tuple[int, int, int] | Fault:
    """Of the three tracks; a track has a length only when the status says that it was there and was decoded."""
    status = frame[DATA + 1]
    lengths = (frame[DATA + 2], frame[DATA + 3], frame[DATA + 4])
    for track, (length, most) in enumerate(zip(lengths, MAX_TRACKS, strict=True)):
        decoded = status >> track & 1 and status >> track + 3 & 1
        if length > (most if decoded else 0):
            return Fault.MISSHAPEN
    return lengths if lengths[0] or lengths[1] else Fault.MISSHAPEN


def _blocks(length: int) -> int:
    return -(-length // _BLOCK) * _BLOCK


def _spans(at: int, lengths: tuple[int, ...], flags: int) -> list[slice]:
    """One behind the other, those whose flag is set; the others empty, in their place."""
    spans = []
    for track, length in enumerate(lengths):
        stop = at + (length if flags >> track & 1 else 0)
        spans.append(slice(at, stop))
        at = stop
    return spans
