"""A swipe on a serial line: bytes gathered from silence to CR, in the page they were read into.

The line has no framing that could be found again in the middle, so a swipe counts only when it is the first thing
after silence and the last thing before it. Whatever else arrives is forgotten at once and only its kind is kept.
Bounded: one frame of the longest tracks that ISO/IEC 7811-2 allows (MAX_FRAME); no input makes it grow or raise.
"""

from enum import Enum

from pos_bridge.wire.tracks import CR, MAX_FRAME, START_1, START_2

_STARTS = (START_1, START_2)


class Progress(Enum):
    """What is on the line."""

    SILENT = 1  # nothing since the last silence
    BEGUN = 2  # a frame has begun and goes on
    WHOLE = 3  # `frame` is a frame from its first byte to CR
    NOISE = 4  # bytes that never were a frame, nor hold the beginning of one
    SPOILT = 5  # what may have been a frame, too long or with something before or behind it


class Burst:
    """What came since the line was last silent. `memory` has at least MAX_FRAME + 1 bytes and belongs to the caller."""

    def __init__(self, memory: memoryview) -> None:
        if len(memory) <= MAX_FRAME:
            raise ValueError("a burst needs room for one frame and one byte")
        self._memory = memory
        self._used = 0
        self.progress = Progress.SILENT

    def space(self) -> memoryview:
        """Where the next bytes go; never empty."""
        return self._memory[self._used :]

    def feed(self, count: int) -> Progress:
        """`count` bytes were put at the beginning of `space`."""
        start, self._used = self._used, self._used + count
        if self.progress is Progress.SILENT and count:
            self.progress = Progress.BEGUN if self._memory[0] in _STARTS else Progress.NOISE
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
        """The whole frame with its CR. Only when WHOLE."""
        return self._memory[: self._used]

    def spoil(self) -> None:
        """The frame was not right: forget it, and count as its tail whatever comes before the next silence."""
        self._forget()
        self.progress = Progress.SPOILT

    def fall_silent(self) -> None:
        """The line was silent: what comes next is a new beginning."""
        self._forget()
        self.progress = Progress.SILENT

    def _look_for_end(self, start: int) -> None:
        for place in range(start, self._used):
            if self._memory[place] == CR:
                self.progress = Progress.WHOLE if place == self._used - 1 else Progress.SPOILT
                return
        if self._used >= MAX_FRAME:
            self.progress = Progress.SPOILT

    def _holds_start(self) -> bool:
        return any(self._memory[place] in _STARTS for place in range(self._used))

    def _forget(self) -> None:
        self._memory[: self._used] = bytes(self._used)
        self._used = 0
