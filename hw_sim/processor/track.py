"""A bank card's track as ISO/IEC 7813 writes it, whoever sealed it. Clear card data: lives for one request. Pure."""

import re
from dataclasses import dataclass

from hw_sim.processor.chip_data import ChipData
from hw_sim.processor.facts import EntryMode

# Without sentinels and LRC. The expiry and service code are printable digits on every bank card.
_TRACKS = {
    1: re.compile(rb"B([0-9]{12,19})\^[ ->@-\]_]{0,26}\^([0-9]{4})[0-9]{3}[ ->@-\]_]*"),
    2: re.compile(rb"([0-9]{12,19})=([0-9]{4})[0-9]{3}[0-9:;<=>]*"),
}


class UnreadableError(Exception):
    """The sealed payment does not open, was used before, or its layout is wrong. Never says what was in it."""


@dataclass(frozen=True, slots=True, repr=False)
class ClearCard:
    """What was on the card: its number, its expiry as YYMM, and how it was read.

    `chip`: what a chip said for this transaction. `pin`: what its holder entered for the issuer, if anything (pin.py).
    """

    number: str
    expiry_yymm: str
    entry_mode: EntryMode
    chip: ChipData | None = None
    pin: str | None = None


def read_track(track: int, content: bytes, entry_mode: EntryMode) -> ClearCard:
    """The card of track 1 or 2, without sentinels and LRC. Raises UnreadableError."""
    pattern = _TRACKS.get(track)
    found = pattern.fullmatch(content) if pattern is not None else None
    if found is None:
        raise UnreadableError("not a bank card's track")
    number, expiry = found.groups()
    return ClearCard(number.decode(), expiry.decode(), entry_mode)
