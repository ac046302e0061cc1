"""What can be wrong with a reader, once: the next swipe meets it, then the reader is normal again."""

import random
from dataclasses import dataclass
from enum import Enum

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


def noise(meaningful: frozenset[int], rng: random.Random) -> bytes:
    """A burst that a motor or a bad cable makes: no byte of it means anything by itself on this reader's line."""
    return bytes(rng.choices([byte for byte in range(256) if byte not in meaningful], k=rng.choice(NOISE_LENGTHS)))
