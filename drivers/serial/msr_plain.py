"""Plain magnetic stripe readers on a serial line: clear tracks at 9600 8N1, sealed in the card room.

Never answers a question and is never asked one: it swipes, and two commands set its lamp. It says nothing of a swipe
but what tracks.read_swipe lets through.
"""

from drivers.reader import Armed, BadRead, CardRead, Event, ReadFailedError, SealingPlace, Tender
from drivers.serial.intake import ARM_LIMIT_S, Intake
from drivers.serial.port import Port
from pos_bridge.domain.card import ReadFailure
from pos_bridge.domain.chip import IssuerAnswer
from pos_bridge.wire.burst import Progress
from pos_bridge.wire.tracks import MAX_FRAME, SwipeFraming, Verdict, read_swipe

BAUD = 9600
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

    def open(self, device: str, tender: Tender, memory: memoryview, now: float) -> "MsrPlainReader":
        return MsrPlainReader(Port(device, BAUD), tender, memory, now)


class MsrPlainReader:
    """An open reader: quiet first, then a lamp, then swipes."""

    def __init__(self, port: Port, tender: Tender, memory: memoryview, now: float) -> None:
        self._fallback = tender.fallback
        self._intake = Intake(port, memory, SwipeFraming(), now)
        self._armed = False
        self._arm_by = now + ARM_LIMIT_S

    def fileno(self) -> int:
        return self._intake.fileno()

    def due(self) -> float:
        return self._intake.silent_at() if self._armed else self._intake.quiet_at()

    def turn(self, now: float, *, readable: bool) -> Event | None:
        self._intake.take_in(now, readable=readable)
        if not self._armed:
            return self._arm(now)
        if self._intake.progress is Progress.WHOLE:
            return self._judge()
        return self._silence() if now >= self.due() else None

    def again(self) -> None:
        self._intake.say(_GREEN)

    def tell(self, answer: IssuerAnswer) -> None:  # noqa: ARG002 - a stripe asks its issuer nothing
        """Never called: there is no chip here."""
        raise ReadFailedError(ReadFailure.ROOM_FAULT)

    def stop(self) -> None:
        self._intake.close(_OFF)

    def _arm(self, now: float) -> Armed | None:
        """Drop everything until the line was quiet: a swipe made before the ask would pay for this customer."""
        self._intake.forget()
        if now >= self.due():
            self._intake.say(_GREEN)
            self._armed = True
            return Armed()
        if now >= self._arm_by:
            raise ReadFailedError(ReadFailure.READER_STALLED)
        return None

    def _judge(self) -> CardRead | None:
        """A swipe, if nothing stands behind it; a bad one is told of when the line has fallen silent."""
        if not self._intake.stands_alone():
            return None
        match read_swipe(frame := self._intake.frame(), fallback=self._fallback):
            case Verdict.BAD_READ:
                self._intake.spoil()
                return None
            case Verdict() as verdict:
                raise ReadFailedError(_REASONS[verdict])
            case swipe:
                return CardRead(swipe.facts, swipe.track, frame[swipe.start : swipe.stop])

    def _silence(self) -> BadRead | None:
        progress = self._intake.progress
        if progress is Progress.BEGUN:
            raise ReadFailedError(ReadFailure.READER_STALLED)
        self._intake.forget()
        if progress is Progress.NOISE:
            return None
        self._intake.say(_OFF)
        return BadRead()
