"""The frame of an ID TECH magnetic stripe reader: 02 | length, low byte first | data | LRC | sum | 03.

Built from the maker's user manual of the SecureMag alone (chapters 10.3, 10.5 and 10.6); the engine's reading of frames
has no part in it. Shows what such a frame gives away in clear: the holder's name, both ends of the number, a hash of
each track.
"""

import hashlib
from dataclasses import dataclass
from functools import reduce
from operator import xor

from hw_sim import dukpt
from hw_sim.readers.stripe import Stripe

STX, ETX = 0x02, 0x03
_BANK, _OTHER, _ENHANCED = 0x00, 0x03, 0x80  # card encoding types, and the bit of the enhanced format
_CHIP, _KSN = 0x20, 0x80  # bits of fields 8 and 9
_CHIP_SERVICES = b"26"  # first digit of a service code: the card has a chip, which goes first
_EQUALS = range(12, 21)  # where `=` stands on track 2 of a bank card
_SHORTEST_TRACK_2 = 21  # without the LRC
_EXPIRY = 4


@dataclass(frozen=True, slots=True)
class Options:
    """What the settings make of a frame; the defaults are those of a new reader.

    `hashes` and `masks` have a bit for each track; `lead` and `trail` digits of the number are shown.
    """

    enhanced: bool = False
    hashes: int = 7
    masks: int = 7
    lead: int = 4
    trail: int = 4
    mask: int = ord("*")
    expiry: bool = False
    lrc: bool = True


def is_bank_card(stripe: Stripe) -> bool:
    """Whether the reader takes it for a bank card (ISO/ABA) and so encrypts it. All others it sends in clear."""
    one, two = stripe.track_1, stripe.track_2[:-1]  # an LRC can look like a separator
    if one[1:2] not in {b"", b"B"}:
        return False
    if not two:
        return bool(one)
    return two.count(b"=") == 1 and two.index(b"=") in _EQUALS and len(two) >= _SHORTEST_TRACK_2


def clear_frame(stripe: Stripe, options: Options) -> bytes:
    """A card that is no bank card, as it is."""
    tracks = _sent_tracks(stripe, options)
    fields = bytes((_present(tracks), 0)) if options.enhanced else b""
    return _framed(_head(_OTHER, tracks, options) + fields + b"".join(tracks))


def encrypted_frame(stripe: Stripe, options: Options, ksn: bytes, key: bytes) -> bytes:
    """A bank card under `key`, the one-way data key of the transaction `ksn`.

    Original format: tracks 1 and 2 are one text, encrypted as one; track 3 is sent as it is. Enhanced: each track is
    encrypted by itself, track 3 too.
    """
    tracks = _sent_tracks(stripe, options)
    one, two, three = tracks
    hashed = tracks if options.enhanced else (one, two)
    hashes = [hashlib.sha1(t, usedforsecurity=False).digest() if t else b"" for t in hashed]
    hashes = [each if options.hashes >> place & 1 else b"" for place, each in enumerate(hashes)]
    masked = [_masked(one, 2, b"^", options), _masked(two, 1, b"=", options)]
    if not options.enhanced:
        data = [_head(_BANK, tracks, options), *masked, three, dukpt.encrypt(key, one + two), *hashes, ksn]
        return _framed(b"".join(data))
    masked = [each if options.masks >> place & 1 else b"" for place, each in enumerate(masked)]
    ciphers = [dukpt.encrypt(key, track) for track in tracks]
    field_8 = _present(masked) | (_CHIP if _has_chip(stripe) else 0)
    field_9 = _present(ciphers) | _present(hashes) << 3 | _KSN
    data = [_head(_BANK, tracks, options), bytes((field_8, field_9)), *masked, *ciphers, *hashes, ksn]
    return _framed(b"".join(data))


def spoil_checks(frame: bytes) -> bytes:
    """The frame with an LRC and a sum that do not hold."""
    data = frame[3:-3]
    return frame[:-3] + bytes((_lrc(data) ^ 0x55, (sum(data) + 1) % 256, ETX))


def _sent_tracks(stripe: Stripe, options: Options) -> tuple[bytes, bytes, bytes]:
    one, two, three = (track if options.lrc else track[:-1] for track in stripe.tracks)
    return one, two, three


def _head(card_type: int, tracks: tuple[bytes, bytes, bytes], options: Options) -> bytes:
    """Type, track status, three lengths. An empty track counts as decoded: nothing on it was read wrongly."""
    status = 0x07 | _present(tracks) << 3
    return bytes((card_type | (_ENHANCED if options.enhanced else 0), status, *map(len, tracks)))


def _masked(track: bytes, number: int, separator: bytes, options: Options) -> bytes:
    """The track with stars but for sentinels, the number's ends, separators and the name; the number begins there."""
    if not track:
        return b""
    shown = bytearray([options.mask]) * len(track)
    number_end = track.index(separator)
    name_end = track.index(separator, number_end + 1) if separator == b"^" else number_end
    after = name_end + 1 + (_EXPIRY if options.expiry else 0)
    end = track.rindex(b"?", 0, len(track) - options.lrc)
    for part in (
        slice(0, 1),
        slice(number, min(number + options.lead, number_end)),
        slice(max(number, number_end - options.trail), after),
        slice(end, end + 1),
    ):
        shown[part] = track[part]
    return bytes(shown)


def _has_chip(stripe: Stripe) -> bool:
    one, two = stripe.track_1, stripe.track_2
    after = two.partition(b"=")[2] if two else one.split(b"^", 2)[2]
    return after[_EXPIRY] in _CHIP_SERVICES


def _present(parts: "list[bytes] | tuple[bytes, ...]") -> int:
    """A bit for each part that is there, the first part's lowest."""
    return sum(1 << place for place, part in enumerate(parts) if part)


def _framed(data: bytes) -> bytes:
    return bytes((STX, *len(data).to_bytes(2, "little"))) + data + bytes((_lrc(data), sum(data) % 256, ETX))


def _lrc(data: bytes) -> int:
    return reduce(xor, data, 0)
