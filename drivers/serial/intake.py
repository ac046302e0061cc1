"""A port and what comes in on it: bytes into the locked page, silences by the clock. What every serial driver shares.

Knows nothing of cards. Times are seconds of time.monotonic; nothing here waits.
"""

import math

from drivers.reader import ReadFailedError
from drivers.serial.port import Port
from pos_bridge.wire.burst import Burst, Framing, Progress

QUIET_S = 0.05  # 48 characters at 9600 baud: between two frames, never within one
ARM_LIMIT_S = 5.0  # a line that is not quiet, or a reader that is not ready, once in this time is broken
STALL_S = 1.0


class Intake:
    """An open port with a burst on it. Raises ReadFailedError when the port hangs up, but in `close`."""

    def __init__(self, port: Port, memory: memoryview, framing: Framing, now: float) -> None:
        self._port = port
        self._memory = memory
        self._burst = Burst(memory, framing)
        self._gathered = 0
        self._last_byte = now  # or, right after opening, the last moment the line was not known to be quiet

    def fileno(self) -> int:
        return self._port.fileno()

    @property
    def progress(self) -> Progress:
        return self._burst.progress

    def take_in(self, now: float, *, readable: bool) -> None:
        """What is there, at most once the free memory."""
        count = self._port.read_into(self._burst.space()) if readable else 0
        if count:
            self._last_byte = now
            self._burst.feed(count)

    def gather(self, now: float, *, readable: bool) -> memoryview:
        """All that came since the last `forget`, whatever it is: the answer to a command, while no frame is wanted."""
        count = self._port.read_into(self._memory[self._gathered :]) if readable else 0
        if count:
            self._last_byte = now
            self._gathered += count
        return self._memory[: self._gathered]

    def frame(self) -> memoryview:
        return self._burst.frame()

    def quiet_at(self) -> float:
        """When the line has been quiet for long enough, if nothing more comes."""
        return self._last_byte + QUIET_S

    def silent_at(self) -> float:
        """When the silence says something about what came; infinite while nothing, or a whole frame, is there."""
        match self._burst.progress:
            case Progress.BEGUN:
                return self._last_byte + STALL_S
            case Progress.NOISE | Progress.SPOILT:
                return self.quiet_at()
            case _:
                return math.inf

    def stands_alone(self) -> bool:
        """Of a whole frame: whether nothing lies ready behind it."""
        try:
            trailing = self._port.read_into(self._burst.space())
        except ReadFailedError:
            return True  # it hung up behind the last byte: the frame is whole
        self._burst.feed(trailing)
        return trailing == 0

    def spoil(self) -> None:
        """The frame was not right: wiped, and whatever comes before the next silence counts as its tail."""
        self._burst.spoil()

    def forget(self) -> None:
        """Wiped; what comes next is a new beginning."""
        self._memory[: self._gathered] = bytes(self._gathered)
        self._gathered = 0
        self._burst.fall_silent()

    def say(self, command: bytes) -> None:
        self._port.write(command)

    def close(self, farewell: bytes = b"") -> None:
        """Memory wiped, a last command if there is one, port closed. Never raises."""
        self._memory[:] = bytes(len(self._memory))
        try:
            if farewell:
                self._port.write(farewell)
        except ReadFailedError:
            pass  # it is gone or deaf
        finally:
            self._port.close()
