"""What came on a serial line since it was last silent: one frame, or noise; in the page it was read into.

A line has no mark that could be found again in the middle, so a frame counts only when it is the first thing after
silence and the last thing before it. Whatever else arrives is forgotten at once and only its kind is kept.
Bounded: one longest frame of the reader's framing; no input makes it grow or raise.
"""

from enum import Enum
from typing import Protocol


class Framing(Protocol):
    """How one kind of reader begins and ends a frame. Raises nothing for any bytes."""

    @property
    def longest(self) -> int:
        """Bytes of the longest frame."""

    def begins(self, first: int) -> bool:
        """Whether a frame may begin with this byte."""

    def length(self, begun: memoryview, looked: int) -> int | None:
        """Of the frame that `begun` begins with; None: not known yet; 0: it can be no frame any more.

        `looked` bytes of it were seen when this was last asked.
        """


class Progress(Enum):
    """What is on the line."""

    SILENT = 1  # nothing since the last silence
    BEGUN = 2  # a frame has begun and goes on
    WHOLE = 3  # `frame` is a frame from its first byte to its last
    NOISE = 4  # bytes that never were a frame, nor hold the beginning of one
    SPOILT = 5  # what may have been a frame, too long or with something before or behind it


class Burst:
    """`memory` has room for the framing's longest frame and one byte, and belongs to the caller."""

    def __init__(self, memory: memoryview, framing: Framing) -> None:
        if len(memory) <= framing.longest:
            raise ValueError("a burst needs room for one frame and one byte")
        self._memory = memory
        self._framing = framing
        self._used = 0
        self.progress = Progress.SILENT

    def space(self) -> memoryview:
        """Where the next bytes go; never empty."""
        return self._memory[self._used :]

    def feed(self, count: int) -> Progress:
        """`count` bytes were put at the beginning of `space`."""
        start, self._used = self._used, self._used + count
        if self.progress is Progress.SILENT and count:
            self.progress = Progress.BEGUN if self._framing.begins(self._memory[0]) else Progress.NOISE
        if self.progress is Progress.BEGUN:
            self._look_for_end(start)
        elif self.progress is Progress.WHOLE and count:
            self.progress = Progress.SPOILT
        if self.progress is Progress.NOISE and self._holds_start():
            self.progress = Progress.SPOILT
        if self.progress in (Progress.NOISE, Progress.SPOILT):
            self._forget()
        return self.progress

    def frame(self) -> memoryview:
        """What came since silence: the whole frame when WHOLE, its beginning when BEGUN."""
        return self._memory[: self._used]

    def spoil(self) -> None:
        """The frame was not right: forget it, and count as its tail whatever comes before the next silence."""
        self._forget()
        self.progress = Progress.SPOILT

    def fall_silent(self) -> None:
        """The line was silent: what comes next is a new beginning."""
        self._forget()
        self.progress = Progress.SILENT

    def _look_for_end(self, looked: int) -> None:
        length = self._framing.length(self._memory[: self._used], looked)
        if length == self._used:
            self.progress = Progress.WHOLE
        elif length is None:
            if self._used >= self._framing.longest:
                self.progress = Progress.SPOILT
        elif length < self._used:
            self.progress = Progress.SPOILT

    def _holds_start(self) -> bool:
        return any(self._framing.begins(self._memory[place]) for place in range(self._used))

    def _forget(self) -> None:
        self._memory[: self._used] = bytes(self._used)
        self._used = 0
