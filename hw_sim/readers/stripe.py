"""The magnetic stripe of a test card, as a plain reader sends it: both tracks with sentinels and LRC, then CR.

Built here from ISO 7811 and ISO/IEC 7813 alone; the engine's own reading of tracks has no part in it.
"""

from functools import reduce
from operator import xor

from hw_sim.cards import Card

HOLDER = "TREMBLAY/ZOE"  # every card has a holder's name, so that a search can show where it never went
_DISCRETIONARY = "1000000001"
_SIX_BIT_ZERO = 0x20  # track 1: 6-bit characters, sent as ASCII from space on
_FOUR_BIT_ZERO = 0x30  # track 2: 4-bit characters, sent as ASCII from "0" on


def frame(card: Card) -> bytes:
    """What comes down the line for one swipe (ISO/IEC 7813 format B)."""
    after_number = f"{card.expiry_yymm}{card.service_code}{_DISCRETIONARY}"
    track_1 = f"%B{card.number}^{HOLDER}^{after_number}?".encode("ascii")
    track_2 = f";{card.number}={after_number}?".encode("ascii")
    return b"".join((track_1, _lrc(track_1, _SIX_BIT_ZERO), track_2, _lrc(track_2, _FOUR_BIT_ZERO), b"\r"))


def _lrc(track: bytes, zero: int) -> bytes:
    """ISO 7811-2: the xor of all characters from the start sentinel to the end sentinel, sent as one more character."""
    return bytes((reduce(xor, (byte - zero for byte in track)) + zero,))
