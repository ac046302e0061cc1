"""Plain magnetic stripe readers on a serial line: clear tracks at 9600 8N1, sealed in the card room.

Never answers a question and is never asked one: it swipes, and two commands set its lamp. It says nothing of a swipe
but what tracks.read_swipe lets through.
"""

import math

from drivers.reader import Armed, BadRead, CardRead, Event, ReadFailedError, SealingPlace
from drivers.serial.port import Port
from pos_bridge.domain.card import ReadFailure
from pos_bridge.wire.burst import Burst, Progress
from pos_bridge.wire.tracks import MAX_FRAME, Verdict, read_swipe

BAUD = 9600
QUIET_S = 0.05  # 48 characters at 9600 baud: between two swipes, never within one
ARM_LIMIT_S = 5.0  # a line that is not quiet once in this time has a broken reader
STALL_S = 1.0
_GREEN = b"\x1b\x83"
_OFF = b"\x1b\x81"
_REASONS = {
    Verdict.NOT_A_BANK_CARD: ReadFailure.NOT_A_BANK_CARD,
    Verdict.CHIP_REQUIRED: ReadFailure.CHIP_REQUIRED,
}


class MsrPlain:
    """The driver."""

    sealed_in = SealingPlace.CARD_ROOM
    memory_needed = MAX_FRAME + 1

    def probe(self, device: str) -> None:
        Port(device, BAUD).close()

    def open(self, device: str, memory: memoryview, now: float) -> "MsrPlainReader":
        return MsrPlainReader(Port(device, BAUD), memory, now)


class MsrPlainReader:
    """An open reader: quiet first, then a lamp, then swipes."""

    def __init__(self, port: Port, memory: memoryview, now: float) -> None:
        self._port = port
        self._memory = memory
        self._burst = Burst(memory)
        self._armed = False
        self._arm_by = now + ARM_LIMIT_S
        self._last_byte = now  # when arming: the last moment the line was not known to be quiet

    def fileno(self) -> int:
        return self._port.fileno()

    def due(self) -> float:
        if not self._armed:
            return self._last_byte + QUIET_S
        match self._burst.progress:
            case Progress.BEGUN:
                return self._last_byte + STALL_S
            case Progress.NOISE | Progress.SPOILT:
                return self._last_byte + QUIET_S
            case _:
                return math.inf

    def turn(self, now: float, *, readable: bool) -> Event | None:
        count = self._port.read_into(self._burst.space()) if readable else 0
        if count:
            self._last_byte = now
            self._burst.feed(count)
        if not self._armed:
            return self._arm(now)
        if self._burst.progress is Progress.WHOLE:
            return self._judge()
        return self._silence() if now >= self.due() else None

    def again(self) -> None:
        self._port.write(_GREEN)

    def stop(self) -> None:
        self._memory[:] = bytes(len(self._memory))
        try:
            self._port.write(_OFF)
        except ReadFailedError:
            pass  # it is gone or deaf: there is no lamp to switch off
        finally:
            self._port.close()

    def _arm(self, now: float) -> Armed | None:
        """Drop everything until the line was quiet: a swipe made before the ask would pay for this customer."""
        self._burst.fall_silent()
        if now >= self.due():
            self._port.write(_GREEN)
            self._armed = True
            return Armed()
        if now >= self._arm_by:
            raise ReadFailedError(ReadFailure.READER_STALLED)
        return None

    def _judge(self) -> CardRead | None:
        """A swipe, if nothing stands behind it; a bad one is told of when the line has fallen silent."""
        try:
            trailing = self._port.read_into(self._burst.space())
        except ReadFailedError:
            trailing = 0  # it hung up behind the last byte: the swipe is whole
        if trailing:
            self._burst.feed(trailing)
            return None
        match read_swipe(frame := self._burst.frame()):
            case Verdict.BAD_READ:
                self._burst.spoil()
                return None
            case Verdict() as verdict:
                raise ReadFailedError(_REASONS[verdict])
            case swipe:
                return CardRead(swipe.facts, swipe.track, frame[swipe.start : swipe.stop])

    def _silence(self) -> BadRead | None:
        progress = self._burst.progress
        if progress is Progress.BEGUN:
            raise ReadFailedError(ReadFailure.READER_STALLED)
        self._burst.fall_silent()
        if progress is Progress.NOISE:
            return None
        self._port.write(_OFF)
        return BadRead()
