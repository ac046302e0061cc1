"""Opening what an encrypting reader sealed (ReaderSealed in processor_v1.proto): DUKPT, then the tracks.

The reader's ciphertext has no authentication of its own, so the layout is checked to the last bit. Pure but for the
base key. That a key serial number is used once is the ledger's to know.
"""

import re
from collections.abc import Mapping
from functools import reduce
from operator import xor
from types import MappingProxyType

from hw_sim import dukpt
from hw_sim.processor.asks import ReaderSealed
from hw_sim.processor.facts import EntryMode
from hw_sim.processor.track import ClearCard, UnreadableError, read_track
from pos_bridge.protocol import processor_v1_pb2 as pb

_VARIANTS: Mapping[int, dukpt.Variant] = MappingProxyType(
    {
        pb.ReaderSealed.VARIANT_PIN: dukpt.Variant.PIN,
        pb.ReaderSealed.VARIANT_DATA: dukpt.Variant.DATA,
        pb.ReaderSealed.VARIANT_DATA_ONE_WAY: dukpt.Variant.DATA_ONE_WAY,
    }
)
# A track from sentinel to sentinel, an LRC where the reader sends one, and zeros up to the next whole block.
_ONE = rb"(?:%(?P<track_1>[^?\0]+)\?(?P<lrc_1>[ -_]?)\0{0,7})?"
_TWO = rb"(?:;(?P<track_2>[^?\0]+)\?(?P<lrc_2>[0-?]?)\0{0,7})?"
_TRACK_1, _TRACK_2, _BOTH = (re.compile(pattern) for pattern in (_ONE, _TWO, _ONE + _TWO))


def open_reader_sealed(payment: ReaderSealed, base: bytes) -> ClearCard:
    """The card that a reader with a key of `base` encrypted. Raises UnreadableError."""
    if payment.scheme != pb.ReaderSealed.SCHEME_TDES:
        raise UnreadableError("this processor has no base key for AES DUKPT")
    try:
        transaction = dukpt.transaction_key(dukpt.initial_key(base, payment.ksn), payment.ksn)
    except dukpt.KsnError as error:
        raise UnreadableError(str(error)) from None
    key = dukpt.working_key(transaction, _VARIANTS[payment.variant])
    if payment.mode == pb.ReaderSealed.MODE_CBC_CHAINED:
        # One text: track 2 may begin in the middle of a block, so that the fields need not be cut at a track's end.
        found = _find(_BOTH, dukpt.decrypt(key, payment.track1 + payment.track2))
    else:
        found = _find(_TRACK_1, dukpt.decrypt(key, payment.track1)) | _find(
            _TRACK_2, dukpt.decrypt(key, payment.track2)
        )
    cards = {_card(track, found) for track in (1, 2) if f"track_{track}" in found}
    if len(cards) != 1:
        raise UnreadableError("the tracks are of two cards")
    return cards.pop()


def _find(pattern: "re.Pattern[bytes]", clear: bytes) -> dict[str, bytes]:
    """The parts of each track that is there, by name."""
    match = pattern.fullmatch(clear)
    if match is None:
        raise UnreadableError("not the layout of a reader's tracks")
    return {name: part for name, part in match.groupdict().items() if part is not None}


def _card(track: int, found: Mapping[str, bytes]) -> ClearCard:
    content, lrc = found[f"track_{track}"], found[f"lrc_{track}"]
    start, zero = (b"%", 0x20) if track == 1 else (b";", 0x30)
    if lrc and reduce(xor, (byte - zero for byte in start + content + b"?" + lrc)):  # ISO 7811-2
        raise UnreadableError("a track's LRC does not hold")
    return read_track(track, content, EntryMode.MAGSTRIPE)
