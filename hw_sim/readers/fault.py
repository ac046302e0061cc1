"""What can be wrong with a reader, once: the next swipe meets it, then the reader is normal again."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import reduce
from operator import xor

_SENTINELS = frozenset(b"%;+")  # ISO 7811 start sentinels as the reader sends them: tracks 1, 2 and 3
_NOISE = bytes(byte for byte in range(256) if byte not in _SENTINELS)
NOISE_LENGTHS = range(16, 65)
GARBLED_FRAMES = 3


class Fault(Enum):
    """One-shot faults without a parameter; the value is the word on the command line."""

    NOISE = "noise"  # random bytes before the swipe; the swipe itself is good
    STALL = "stall"  # the swipe stops in the middle of its frame
    GARBAGE = "garbage"  # the swipe comes as three frames that cannot be read


@dataclass(frozen=True, slots=True)
class HangUp:
    """The reader is unplugged after so many bytes of the next swipe."""

    after: int

    def __post_init__(self) -> None:
        if self.after < 0:
            raise ValueError("a hang-up comes after 0 or more bytes")


NextSwipe = Fault | HangUp


def noise(rng: random.Random) -> bytes:
    """A burst that a motor or a bad cable makes: no byte of it starts a track."""
    return bytes(rng.choices(_NOISE, k=rng.choice(NOISE_LENGTHS)))


def garbled(frame: bytes, rng: random.Random) -> bytes:
    """The frame with a third of each track's characters wrong: it looks like a swipe, and no track's LRC holds.

    Sentinels stay, a changed character becomes another digit, and an LRC that held by accident is made wrong.
    """
    damaged = bytearray(frame)
    for start, end in _tracks(frame):
        body = range(start + 1, end)
        for place in rng.sample(body, k=(len(body) + 2) // 3):
            damaged[place] = rng.choice([digit for digit in b"0123456789" if digit != frame[place]])
        lrc_place = end + 1
        if lrc_place < len(damaged) and damaged[lrc_place] == _lrc(bytes(damaged[start:lrc_place])):
            damaged[lrc_place] ^= 1
    return bytes(damaged)


def _tracks(frame: bytes) -> Iterator[tuple[int, int]]:
    """Where each track starts (its start sentinel) and ends (its end sentinel `?`; the LRC follows)."""
    place = 0
    while place < len(frame):
        end = frame.find(b"?", place)
        if frame[place] in _SENTINELS and end >= 0:
            yield place, end
            place = end + 1  # the LRC: any character, even one that looks like a sentinel
        place += 1


def _lrc(track: bytes) -> int:
    """ISO 7811: the xor of a track's characters, both sentinels included; 6-bit on track 1, 4-bit on the others."""
    zero = 0x20 if track.startswith(b"%") else 0x30
    return reduce(xor, (byte - zero for byte in track)) + zero
