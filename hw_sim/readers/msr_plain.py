"""A plain magnetic stripe reader: sends clear tracks whenever a card is swiped, shows a lamp when one is wanted."""

import random
from collections.abc import Iterator
from functools import reduce
from operator import xor

from hw_sim.readers.lamp import LampCommand, LampListener
from hw_sim.readers.reader import Heard
from hw_sim.readers.stripe import Stripe, plain_frame

_SENTINELS = frozenset(b"%;+")  # ISO 7811 start sentinels as the reader sends them: tracks 1, 2 and 3


class MsrPlain:
    """The model. It never answers, and reads whether its lamp is on or not."""

    driver = "msr_plain"
    meaningful = _SENTINELS
    reaction_s = 0.0  # its lamp says so

    def __init__(self) -> None:
        self._listener = LampListener()

    def hear(self, data: bytes) -> Heard:
        return Heard(wants=tuple(command is LampCommand.ON for command in self._listener.feed(data)))

    def fall_silent(self) -> None:
        self._listener = LampListener()

    def read(self, stripe: Stripe) -> bytes:
        return plain_frame(stripe)

    def garble(self, frame: bytes, rng: random.Random) -> bytes:
        """A third of each track's characters wrong: it looks like a swipe, and no track's LRC holds.

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
