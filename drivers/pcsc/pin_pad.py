"""A PIN pad on a serial line of its own, beside a chip reader: asked for one encrypted PIN, at most a minute long.

What it sends is ciphertext and a key's serial number. It is opened with the reader and asked only when the card wants
an online PIN. A pad that is not there stops no card: the transaction is told that it failed.
"""

from drivers.pcsc.asks import PinBlock, PinTrouble
from drivers.reader import ReadFailedError
from drivers.serial.intake import Intake
from drivers.serial.port import Port
from pos_bridge.wire.burst import Progress
from pos_bridge.wire.pin_pad import MAX_FRAME, Encrypted, NoPin, PadFraming, ask, end, read_answer

BAUD = 9600
LIMIT_S = 60.0
_MOST_STALE = 256  # reads of a frame each: more than a line holds
_TROUBLES = {NoPin.CANCELLED: PinTrouble.BYPASSED, NoPin.NONSENSE: PinTrouble.PAD_FAILED}


class PinPad:
    """An open pad. Only `__init__` raises: ReadFailedError. Times are seconds of time.monotonic."""

    def __init__(self, device: str, now: float) -> None:
        self._intake = Intake(Port(device, BAUD), memoryview(bytearray(MAX_FRAME + 1)), PadFraming(), now)
        self._give_up_at: float | None = None

    def fileno(self) -> int:
        return self._intake.fileno()

    def due(self) -> float:
        return min(self._intake.silent_at(), self._give_up_at or self._intake.silent_at())

    def ask(self, cents: int, currency: int, now: float) -> PinTrouble | None:
        """Ask for a PIN: whatever it said before that is forgotten. PAD_FAILED when it is gone."""
        try:
            if not self._is_silent(now):
                return PinTrouble.PAD_FAILED
            self._intake.say(ask(cents, currency))
        except ReadFailedError:
            return PinTrouble.PAD_FAILED
        self._give_up_at = now + LIMIT_S
        return None

    def _is_silent(self, now: float) -> bool:
        """Whatever it said before is forgotten. False for one that never stops talking."""
        for _ in range(_MOST_STALE):
            self._intake.take_in(now, readable=True)
            if self._intake.progress is Progress.SILENT:
                return True
            self._intake.forget()
        return False

    def turn(self, now: float, *, readable: bool) -> PinBlock | PinTrouble | None:
        """What it answered, or None: not yet."""
        try:
            answer = self._answer(now, readable=readable)
        except ReadFailedError:
            answer = PinTrouble.PAD_FAILED
        if answer is not None:
            self._give_up_at = None
        return answer

    def close(self) -> None:
        """One that still asks for a PIN is told to stop. Never raises."""
        self._intake.close(end() if self._give_up_at is not None else b"")

    def _answer(self, now: float, *, readable: bool) -> PinBlock | PinTrouble | None:
        self._intake.take_in(now, readable=readable)
        if self._intake.progress is Progress.WHOLE:
            match read_answer(self._intake.frame()):
                case Encrypted(ksn, block):
                    return PinBlock(block, ksn)
                case NoPin() as why:
                    return _TROUBLES[why]
        if self._give_up_at is not None and now >= self._give_up_at:
            self._intake.say(end())
            return PinTrouble.BYPASSED
        if now >= self._intake.silent_at():
            if self._intake.progress is Progress.BEGUN:
                return PinTrouble.PAD_FAILED
            self._intake.forget()
        return None
