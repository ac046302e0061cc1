"""Reading characters where they lie: in a memoryview of a reader's locked page, by offset, without a copy.

No bytes, no text and no integer of a card number is made here; what is compared is compared byte by byte.
"""

ZERO, NINE = 0x30, 0x39


def find(frame: memoryview, start: int, stop: int, wanted: int) -> int:
    """Where `wanted` stands first in frame[start:stop]; `stop` when it does not."""
    for place in range(start, stop):
        if frame[place] == wanted:
            return place
    return stop


def are_digits(frame: memoryview, start: int, stop: int) -> bool:
    return all(ZERO <= frame[place] <= NINE for place in range(start, stop))


def digits_from(frame: memoryview, start: int, stop: int) -> int:
    """How many digits stand in a row from `start` on."""
    for place in range(start, stop):
        if not ZERO <= frame[place] <= NINE:
            return place - start
    return max(0, stop - start)


def pair(frame: memoryview, at: int) -> int:
    """Two digits as a number, 0..99: a month, or one half of the last four."""
    return (frame[at] - ZERO) * 10 + frame[at + 1] - ZERO


def same(frame: memoryview, one: int, two: int, length: int) -> bool:
    """Whether the same characters stand at both places."""
    return all(frame[one + place] == frame[two + place] for place in range(length))
