"""The magnetic stripe of a test card: its tracks with sentinels and LRC, and the frame of a plain reader.

Built here from ISO 7811 and ISO/IEC 7813 alone; the engine's own reading of tracks has no part in it.
"""

from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import assert_never

from hw_sim.cards import Card, NonBankCard

HOLDER = "TREMBLAY/ZOE"  # every card has a holder's name, so that a search can show where it never went
_DISCRETIONARY = "1000000001"
_SIX_BIT_ZERO = 0x20  # track 1: 6-bit characters, sent as ASCII from space on
_FOUR_BIT_ZERO = 0x30  # tracks 2 and 3: 4-bit characters, sent as ASCII from "0" on


@dataclass(frozen=True, slots=True, repr=False)
class Stripe:
    """What a reader's head finds: each track from its start sentinel to its LRC, empty where there is none."""

    track_1: bytes
    track_2: bytes
    track_3: bytes = b""

    @property
    def tracks(self) -> tuple[bytes, bytes, bytes]:
        return self.track_1, self.track_2, self.track_3


def stripe(card: Card | NonBankCard) -> Stripe:
    """The stripe of a card from somebody's wallet (a payment card: ISO/IEC 7813, format B on track 1)."""
    match card:
        case Card():
            after_number = f"{card.expiry_yymm}{card.service_code}{_DISCRETIONARY}"
            track_1, track_2 = f"B{card.number}^{HOLDER}^{after_number}", f"{card.number}={after_number}"
        case NonBankCard():
            track_1, track_2 = card.track_1, card.track_2
        case _:
            assert_never(card)
    return Stripe(_track("%", track_1, _SIX_BIT_ZERO), _track(";", track_2, _FOUR_BIT_ZERO))


def frame(card: Card | NonBankCard) -> bytes:
    """What comes down the line of a plain reader for one swipe."""
    return plain_frame(stripe(card))


def plain_frame(found: Stripe) -> bytes:
    """Tracks 1 and 2 as they are, then CR."""
    return found.track_1 + found.track_2 + b"\r"


def _track(start: str, content: str, zero: int) -> bytes:
    """Sentinels and LRC (ISO 7811-2: the xor of all characters, both sentinels included, as one more character)."""
    if not content:
        return b""
    track = f"{start}{content}?".encode("ascii")
    return track + bytes((reduce(xor, (byte - zero for byte in track)) + zero,))
